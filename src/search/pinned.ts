import {leastGpus} from '../config/command-line/planner-flags-1.6.ts'
import {poolsOf, type Scenario} from '../config/scenario.ts'

/**
 * Instances per pool below which a fleet never falls, in the order of the pools: all of them where nobody scales, else
 * the planner's floor. null where no floor is known.
 */
export function floorsOf({fleet, scaling}: Pick<Scenario, 'fleet' | 'scaling'>): readonly number[] | null {
  const pools = poolsOf(fleet)
  if (scaling.policy === 'fixed') return pools.map(([, {initialWorkers}]) => initialWorkers)
  if (scaling.policy !== 'dynamo') return null
  const {min_endpoint: least} = scaling.config
  if (scaling.release === '1.2.1') return pools.map(() => least)
  const {prefill_min_endpoint: prefill, decode_min_endpoint: decode} = scaling.config
  return pools.map(([name]) => (name === 'prefill' ? prefill : decode) ?? least)
}

/** The same of a fleet that its policy cannot change: nobody scales it, or the floor is the ceiling. null where it can. */
export function pinnedCounts(scenario: Pick<Scenario, 'fleet' | 'scaling'>): readonly number[] | null {
  const floors = floorsOf(scenario)
  if (floors === null || scenario.scaling.policy !== 'dynamo') return floors
  return scenario.scaling.config.max_gpu_budget === budgetOfFloor(scenario) ? floors : null
}

/** What the floor takes of the planner's budget, as its release counts. */
export function budgetOfFloor({fleet, scaling}: Pick<Scenario, 'fleet' | 'scaling'>): number {
  if (scaling.policy !== 'dynamo') return 0
  if (scaling.release === '1.6.1') return leastGpus(scaling.config, fleet)
  return scaling.config.min_endpoint * poolsOf(fleet).length
}
