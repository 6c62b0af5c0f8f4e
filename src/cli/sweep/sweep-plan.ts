import {readFileSync} from 'node:fs'
import {basename} from 'node:path'
import {warningNotes} from '../../config/checks/warnings.ts'
import {parseArguments} from '../../config/command-line/arguments.ts'
import {checkFlags} from '../../config/command-line/flags.ts'
import {scenarioFromFlags} from '../../config/command-line/scenario-from-flags.ts'
import {plannerOf, poolsOf, type Scenario} from '../../config/scenario.ts'
import {assert} from '../../core/assert.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {sha256Hex} from '../../core/sha256.ts'
import {sha256Of} from '../../host/sha256-of.ts'
import {sha256OfSynthetic} from '../../run/traffic.ts'
import {drawsTraces, expandGrid, type GridPoint} from '../../sweep/grid.ts'
import {pointFacts} from '../../sweep/points.ts'
import {pointsOfShard} from '../../sweep/shard.ts'
import {parseTrace} from '../../trace/formats/parse-trace.ts'
import type {TraceGenerator} from '../../trace/generators/generate.ts'
import {NO_RECIPE} from '../../trace/generators/trace-recipes.ts'
import type {ParsedTrace} from '../../trace/trace-columns.ts'
import {fileErrorReason} from '../file-errors.ts'
import {loadPlannerConfig, loadPolicyConfig} from '../load-planner-config.ts'
import {readTraceBytes, recipeOfTrace} from '../load-trace.ts'
import {createTimingLoader} from '../timing-loader.ts'
import type {SweepArguments} from './sweep-arguments.ts'
import type {PointTask} from './sweep-point.ts'

/** A sweep with everything read and checked, before the first run. */
export interface SweepPlan {
  /** null for generated traffic. */
  readonly trace: ParsedTrace | null
  /** How the trace is made anew with other seeds; null = no point asks for that. */
  readonly recipe: TraceGenerator | null
  /** All points of the grid, in its order. */
  readonly tasks: readonly PointTask[]
  /** The ones this process is to run. */
  readonly ownTasks: readonly PointTask[]
  /** What every point starts from, and is judged by. */
  readonly base: Scenario
  readonly hasProgress: boolean
  readonly notices: readonly string[]
}

/** Flags that would have every point write the same file. */
const SINGLE_RUN_FLAGS = ['--report-json', '--diagnostics-json', '--per-request-jsonl', '--json']

export async function planSweep(sweep: SweepArguments): Promise<Result<SweepPlan>> {
  const args = parseArguments(sweep.rest)
  if (!args.ok) return args
  const {flags, positionals} = args.value
  const single = SINGLE_RUN_FLAGS.find(flag => flags.has(flag))
  if (single !== undefined) return fail(`${single} is for a single run; a sweep writes to --out`, single)
  const checked = checkFlags(args.value)
  if (!checked.ok) return checked
  const path = positionals[0] ?? ''
  const plannerConfig = loadPlannerConfig(flags.get('--planner-config'))
  if (!plannerConfig.ok) return plannerConfig
  const policyConfig = loadPolicyConfig(flags.get('--policy-config'))
  if (!policyConfig.ok) return policyConfig
  const unread = {kind: 'file', name: basename(path), sha256: ''} as const
  const described = scenarioFromFlags(args.value, {
    trace: unread,
    plannerConfig: plannerConfig.value.config,
    ...(policyConfig.value === undefined ? {} : {policyConfig: policyConfig.value}),
  })
  if (!described.ok) return described
  const file = described.value.scenario.synthetic ? ok(null) : readTraceBytes(path)
  if (!file.ok) return file
  const traceSha256 = file.value === null ? null : await sha256Of(file.value)
  const base: Scenario = {...described.value.scenario, trace: {...unread, sha256: traceSha256 ?? ''}}
  const {axes, repeats} = sweep
  if (repeats.of === 'phase' && repeats.count > 1 && plannerOf(base) === null)
    return fail("--repeats shifts the planner's phase and so needs --planner-config", '--repeats')
  const recipe =
    file.value !== null && drawsTraces({axes, base, repeats}) ? recipeOfTrace(file.value, path) : null
  if (recipe === null && base.traceSeed !== undefined && file.value !== null)
    return fail(`--trace-seed: ${NO_RECIPE}`, '--trace-seed')
  const points = expandGrid({axes, base, repeats, ownTraceSeed: recipe?.spec.seed ?? null})
  if (!points.ok) return points
  const tasks = planTasks(points.value, axes, traceSha256)
  if (!tasks.ok) return tasks
  // The base's tables stand for the points': what they lack is then known before the first run.
  const loader = createTimingLoader()
  const sized = loader.sizeKvCaches(base)
  const timing = sized.ok ? await loader.prepare(sized.value) : sized
  if (!timing.ok) return timing
  const trace = file.value === null ? ok(null) : parseTrace(file.value, path, base.traceFormat)
  if (!trace.ok) return trace
  return ok({
    trace: trace.value,
    recipe,
    tasks: tasks.value,
    ownTasks: pointsOfShard(tasks.value, sweep.shard),
    base,
    hasProgress: flags.has('--progress'),
    notices: [
      ...plannerConfig.value.notes,
      ...described.value.notices,
      ...warningNotes(base),
      ...timing.value.notices,
      ...(trace.value?.notices ?? []),
    ],
  })
}

/** @param fileSha256 null for generated traffic */
function planTasks(
  points: readonly GridPoint[],
  axes: SweepArguments['axes'],
  fileSha256: string | null,
): Result<readonly PointTask[]> {
  const tasks: PointTask[] = []
  for (const point of points) {
    const profileSha256 = hashProfiles(point.scenario)
    if (!profileSha256.ok) return profileSha256
    const {synthetic} = point.scenario
    const traceSha256 = synthetic === undefined ? fileSha256 : sha256OfSynthetic(synthetic)
    assert(traceSha256 !== null, 'a sweep without generated traffic has a trace')
    const facts = pointFacts(point, axes, {traceSha256, profileSha256: profileSha256.value})
    tasks.push({facts, scenario: point.scenario})
  }
  return ok(tasks)
}

/** Checksums of the profiles a scenario reads, or null: a changed profile makes another run. */
function hashProfiles(scenario: Scenario): Result<string | null> {
  if (scenario.engineTiming !== 'profile') return ok(null)
  const hashes: string[] = []
  for (const [, pool] of poolsOf(scenario.fleet)) {
    const path = pool.args.planner_profile_data ?? ''
    const bytes = readBytes(path, `planner_profile_data: cannot read ${path}`)
    if (!bytes.ok) return bytes
    hashes.push(sha256Hex(bytes.value))
  }
  return ok(hashes.join(' '))
}

function readBytes(path: string, complaint: string): Result<Uint8Array> {
  try {
    return ok(readFileSync(path))
  } catch (error) {
    return fail(`${complaint}: ${fileErrorReason(error)}`)
  }
}
