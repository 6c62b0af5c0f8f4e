import {phaseIntervalS} from '../../config/scaling/phase-interval.ts'
import {firstPoolOf, type Scenario} from '../../config/scenario.ts'
import {assert} from '../../core/assert.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {STREAM_LIMITS, type StreamLimits} from '../../run/stream-limits.ts'
import {tellSketchedPoints} from '../../run/streamable.ts'
import {sha256OfSynthetic} from '../../run/traffic.ts'
import {expandGrid, type GridPoint, generatesTraces} from '../../sweep/grid.ts'
import {tellIdleKnob} from '../../sweep/idle-knobs.ts'
import {pointFacts} from '../../sweep/points.ts'
import {pointsOfShard} from '../../sweep/shard.ts'
import {type SizeKv, sizePoints} from '../../sweep/size-points.ts'
import type {TraceGenerator} from '../../trace/generators/generate.ts'
import {NO_RECIPE} from '../../trace/generators/trace-recipes.ts'
import type {ParsedTrace} from '../../trace/trace-columns.ts'
import {createTimingLoader} from '../timing-loader.ts'
import {recipeOfTrace} from '../trace/load-trace.ts'
import type {SweepArguments} from './sweep-arguments.ts'
import {checkSweepBase, hashProfiles, readSweepBase} from './sweep-base.ts'
import type {PointTask, StreamedFile} from './sweep-point.ts'

/** A sweep with everything read and checked, before the first run. */
export interface SweepPlan {
  /** null for generated traffic, and for a file that every run reads itself. */
  readonly trace: ParsedTrace | null
  readonly streamed: StreamedFile | null
  /** null where they differ from point to point. */
  readonly requestCount: number | null
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

export async function planSweep(
  sweep: SweepArguments,
  limits: StreamLimits = STREAM_LIMITS,
): Promise<Result<SweepPlan>> {
  const centre = await readSweepBase(sweep.rest, 'a sweep', limits)
  if (!centre.ok) return centre
  const {base, path, bytes, streamed, traceSha256} = centre.value
  const {axes, repeats} = sweep
  if (repeats.of === 'phase' && repeats.count > 1 && phaseIntervalS(base.scaling) === null)
    return fail(
      '--repeats shifts the phase of a policy and so needs --planner-config or --policy',
      '--repeats',
    )
  const recipe = bytes !== null && generatesTraces({axes, base, repeats}) ? recipeOfTrace(bytes, path) : null
  if (recipe === null && base.traceSeed !== undefined && bytes !== null)
    return fail(`--trace-seed: ${NO_RECIPE}`, '--trace-seed')
  const points = expandGrid({axes, base, repeats, ownTraceSeed: recipe?.spec.seed ?? null})
  if (!points.ok) return points
  const idle = tellIdleKnob(
    axes,
    points.value.map(({scenario}) => scenario),
  )
  if (idle !== null) return fail(`${idle}: give --planner-config or --policy`, '--vary')
  const sized = sweep.sizesKv ? await sizePoints(points.value, sizeKv()) : points
  if (!sized.ok) return sized
  const tasks = planTasks(sized.value, axes, traceSha256)
  if (!tasks.ok) return tasks
  const checked = await checkSweepBase(
    centre.value,
    sized.value.map(({scenario}) => scenario),
  )
  if (!checked.ok) return checked
  return ok({
    trace: checked.value.trace,
    streamed: streamed === null ? null : {path, limits},
    requestCount:
      base.synthetic?.request_count ??
      streamed?.streamed?.requestCount ??
      checked.value.trace?.requestCount ??
      null,
    recipe,
    tasks: tasks.value,
    ownTasks: pointsOfShard(tasks.value, sweep.shard),
    base,
    hasProgress: centre.value.hasProgress,
    notices: [...checked.value.notices, ...tellSketchedPoints(sized.value.map(({scenario}) => scenario))],
  })
}

/** What the command line knows of GPUs and models, asked about one engine at a time. */
function sizeKv(): SizeKv {
  const loader = createTimingLoader()
  return async (args, scenario) => {
    const workers = {
      args: {...args, estimates_num_gpu_blocks: true},
      initialWorkers: 1,
      gpusPerInstance: null,
    }
    const sized = loader.sizeKvCaches({...scenario, fleet: {topology: 'agg', workers}})
    return sized.ok ? ok(firstPoolOf(sized.value.fleet).args.num_gpu_blocks) : sized
  }
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
