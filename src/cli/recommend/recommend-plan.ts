import {phaseShiftOf, type Scenario} from '../../config/scenario.ts'
import {assert} from '../../core/assert.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {sha256OfSynthetic, syntheticWorkloadOf, workloadOptionsOf} from '../../run/traffic.ts'
import {searchObjective} from '../../search/candidates.ts'
import type {Evaluation} from '../../search/evaluation.ts'
import {readySpaceFor} from '../../search/ready-spaces.ts'
import {Search} from '../../search/search.ts'
import {findWindows} from '../../search/windows.ts'
import {pointKey} from '../../sweep/point-key.ts'
import type {PointFacts} from '../../sweep/points.ts'
import {binArrivals} from '../../trace/arrival-histogram.ts'
import type {TraceGenerator} from '../../trace/generators/generate.ts'
import {NO_RECIPE, NO_SEED, seedOfTraffic} from '../../trace/generators/trace-recipes.ts'
import {toWorkload} from '../../trace/parsed-trace.ts'
import {computeTraceStatistics} from '../../trace/statistics.ts'
import type {ParsedTrace} from '../../trace/trace-columns.ts'
import {checkSweepBase, hashProfiles, readSweepBase} from '../sweep/sweep-base.ts'
import type {PointTask} from '../sweep/sweep-point.ts'
import {recipeOfTrace} from '../trace/load-trace.ts'
import type {RecommendArguments} from './recommend-arguments.ts'

/** A search with everything read and checked, before the first run. */
export interface RecommendPlan {
  readonly search: Search
  readonly trace: ParsedTrace | null
  readonly recipe: TraceGenerator | null
  readonly taskOf: (evaluation: Evaluation) => Result<PointTask>
  /** Where the trace is. */
  readonly paths: readonly string[]
  readonly path: string
  readonly hasProgress: boolean
  readonly notices: readonly string[]
}

export async function planRecommend(asked: RecommendArguments): Promise<Result<RecommendPlan>> {
  const centre = await readSweepBase(asked.rest, 'a search')
  if (!centre.ok) return centre
  const {base, paths, path, bytes, traceSha256, hasProgress} = centre.value
  const objective = searchObjective(base, asked.objective)
  if (!objective.ok) return objective
  const flag = asked.generatesAnew ? '--seeds' : '--trace-seed'
  const isGenerated = asked.generatesAnew || (base.traceSeed !== undefined && bytes !== null)
  const recipe = bytes !== null && isGenerated ? recipeOfTrace(bytes, path) : null
  const firstSeed = base.synthetic === undefined ? (base.traceSeed ?? recipe?.spec.seed) : seedOfTraffic(base)
  if (base.synthetic === undefined && recipe === null && isGenerated)
    return fail(`${flag}: ${NO_RECIPE}`, flag)
  if (asked.generatesAnew && firstSeed === null) return fail(`${flag}: ${NO_SEED}`, flag)
  const checked = await checkSweepBase(centre.value)
  if (!checked.ok) return checked
  const {trace, notices} = checked.value
  const workload =
    base.synthetic === undefined
      ? toWorkload(trace!, workloadOptionsOf(base))
      : syntheticWorkloadOf(base, base.synthetic)
  if (!workload.ok) return workload
  const spanS = computeTraceStatistics(workload.value).durationMs / 1000
  const {budget, phases, prices, shard, mostCost} = asked
  const search = new Search({
    base,
    objective: objective.value,
    space: (asked.space ?? readySpaceFor(base).space)(base),
    budget,
    phases,
    prices,
    shard,
    ...(mostCost === null ? {} : {mostCost}),
    ...(asked.generatesAnew ? {firstSeed: firstSeed ?? 0} : {}),
    seed: base.seed,
    windows: findWindows(base, binArrivals(workload.value, spanS)),
  })
  const firstReason = search.problemOfSpace()
  if (firstReason !== null)
    return fail(`space: no combination can be run; the first: ${firstReason}`, '--space')
  return ok({
    search,
    trace,
    recipe,
    paths,
    path,
    hasProgress,
    notices,
    taskOf: own => planTask(own, traceSha256),
  })
}

/** Files go by what was run: an evaluation's own name may be longer than a file's can be. */
function planTask({id, scenario}: Evaluation, fileSha256: string | null): Result<PointTask> {
  const profileSha256 = hashProfiles(scenario)
  if (!profileSha256.ok) return profileSha256
  const key = pointKey({
    scenario,
    traceSha256: traceSha256Of(scenario, fileSha256),
    profileSha256: profileSha256.value,
  })
  const facts: PointFacts = {
    id: key.slice(0, 20),
    axes: {evaluation: id},
    repeat: 0,
    phase_shift_s: phaseShiftOf(scenario),
    trace_seed: scenario.traceSeed ?? null,
    key,
  }
  return ok({facts, scenario})
}

function traceSha256Of({synthetic}: Scenario, fileSha256: string | null): string {
  if (synthetic !== undefined) return sha256OfSynthetic(synthetic)
  assert(fileSha256 !== null, 'a search without generated traffic has a trace')
  return fileSha256
}
