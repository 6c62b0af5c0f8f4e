import {strFromU8, strToU8} from 'fflate'
import {isObject} from '../core/is-object.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {sha256Of} from '../host/sha256-of.ts'
import {INPUTS} from './kept-input.ts'
import {TRACES} from './kept-trace.ts'
import type {ManifestRecord} from './library-file.ts'
import {
  isScenario,
  type LibraryRecord,
  RECORD_KINDS,
  type RecordKind,
  type RecordType,
  readRecord,
} from './library-record.ts'
import {DAMAGED} from './migrations.ts'
import {openLibraryFile, type RawRecord} from './read-library-file.ts'
import {COMPARISONS} from './saved-comparison.ts'
import {RUNS} from './saved-run.ts'
import {SEARCHES, type SearchEvidence} from './saved-search.ts'
import {readRows, type SavedRows, SWEEPS} from './saved-sweep.ts'
import {hasFields} from './shape.ts'

export interface ImportedLine {
  readonly kind: RecordKind
  readonly name: string
  /** Under which other name it was taken in, or why it was not. */
  readonly note: string | null
}

/** What became of every record of a file. */
export interface ImportReport {
  readonly imported: readonly ImportedLine[]
  readonly skipped: readonly ImportedLine[]
  readonly refused: readonly ImportedLine[]
}

/** Where records go. */
export interface ImportTarget {
  /** The name of what is there under this id, also of what cannot be read; null = nothing. */
  nameOf(kind: RecordKind, id: string): string | null
  takenNames(kind: RecordKind): ReadonlySet<string>
  /** Why a run's columns would not open; null = they do. */
  checkRun(packed: Uint8Array<ArrayBuffer>): Promise<string | null>
  save(kind: RecordKind, about: LibraryRecord, body: unknown): Promise<Result<void>>
}

const TYPES: Readonly<Record<RecordKind, RecordType<LibraryRecord>>> = {
  run: RUNS,
  sweep: SWEEPS,
  search: SEARCHES,
  comparison: COMPARISONS,
  trace: TRACES,
  input: INPUTS,
}

/** Takes in what it can, each record whole or not at all. A file that is wrong as a whole changes nothing. */
export async function importLibrary(
  bytes: Uint8Array<ArrayBuffer>,
  fileName: string,
  target: ImportTarget,
): Promise<Result<ImportReport>> {
  const opened = openLibraryFile(bytes, fileName)
  if (!opened.ok) return opened
  const report = {
    imported: [] as ImportedLine[],
    skipped: [] as ImportedLine[],
    refused: [] as ImportedLine[],
  }
  const taken = new Set<string>()
  for (const listed of opened.value.records) {
    const {kind, id, name} = listed
    const line = (note: string | null): ImportedLine => ({kind, name: name === '' ? id : name, note})
    if (!RECORD_KINDS.includes(kind)) {
      report.refused.push(line(`this page knows no records of kind ${kind}: update the page`))
      continue
    }
    const there = taken.has(`${kind} ${id}`) ? name : target.nameOf(kind, id)
    if (there !== null) {
      report.skipped.push(line(there === name ? 'already here' : `already here as ‘${there}’`))
      continue
    }
    const imported = await importOne(listed, await opened.value.read(listed), target)
    if (imported.ok) {
      taken.add(`${kind} ${id}`)
      report.imported.push(
        line(imported.value === name ? null : `as ‘${imported.value}’, since the name was taken`),
      )
    } else report.refused.push(line(imported.error.message))
  }
  return ok(report)
}

/** @returns the name it has now */
async function importOne(
  {kind, id, name}: ManifestRecord,
  raw: Result<RawRecord>,
  target: ImportTarget,
): Promise<Result<string>> {
  if (!raw.ok) return raw
  const type = TYPES[kind]
  const read = readRecord(type, raw.value.about)
  if (!read.ok) return read
  if (read.value.id !== id) return fail(`it says to be ${read.value.id}, but the list of contents says ${id}`)
  const body = await readBody(kind, id, raw.value.body, target)
  if (!body.ok) return body
  const freeName = name === '' ? name : uniqueName(read.value.name, target.takenNames(kind))
  const saved = await target.save(kind, {...read.value, name: freeName}, body.value)
  return saved.ok ? ok(freeName) : saved
}

async function readBody(
  kind: RecordKind,
  id: string,
  bytes: Uint8Array<ArrayBuffer> | null,
  target: ImportTarget,
): Promise<Result<unknown>> {
  if (kind === 'comparison') return ok(null)
  if (bytes === null) return fail('its contents are missing from the file')
  if (kind === 'sweep') return parseRows(bytes)
  if (kind === 'search') return parseEvidence(bytes)
  if (kind === 'run') {
    // A copy of its own: the part may be a window on the whole file.
    const packed = bytes.slice()
    const problem = await target.checkRun(packed)
    return problem === null ? ok(packed) : fail(problem)
  }
  // Its id is what scenarios find it by.
  return (await sha256Of(bytes)) === id ? ok(bytes.slice().buffer) : fail('it is not the file it says to be')
}

export function packRows(rows: SavedRows): Uint8Array<ArrayBuffer> {
  return strToU8(rows.map(row => `${JSON.stringify(row)}\n`).join('')) as Uint8Array<ArrayBuffer>
}

function parseRows(bytes: Uint8Array): Result<SavedRows> {
  try {
    const lines = strFromU8(bytes)
      .split('\n')
      .filter(line => line !== '')
    const rows = readRows(lines.map(line => JSON.parse(line) as unknown))
    return rows.length === lines.length ? ok(rows) : fail('some of its rows are damaged')
  } catch {
    return fail('its rows are damaged')
  }
}

/** Evidence from which an answer can be made again, or why not. */
export function readEvidence(body: unknown): Result<SearchEvidence> {
  if (!isObject(body) || !isObject(body.problem) || !Array.isArray(body.results)) return fail(DAMAGED)
  const {problem, results, why} = body
  const isWhole =
    hasFields(problem, {base: 'object', objective: 'object', space: 'object', budget: 'number'}) &&
    hasFields(problem, {phases: 'number', seed: 'number', windows: 'array', prices: 'object'}) &&
    isScenario(problem.base) &&
    results.every(isRun)
  return isWhole
    ? ok({problem, results, why: isObject(why) && Array.isArray(why.reasons) ? why : null})
    : fail(DAMAGED)
}

function isRun(value: unknown): boolean {
  if (!Array.isArray(value) || typeof value[0] !== 'string' || !isObject(value[1])) return false
  const {ok: isOk, value: figures, error} = value[1]
  if (isOk !== true) return isObject(error) && typeof error.message === 'string'
  return (
    isObject(figures) &&
    hasFields(figures, {gpu_hours: 'number', billed_gpu_hours: 'number', duration_ms: 'number'}) &&
    hasFields(figures, {digest: 'string', num_requests: 'number'})
  )
}

export function packEvidence(evidence: SearchEvidence): Uint8Array<ArrayBuffer> {
  return strToU8(`${JSON.stringify(evidence)}\n`) as Uint8Array<ArrayBuffer>
}

function parseEvidence(bytes: Uint8Array): Result<SearchEvidence> {
  try {
    const evidence = readEvidence(JSON.parse(strFromU8(bytes)))
    return evidence.ok ? evidence : fail('its runs are damaged')
  } catch {
    return fail('its runs are damaged')
  }
}

/** The name, or the name with the first free number behind it. */
export function uniqueName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name
  let number = 2
  while (taken.has(`${name} (${number})`)) number++
  return `${name} (${number})`
}
