import {existsSync, readFileSync} from 'node:fs'
import {basename} from 'node:path'
import {parseArguments} from '../../src/config/command-line/arguments.ts'
import {scenarioFromFlags} from '../../src/config/command-line/scenario-from-flags.ts'
import type {Scenario} from '../../src/config/scenario.ts'
import type {RunResult} from '../../src/run/run.ts'
import {syntheticWorkloadOf, workloadOptionsOf} from '../../src/run/traffic.ts'
import {parseTrace} from '../../src/trace/formats/parse-trace.ts'
import {readOptionsOf, toWorkload} from '../../src/trace/parsed-trace.ts'
import type {Workload} from '../../src/trace/workload.ts'
import {expectOk, runOn} from './golden.ts'
import {PROJECT, SHARED} from './shared.ts'

/** What the real 1.6.1 gave for one case (made by the seeded oracle). */
export interface Golden16File {
  readonly case: {
    readonly call: 'trace' | 'synthetic'
    readonly trace?: string
    readonly rows?: number
    readonly args: Readonly<Record<string, unknown>>
  }
  readonly trace_sha256?: string
  /** Engine args as it normalised them, by role. */
  readonly engines?: Readonly<Record<string, {readonly engine: {readonly num_gpu_blocks: number}}>>
  readonly report?: Readonly<Record<string, number | string | null>>
  readonly error?: string
  readonly requests?: {readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[]}
  readonly planner?: Readonly<Record<string, unknown>>
}

export function readGolden16(path: string): Golden16File {
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** Every keyword of the reference's call is a flag of the same name with dashes, objects as JSON. */
export function argvOf({case: {call, trace, rows, args}}: Golden16File): string[] {
  // What an agentic trace is timed for is the engine's model here.
  const {execution_model: _, ...keywords} = args
  const flags = Object.entries(keywords).flatMap(([key, value]) => [
    `--${key.replaceAll('_', '-')}`,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ])
  const limit = (rows ?? null) === null ? [] : ['--trace-limit', String(rows)]
  return [...(call === 'trace' ? [trace!] : []), '--dynamo', '1.6.1', ...flags, ...limit]
}

export function scenarioOf(golden: Golden16File): Scenario {
  const args = expectOk(parseArguments(argvOf(golden)))
  const config = args.flags.get('--planner-config')
  const described = scenarioFromFlags(args, {
    trace: {kind: 'file', name: 'golden', sha256: ''},
    plannerConfig: config === undefined ? undefined : JSON.parse(config),
  })
  return expectOk(described).scenario
}

/** Runs a case from its own flags. */
export async function runGolden16(golden: Golden16File, changes: Partial<Scenario> = {}): Promise<RunResult> {
  const scenario = {...scenarioOf(golden), ...changes}
  return runOn(scenario, workloadOf(golden, scenario), `${SHARED}/traces`)
}

export function workloadOf({case: {trace}}: Golden16File, scenario: Scenario): Workload {
  if (scenario.synthetic) return expectOk(syntheticWorkloadOf(scenario, scenario.synthetic))
  const parsed = parseTrace(
    new Uint8Array(readFileSync(findTrace(trace!))),
    basename(trace!),
    readOptionsOf(scenario),
  )
  return expectOk(toWorkload(expectOk(parsed), workloadOptionsOf(scenario)))
}

function findTrace(name: string): string {
  const folders = [
    `${PROJECT}/static-traces`,
    `${PROJECT}/test/golden16/traces`,
    `${SHARED}/traces`,
    `${SHARED}/golden16/traces`,
  ]
  const folder = folders.find(candidate => existsSync(`${candidate}/${name}`))
  if (folder === undefined) throw new Error(`no trace ${name}`)
  return `${folder}/${name}`
}

/** Everything in which a run differs from what the reference gave; empty when they agree. */
export function differences16(golden: Golden16File, result: RunResult): string[] {
  const found: string[] = []
  const report = result.report as unknown as Readonly<Record<string, unknown>>
  for (const [key, value] of Object.entries(golden.report ?? {})) {
    // The reference's own names and digests of the graph.
    if (key.startsWith('agentic_')) continue
    if (!agree(report[key], value))
      found.push(`${key}: ours ${JSON.stringify(report[key])}, the reference's ${JSON.stringify(value)}`)
  }
  const rows = golden.requests === undefined ? [] : rowDifferences(golden.requests, result)
  return [...found, ...rows]
}

/** To 1e-9 of the figure; a deviation of next to nothing is none, since the reference adds in another order. */
function agree(ours: unknown, theirs: unknown): boolean {
  if (typeof theirs !== 'number') return ours === theirs
  return typeof ours === 'number' && Math.abs(ours - theirs) <= 1e-9 * Math.max(Math.abs(theirs), 1)
}

const STATUS = ['', 'completed', 'rejected', 'failed']
/** An absolute difference of times, ms. */
const TIME_MS = 1e-6

/** Both lists sorted by all their columns, because the reference's order is random. */
function rowDifferences({columns, rows}: NonNullable<Golden16File['requests']>, result: RunResult): string[] {
  const {requests} = result.engine
  const ours: unknown[][] = []
  for (let r = 0; r < requests.count; r++) {
    if (requests.status![r] === 0) continue
    const time = (ms: number) => (Number.isNaN(ms) ? null : ms)
    const id = (worker: number) => (worker < 0 ? null : worker)
    const own: Readonly<Record<string, unknown>> = {
      arrival_ms: requests.arrivalMs[r]!,
      first_admit_ms: time(requests.firstAdmitMs[r]!),
      first_token_ms: time(requests.firstTokenMs[r]!),
      last_token_ms: time(requests.lastTokenMs[r]!),
      terminal_ms: requests.terminalMs![r]!,
      input_length: requests.inputLength[r]!,
      output_length: requests.emittedTokens[r]!,
      reused_input_tokens: requests.reusedTokens[r]!,
      prefill_worker: id(requests.prefillWorkerId[r]!),
      decode_worker: id(requests.workerId[r]!),
      admission_count: undefined,
      terminal_status: STATUS[requests.status![r]!],
    }
    ours.push(columns.map(column => own[column]))
  }
  if (ours.length !== rows.length) return [`requests: ours ${ours.length}, the reference's ${rows.length}`]
  const byArrival = (a: readonly unknown[], b: readonly unknown[]) => compareRows(a, b)
  const mine = ours.sort(byArrival)
  const theirs = rows.slice().sort(byArrival)
  const found: string[] = []
  mine.forEach((row, i) => {
    const other = theirs[i]!
    columns.forEach((column, c) => {
      if (row[c] === undefined || sameCell(row[c], other[c])) return
      found.push(`request ${i} (arrived ${other[0]}) ${column}: ours ${row[c]}, the reference's ${other[c]}`)
    })
  })
  return found.slice(0, 5)
}

function sameCell(ours: unknown, theirs: unknown): boolean {
  if (typeof ours === 'number' && typeof theirs === 'number') return Math.abs(ours - theirs) <= TIME_MS
  return ours === theirs
}

const compareRows = (a: readonly unknown[], b: readonly unknown[]): number => {
  // Times that differ in the last bit must not change the order: arrival, input, output first.
  for (const column of [0, 5, 6, 2, 3, 8, 9]) {
    const x = (a[column] ?? -1) as number
    const y = (b[column] ?? -1) as number
    if (Math.abs(x - y) > TIME_MS) return x - y
  }
  return 0
}
