import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import Papa from 'papaparse'
import type {Release} from '../../src/config/release.ts'
import {RandomStream} from '../../src/core/random.ts'

/** One benchmark of a real engine, as `test/measured/measured.csv` has it; empty = not known. */
export interface MeasuredPoint {
  readonly id: string
  readonly protocol: string
  readonly system: string
  readonly backend: string
  readonly model_simulated: string
  readonly tp: string
  readonly moe_tp: string
  readonly moe_ep: string
  readonly isl: string
  readonly osl: string
  readonly lengths: string
  readonly concurrency: string
  readonly requests: string
  readonly max_num_seqs: string
  readonly max_num_batched_tokens: string
  readonly num_gpu_blocks: string
  readonly block_size: string
  readonly measured_ttft_ms: string
  readonly measured_tpot_ms: string
  readonly measured_e2e_ms: string
  readonly anomaly: string
  readonly mismatch: string
}

/** What a replay of a point gives; null figures where it was refused, with the sentence. */
export interface SimulatedPoint {
  readonly id: string
  readonly release: Release
  readonly ttftMs: number | null
  readonly tpotMs: number | null
  readonly e2eMs: number | null
  readonly preemptions: number
  readonly refused: string
}

/** Of the text of `measured.csv`. */
export function parseMeasured(text: string): MeasuredPoint[] {
  return (Papa as unknown as PapaParse).parse(text, {header: true, skipEmptyLines: true})
    .data as MeasuredPoint[]
}

interface PapaParse {
  parse(text: string, options: {header: boolean; skipEmptyLines: boolean}): {data: unknown[]}
}

/** Of the text of `simulated.csv`. */
export function parseSimulated(text: string): SimulatedPoint[] {
  const rows = (Papa as unknown as PapaParse).parse(text, {header: true, skipEmptyLines: true}).data
  const figure = (cell: string) => (cell === '' ? null : Number(cell))
  return (rows as Record<string, string>[]).map(row => ({
    id: row.id!,
    release: row.release as Release,
    ttftMs: figure(row.ttft_ms!),
    tpotMs: figure(row.tpot_ms!),
    e2eMs: figure(row.e2e_ms!),
    preemptions: Number(row.preemptions),
    refused: row.refused!,
  }))
}

/** A line of `simulated.csv`. */
export function toRow({id, release, ttftMs, tpotMs, e2eMs, preemptions, refused}: SimulatedPoint): string {
  const cell = (text: string) => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  return [id, release, ttftMs ?? '', tpotMs ?? '', e2eMs ?? '', preemptions, cell(refused)].join(',')
}

/** Points whose protocol is known and which nothing is known to be wrong with. */
export function isComparable({protocol, anomaly, mismatch}: MeasuredPoint): boolean {
  return !protocol.includes('not stated') && anomaly === '' && mismatch === ''
}

/** The command line tool, run in whatever way. */
export type CommandLine = (
  argv: readonly string[],
) => Promise<{readonly code: number; readonly out: string; readonly error: string}>

/** Replays a point as it was measured: closed loop, all users at once, random lengths, no shared prefixes. */
export async function simulatePoint(
  point: MeasuredPoint,
  release: Release,
  commandLine: CommandLine,
): Promise<SimulatedPoint> {
  const folder = mkdtempSync(join(tmpdir(), 'measured-'))
  try {
    const trace = join(folder, 'trace.jsonl')
    writeFileSync(trace, traceOf(point))
    return await replay(point, {release, trace, perRequest: join(folder, 'requests.jsonl'), commandLine})
  } finally {
    rmSync(folder, {recursive: true})
  }
}

/** Lengths of 80 to 100 % of the nominal ones, drawn by the point's name, or fixed ones. */
function traceOf({id, isl, osl, lengths, requests}: MeasuredPoint): string {
  const stream = new RandomStream(0, id)
  const draw = (nominal: number) => {
    const least = lengths === 'fixed' ? nominal : Math.ceil(0.8 * nominal)
    return least + Math.floor(stream.next() * (nominal - least + 1))
  }
  const lines = Array.from({length: Number(requests)}, () =>
    JSON.stringify({timestamp: 0, input_length: draw(Number(isl)), output_length: draw(Number(osl))}),
  )
  return `${lines.join('\n')}\n`
}

interface Replayed {
  readonly release: Release
  readonly trace: string
  readonly perRequest: string
  readonly commandLine: CommandLine
}

async function replay(
  point: MeasuredPoint,
  {release, trace, perRequest, commandLine}: Replayed,
): Promise<SimulatedPoint> {
  const args = JSON.stringify(release === '1.2.1' ? flatArgs(point) : nestedArgs(point))
  const {code, out, error} = await commandLine([
    ...[trace, '--dynamo', release, '--replay-concurrency', point.concurrency, '--extra-engine-args', args],
    ...['--json', '--per-request-jsonl', perRequest],
  ])
  const {id} = point
  if (code !== 0) {
    const refused = error.split('\n').findLast(line => line.startsWith('planner-replay:')) ?? error
    return {
      id,
      release,
      ttftMs: null,
      tpotMs: null,
      e2eMs: null,
      preemptions: 0,
      refused: refused.replace(/^planner-replay: (error: )?/, '').slice(0, 200),
    }
  }
  const report = JSON.parse(out) as Record<string, number>
  return {
    id,
    release,
    ttftMs: report.mean_ttft_ms!,
    tpotMs: report.mean_tpot_ms!,
    e2eMs: report.mean_e2e_latency_ms!,
    preemptions: preemptionsIn(perRequest),
    refused: '',
  }
}

function preemptionsIn(path: string): number {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter(line => line !== '')
  return lines.reduce((sum, line) => sum + (JSON.parse(line) as {preemptions: number}).preemptions, 0)
}

/** A field's value where the point gives one. */
function given<Key extends string>(key: Key, text: string): {[key in Key]?: number} {
  return text === '' ? {} : ({[key]: Number(text)} as {[key in Key]?: number})
}

function limits(point: MeasuredPoint) {
  return {
    ...given('num_gpu_blocks', point.num_gpu_blocks),
    ...given('block_size', point.block_size),
    ...given('max_num_seqs', point.max_num_seqs),
    ...given('max_num_batched_tokens', point.max_num_batched_tokens),
  }
}

function flatArgs(point: MeasuredPoint) {
  return {
    ...(point.backend === 'sglang' ? {engine_type: 'sglang'} : {}),
    aic_backend: point.backend,
    aic_system: point.system,
    aic_model_path: point.model_simulated,
    aic_tp_size: Number(point.tp),
    ...given('aic_moe_tp_size', point.moe_tp),
    ...given('aic_moe_ep_size', point.moe_ep),
    ...limits(point),
  }
}

function nestedArgs(point: MeasuredPoint) {
  const config = {
    model: point.model_simulated,
    backend: point.backend,
    system: point.system,
    worker_type: 'aggregated',
    tp: Number(point.tp),
    ...given('moe_tp_size', point.moe_tp),
    ...given('moe_ep_size', point.moe_ep),
  }
  return {
    engine: {
      backend: point.backend,
      worker_type: 'aggregated',
      ...limits(point),
      timing_model: {type: 'external', provider: 'ais', config},
    },
  }
}
