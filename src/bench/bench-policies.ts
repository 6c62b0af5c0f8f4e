import {AUTOSCALERS} from '../config/scaling/parse-policy-text.ts'
import {phaseIntervalS} from '../config/scaling/phase-interval.ts'
import {POLICY_WORDS} from '../config/scaling/policy-names.ts'
import {plannerOf, type Scenario} from '../config/scenario.ts'
import {ok, type Result} from '../core/result.ts'
import {autoscaler} from './bench-autoscalers.ts'
import {budgetOfReplica, otherPlanners, planners} from './bench-planners.ts'
import type {BenchPolicy, BenchSettings} from './bench-policy.ts'
import {variantPolicies} from './bench-variants.ts'
import {type FleetSize, fleetSizeOf, withFleetSize} from './fleet-plan.ts'

/** The bounds that the scenario itself sets: its planner's budget, else the reference's default. */
export function boundsOf(scenario: Scenario): {readonly most: number; readonly least: number} {
  const planner = plannerOf(scenario)
  const {prefill, decode} = fleetSizeOf(scenario.fleet)
  const initial = decode + (prefill ?? 0)
  const {fleet, scaling} = scenario
  const ofReplica = scaling.policy === 'dynamo' ? budgetOfReplica(fleet, scaling.release) : 1
  const budget = Math.floor((planner?.max_gpu_budget ?? DEFAULT_BUDGET) / ofReplica)
  return {
    most: Math.max(budget > 0 ? budget : DEFAULT_BUDGET, initial),
    least: Math.max(planner?.min_endpoint ?? 1, 1),
  }
}

const DEFAULT_BUDGET = 8

export interface BenchField {
  readonly policies: readonly BenchPolicy[]
  /** What is asked for and cannot be run, each with the reason. */
  readonly notices: readonly string[]
}

/** Every policy that is asked for, with settings that somebody without a measurement would begin with; all judged alike. */
export function benchPolicies(base: Scenario, settings: BenchSettings): Result<BenchField> {
  const {kinds} = settings
  const notices: string[] = []
  const variants = variantPolicies(base, settings)
  if (!variants.ok) return variants
  const policies = [
    ...(kinds.has('fixed') || kinds.has('hindsight') ? fixedFleets(base, settings) : []),
    ...(kinds.has('dynamo') ? planners(base, settings, notices) : []),
    ...(kinds.has('other-release') ? otherPlanners(base, settings, notices) : []),
    ...AUTOSCALERS.flatMap(kind => (kinds.has(kind) ? [autoscaler(base, kind, settings, {})] : [])),
    ...variants.value,
    ...(kinds.has('own') ? ownPolicy(base) : []),
  ]
  return ok({policies, notices})
}

function fixedFleets(base: Scenario, {most, least}: BenchSettings): readonly BenchPolicy[] {
  // A KV router has nothing to choose from with one instance, which the reference's plain replay refuses.
  const first = base.routerMode === 'kv_router' && base.fleet.topology === 'agg' ? Math.max(least, 2) : least
  return sizesUpTo(base, first, most).map(size => {
    const text = size.prefill === null ? `${size.decode}` : `${size.prefill}+${size.decode}`
    return {
      id: `fixed-${text.replace('+', '-')}`,
      label: text === '1' ? '1 fixed replica' : `${text} fixed replicas`,
      kind: 'fixed',
      scenario: {...base, fleet: withFleetSize(base.fleet, size), scaling: {policy: 'fixed'}},
      size,
      intervalS: null,
    }
  })
}

function sizesUpTo({fleet}: Scenario, least: number, most: number): readonly FleetSize[] {
  const counts = Array.from({length: Math.max(most - least + 1, 0)}, (_, i) => least + i)
  if (fleet.topology === 'agg') return counts.map(decode => ({prefill: null, decode}))
  return counts.flatMap(prefill =>
    counts.filter(decode => prefill + decode <= most).map(decode => ({prefill, decode})),
  )
}

/** What the scenario itself says, where that is no fixed fleet. */
function ownPolicy(base: Scenario): readonly BenchPolicy[] {
  const {scaling} = base
  if (scaling.policy === 'fixed') return []
  return [
    {
      id: 'own',
      label: `${POLICY_WORDS[scaling.policy].short} as given`,
      kind: 'own',
      scenario: base,
      size: null,
      intervalS: phaseIntervalS(scaling),
    },
  ]
}
