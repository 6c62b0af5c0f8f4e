import {existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {threadId} from 'node:worker_threads'
import {fail, ok, type Result} from '../../core/result.ts'
import {type FinishedRow, type PointFacts, parseFinishedRow, type SweepRow} from '../../sweep/points.ts'
import {fileErrorReason} from '../file-errors.ts'

/** Files of one point; no report and no page for a failed one. */
interface PointFiles {
  readonly id: string
  readonly json: string | null
  /** The stand-alone page, if one is wanted. */
  readonly html: string | null
  readonly log: string
}

/** Makes the folder of a sweep, so that a bad path is known before the first run. */
export function makeSweepFolder(folder: string): Result<null> {
  try {
    mkdirSync(join(folder, 'points'), {recursive: true})
    return ok(null)
  } catch (error) {
    return fail(`--out: cannot write to ${folder}: ${fileErrorReason(error)}`, '--out')
  }
}

/** The report is written last and at once: a point is finished exactly if it is there. */
export function writePoint(folder: string, {id, json, html, log}: PointFiles): void {
  const path = join(folder, 'points', id)
  writeAtomically(`${path}.log`, log)
  // A page that is not written anew is of another run, or of none.
  if (html === null) rmSync(`${path}.html`, {force: true})
  else writeAtomically(`${path}.html`, html)
  if (json === null) rmSync(`${path}.json`, {force: true})
  else writeAtomically(`${path}.json`, json)
}

export function hasHtml(folder: string, id: string): boolean {
  return existsSync(join(folder, 'points', `${id}.html`))
}

/** The row of a point if the folder holds its result: of this very config, trace and release. */
export function readFinishedRow(folder: string, facts: PointFacts): FinishedRow | null {
  let report: unknown
  try {
    report = JSON.parse(readFileSync(join(folder, 'points', `${facts.id}.json`), 'utf8'))
  } catch {
    // Not there, or not a report: then the point is run, which mends it.
    return null
  }
  const extras = fieldOf(report, 'planner_replay')
  return parseFinishedRow(fieldOf(extras, 'sweep'), facts)
}

/** One line per row, in the order given. */
export function writeRows(folder: string, rows: readonly SweepRow[]): void {
  writeAtomically(join(folder, 'sweep.jsonl'), rows.map(row => `${JSON.stringify(row)}\n`).join(''))
}

/** Readers, and other shards in the same folder, see the old file or the new one, never half of one. */
export function writeAtomically(path: string, text: string): void {
  const pending = `${path}.${process.pid}-${threadId}.tmp`
  writeFileSync(pending, text)
  renameSync(pending, path)
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}
