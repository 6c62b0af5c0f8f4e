import {leastGpus} from '../config/command-line/planner-flags-1.6.ts'
import {parsePlannerConfig} from '../config/planner/planner-config.ts'
import {parsePlannerConfig16} from '../config/planner/planner-config-1.6.ts'
import type {OptimizationTarget} from '../config/planner/planner-shape.ts'
import {FIRST_RELEASE, type Release} from '../config/release.ts'
import {withRelease} from '../config/releases/with-release.ts'
import {type DynamoScaling, type Fleet, poolsOf, type Scenario} from '../config/scenario.ts'
import type {JsonObject} from '../core/is-object.ts'
import {ok, type Result} from '../core/result.ts'
import {tellKnob} from '../sweep/keys.ts'
import type {BenchKind} from './bench-choice.ts'
import type {BenchPolicy} from './bench-policy.ts'

/** Replicas of all pools together at the most, and of a pool at the least. */
interface PlannerBounds {
  readonly most: number
  readonly least: number
}

const TARGETS: Readonly<Record<DynamoScaling['release'], readonly OptimizationTarget[]>> = {
  '1.2.1': ['sla', 'latency', 'throughput'],
  '1.6.1': ['sla', 'load', 'latency', 'throughput'],
}

/** What a replica takes of a planner's budget: one, or, of 1.6.1, the GPUs of its engine, of two pools in the mean. */
export function budgetOfReplica(fleet: Fleet, release: Release): number {
  if (release === '1.2.1') return 1
  return leastGpus(ONE_OF_EACH, fleet) / poolsOf(fleet).length
}

const ONE_OF_EACH = {min_endpoint: 1, prefill_min_endpoint: null, decode_min_endpoint: null}

/** The planner of the scenario's release with each of its targets; all else as the scenario's own config says. */
export function planners(base: Scenario, bounds: PlannerBounds, notices: string[]): readonly BenchPolicy[] {
  const release = plannerReleaseOf(base)
  return TARGETS[release].flatMap(target => {
    const parsed = plannerWith(base, release, target, bounds)
    if (parsed.ok) return plannerPolicy(base, parsed.value, {id: `dynamo-${target}`, kind: 'dynamo'})
    notices.push(`The planner with target ${target} is left out: ${parsed.error.message}`)
    return []
  })
}

/** The same of the other release, whose engines come with it: the scenario is translated as a whole. */
export function otherPlanners(
  base: Scenario,
  bounds: PlannerBounds,
  notices: string[],
): readonly BenchPolicy[] {
  const other = plannerReleaseOf(base) === '1.6.1' ? '1.2.1' : '1.6.1'
  const {scenario, notes} = withRelease(base, other)
  notices.push(...notes.map(note => `Under ${other}: ${note}`))
  return planners(scenario, bounds, notices).map(policy => ({
    ...policy,
    id: policy.id.replace('dynamo-', `dynamo-${other}-`),
    kind: 'other-release',
  }))
}

/** The planner with settings of the user's own in place of those of the scenario; why not where they cannot be. */
export function plannerVariant(
  base: Scenario,
  bounds: PlannerBounds,
  {id, own}: {readonly id: string; readonly own: JsonObject},
): Result<BenchPolicy> {
  const release = plannerReleaseOf(base)
  const asked = TARGETS[release].find(target => target === own.optimization_target)
  const usual = base.scaling.policy === 'dynamo' ? base.scaling.config.optimization_target : 'sla'
  const parsed = plannerWith(base, release, asked ?? usual, {...bounds, own})
  if (!parsed.ok) return parsed
  const policy = plannerPolicy(base, parsed.value, {id, kind: 'dynamo'})
  return ok({...policy, label: `${policy.label}, ${nameOf(own, release)}`})
}

/** `TTFT target 900 ms, fewest replicas per pool 3`. */
function nameOf(own: JsonObject, release: Release): string {
  const parts = Object.entries(own)
    // The name of the policy has it.
    .filter(([key]) => key !== 'optimization_target')
    .map(([key, value]) =>
      tellKnob(`planner.${key}`, typeof value === 'object' ? '…' : String(value), release, true),
    )
  if (parts.length === 0) return 'as usual'
  const rest = parts.length - MOST_NAMED
  return [...parts.slice(0, MOST_NAMED), ...(rest > 0 ? [`${rest} more`] : [])].join(', ')
}

/** Settings; a line of a table has no room for more. */
const MOST_NAMED = 3

function plannerPolicy(
  base: Scenario,
  scaling: DynamoScaling,
  {id, kind}: {readonly id: string; readonly kind: BenchKind},
): BenchPolicy {
  return {
    id,
    label: `planner ${scaling.release}, ${scaling.config.optimization_target}`,
    kind,
    scenario: {...base, scaling},
    size: null,
    intervalS: scaling.config.load_adjustment_interval,
  }
}

function plannerReleaseOf({scaling, release}: Scenario): Release {
  return scaling.policy === 'dynamo' ? scaling.release : (release ?? FIRST_RELEASE)
}

function plannerWith(
  base: Scenario,
  release: DynamoScaling['release'],
  target: OptimizationTarget,
  {most, least, own: change = {}}: PlannerBounds & {readonly own?: JsonObject},
): Result<DynamoScaling> {
  const own = base.scaling.policy === 'dynamo' ? base.scaling.config : null
  const {ttftMs, itlMs} = base.objective ?? {ttftMs: own?.ttft, itlMs: own?.itl}
  const common = {
    enable_load_scaling: true,
    enable_throughput_scaling: false,
    ...own,
    mode: base.fleet.topology,
    optimization_target: target,
    ...(ttftMs === undefined ? {} : {ttft: ttftMs}),
    ...(itlMs === undefined ? {} : {itl: itlMs}),
    max_gpu_budget: most * budgetOfReplica(base.fleet, release),
    min_endpoint: least,
    ...change,
  }
  if (release === '1.6.1') {
    const {scale_interval_seconds, ...fields} = {scale_interval_seconds: undefined, ...common}
    const interval = scale_interval_seconds === undefined ? {} : {scheduling: {scale_interval_seconds}}
    const parsed = parsePlannerConfig16({...fields, ...interval})
    return parsed.ok ? ok({policy: 'dynamo', release, config: parsed.value.config}) : parsed
  }
  const parsed = parsePlannerConfig(common)
  return parsed.ok ? ok({policy: 'dynamo', release, config: parsed.value.config}) : parsed
}
