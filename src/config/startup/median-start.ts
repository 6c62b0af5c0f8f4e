import {medianOfDistribution} from '../../core/distribution-kinds.ts'
import type {Scenario} from '../scenario.ts'
import {constantSpec, type StartupSpec} from './startup-spec.ts'

/** Seconds that a start usually takes, stage after stage: of the slowest pool, where they differ. */
export function medianStartS(scenario: Pick<Scenario, 'startup' | 'fleet'>): number {
  return Math.max(...startupsOf(scenario).map(medianOf))
}

/** The sum of the medians of all stages. */
export function medianOf({stages}: StartupSpec): number {
  return stages.reduce((sum, {durationS}) => sum + medianOfDistribution(durationS), 0)
}

/** As the scenario says for all pools, else as the engine args of each do. */
function startupsOf({startup, fleet}: Pick<Scenario, 'startup' | 'fleet'>): readonly StartupSpec[] {
  if (startup !== undefined) return [startup]
  const pools = fleet.topology === 'agg' ? [fleet.workers] : [fleet.prefill, fleet.decode]
  return pools.map(({args}) => constantSpec(args.startup_time ?? 0))
}
