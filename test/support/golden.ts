import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {basename} from 'node:path'
import {loadWarmup} from '../../src/cli/load-warmup.ts'
import {parseArguments} from '../../src/config/command-line/arguments.ts'
import {scenarioFromFlags} from '../../src/config/command-line/scenario-from-flags.ts'
import {plannerOf, poolsOf, type Scenario} from '../../src/config/scenario.ts'
import {fail} from '../../src/core/result.ts'
import {parseProfileNpz} from '../../src/perf/profile.ts'
import {dynamoTicksOf} from '../../src/report/dynamo-ticks.ts'
import {loadLaterParts} from '../../src/run/later-parts.ts'
import type {RunResult} from '../../src/run/run.ts'
import {simulate} from '../../src/run/simulate.ts'
import {TimingLoader} from '../../src/run/timing-loader.ts'
import {syntheticWorkloadOf, workloadOptionsOf} from '../../src/run/traffic.ts'
import type {ScalingEvent} from '../../src/scaling/record.ts'
import {parseMooncake} from '../../src/trace/formats/mooncake.ts'
import {generateTrace, type TraceGenerator} from '../../src/trace/generators/generate.ts'
import type {Workload} from '../../src/trace/workload.ts'
import {PROJECT} from './shared.ts'

/** What the real reference printed for one case (recorded by tools/golden, or lying in the shared folder). */
export interface GoldenFile {
  readonly case: {readonly trace: string | null; readonly argv: readonly string[]}
  /** Recipe of the trace, where it is one of ours. */
  readonly generator?: TraceGenerator
  readonly trace_sha256?: string
  readonly report: Readonly<Record<string, number>>
  readonly planner?: {
    readonly total_ticks: number
    readonly gpu_hours: number
    readonly scaling_events: readonly ScalingEvent[]
    readonly ticks: readonly Readonly<Record<string, unknown>>[]
  }
}

export function readGolden(path: string): GoldenFile {
  return JSON.parse(readFileSync(path, 'utf8'))
}

export function expectOk<T>(result: {ok: true; value: T} | {ok: false; error: {message: string}}): T {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

/** The scenario of a golden case: in the reference's planner runs the engine is the polynomial or a profile. */
export function goldenScenario({case: {argv}}: GoldenFile): Scenario {
  const args = expectOk(parseArguments(argv))
  const config = args.flags.get('--planner-config')
  const described = expectOk(
    scenarioFromFlags(args, {
      trace: {kind: 'file', name: 'golden', sha256: ''},
      plannerConfig: config === undefined ? undefined : JSON.parse(config),
    }),
  )
  const {scenario} = described
  if (plannerOf(scenario) === null) return scenario
  const hasProfile = poolsOf(scenario.fleet).some(([, pool]) => pool.args.planner_profile_data !== null)
  return {...scenario, engineTiming: hasProfile ? 'profile' : 'polynomial'}
}

/** Runs a golden case from its own flags. `tracesFolder` holds the traces it names. */
export async function runGolden(
  golden: GoldenFile,
  tracesFolder: string,
  changes: Partial<Scenario> = {},
): Promise<RunResult> {
  const scenario = {...goldenScenario(golden), ...changes}
  if (scenario.synthetic) {
    return runOn(scenario, expectOk(syntheticWorkloadOf(scenario, scenario.synthetic)), tracesFolder)
  }
  const bytes = golden.generator
    ? Buffer.from(generateTrace(golden.generator))
    : readFileSync(`${tracesFolder}/${golden.case.trace}`)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (golden.trace_sha256 !== undefined && sha256 !== golden.trace_sha256) {
    throw new Error(
      `the trace of this golden file has checksum ${sha256}, recorded was ${golden.trace_sha256}`,
    )
  }
  const options = workloadOptionsOf(scenario)
  const workload = expectOk(parseMooncake(bytes, {fileName: golden.case.trace ?? '', ...options}))
  return runOn(scenario, workload, tracesFolder)
}

/** Runs a scenario on a workload, with the profiles it names from `tracesFolder`. */
export async function runOn(
  scenario: Scenario,
  workload: Workload,
  tracesFolder: string,
): Promise<RunResult> {
  const loader = loaderFor(tracesFolder)
  const sized = expectOk(loader.sizeKvCaches(scenario))
  const timing = expectOk(await loader.prepare(sized))
  const later = await loadLaterParts(sized)
  const run = simulate({scenario: sized, workload, traceSha256: '', ...timing, later, clock: () => 0})
  for (;;) {
    const step = run.next()
    if (step.done) return step.value
  }
}

const loaders = new Map<string, TimingLoader>()

export function loaderFor(tracesFolder: string): TimingLoader {
  const known = loaders.get(tracesFolder)
  if (known) return known
  const loader = new TimingLoader({
    models: () => [],
    localModel: () => null,
    fetchPerfFile: async name => new Uint8Array(readFileSync(`${PROJECT}/public/perf/${name}`)),
    loadProfile: async args => {
      const name = args.planner_profile_data
      if (name === null) return fail('no profile named')
      return parseProfileNpz(readFileSync(`${tracesFolder}/${basename(name)}`), name)
    },
    loadWarmup: name => loadWarmup(`${tracesFolder}/${basename(name)}`),
  })
  loaders.set(tracesFolder, loader)
  return loader
}

/** Everything in which a run differs from what the reference printed; empty when they agree. */
export function differences(golden: GoldenFile, result: RunResult): string[] {
  const found: string[] = []
  const note = noteTo(found)
  const report = result.report as unknown as Readonly<Record<string, number>>
  for (const [key, value] of Object.entries(golden.report)) {
    if (!isClose(report[key], value, 1e-9)) note(key, report[key], value)
  }
  if (golden.planner === undefined) return found
  if (result.scaling === null) return ['the reference ran a planner, we did not']
  const {scaling} = result
  if (scaling.totalTicks !== golden.planner.total_ticks)
    note('total_ticks', scaling.totalTicks, golden.planner.total_ticks)
  if (!isClose(scaling.gpuHours, golden.planner.gpu_hours, 1e-9))
    note('gpu_hours', scaling.gpuHours, golden.planner.gpu_hours)
  compareEvents(scaling.scalingEvents, golden.planner.scaling_events, note)
  golden.planner.ticks.forEach((_, i) => {
    found.push(...tickDifferences(golden, result, i))
  })
  return found
}

/** The same for one planner tick, counted from 0. */
export function tickDifferences(golden: GoldenFile, result: RunResult, index: number): string[] {
  const found: string[] = []
  const ours = (dynamoTicksOf(result.scaling)[index] ?? {}) as unknown as Readonly<Record<string, unknown>>
  const note = noteTo(found)
  compareTick(golden.planner!.ticks[index]!, ours, (key, own, theirs) =>
    note(`tick ${index + 1} ${key}`, own, theirs),
  )
  return found
}

function noteTo(found: string[]): Note {
  return (what, ours, theirs) =>
    found.push(`${what}: ours ${JSON.stringify(ours)}, the reference's ${JSON.stringify(theirs)}`)
}

type Note = (what: string, ours: unknown, theirs: unknown) => void

function compareEvents(ours: readonly ScalingEvent[], theirs: readonly ScalingEvent[], note: Note): void {
  if (ours.length !== theirs.length) note('number of scaling events', ours.length, theirs.length)
  theirs.forEach((event, i) => {
    const own = ours[i]
    const {at_s, ...rest} = event
    const {at_s: ownAt, ...ownRest} = own ?? {at_s: Number.NaN}
    if (!(Math.abs(ownAt - at_s) <= 1e-6)) note(`event ${i + 1} time`, ownAt, at_s)
    if (JSON.stringify(sorted(ownRest)) !== JSON.stringify(sorted(rest)))
      note(`event ${i + 1}`, ownRest, rest)
  })
}

function sorted(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Fields of ours that the golden ticks do not have. */
const OURS = new Set([
  'at_s',
  'is_load',
  'is_throughput',
  'starting_prefill',
  'starting_decode',
  'draining_prefill',
  'draining_decode',
  'engines',
  'explanation',
])

/** What comes out of arima and prophet agrees to 1 % only (planner.md 7.2, 7.4). */
const PREDICTED = /^(predicted_|engine_rps_)/

function compareTick(
  theirs: Readonly<Record<string, unknown>>,
  ours: Readonly<Record<string, unknown>>,
  note: Note,
): void {
  for (const [key, value] of Object.entries(theirs)) {
    const own = ours[key]
    if (typeof value === 'number') {
      const tolerance = PREDICTED.test(key) ? 1e-2 : /bound|active/.test(key) ? 0 : 1e-6
      if (!isClose(own, value, tolerance)) note(key, own, value)
    } else if (typeof value === 'object' && value !== null) compareNested(key, value, own, note)
    else if (own !== value) note(key, own, value)
  }
  for (const key of Object.keys(ours)) if (!(key in theirs) && !OURS.has(key)) note(key, ours[key], undefined)
}

function compareNested(key: string, theirs: object, ours: unknown, note: Note): void {
  const own = (ours ?? {}) as Readonly<Record<string, unknown>>
  for (const [name, value] of Object.entries(theirs)) {
    if (!isClose(own[name], value as number, 1e-9)) note(`${key}.${name}`, own[name], value)
  }
  for (const name of Object.keys(own)) if (!(name in theirs)) note(`${key}.${name}`, own[name], undefined)
}

function isClose(ours: unknown, theirs: number, relative: number): boolean {
  return typeof ours === 'number' && Math.abs(ours - theirs) <= relative * Math.max(Math.abs(theirs), 1e-9)
}
