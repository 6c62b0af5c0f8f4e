import {isEqual} from '../core/is-equal.ts'
import {type Scaling, type Scenario, withPhase} from './scenario.ts'

/**
 * Whether two runs are of one setting, sampled twice: they differ in where the policy's interval begins, in seeds, or in the sample of
 * the traffic alone. Nobody chooses these, so no figure of one is better than the other's. The very same run is not.
 */
export function isOneSetting(one: Scenario, other: Scenario): boolean {
  return !isEqual(one, other) && isEqual(withoutLuck(one), withoutLuck(other))
}

function withoutLuck(scenario: Scenario): Partial<Scenario> {
  const {traceSeed: _, ...setting} = {...scenario, seed: 0}
  return {...setting, scaling: withoutOrder(withPhase(setting.scaling, 0))}
}

function withoutOrder(scaling: Scaling): Scaling {
  if (!('sampleOrderSeed' in scaling)) return scaling
  const {sampleOrderSeed: _, ...same} = scaling
  return same
}
