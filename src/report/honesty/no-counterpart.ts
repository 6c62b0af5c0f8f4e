import type {Scenario} from '../../config/scenario.ts'
import {isConstantStart} from '../../config/startup/startup-spec.ts'

/** Parts of a scenario that ai-dynamo's replay has nothing like: no run of it can be compared with. */
export function partsWithoutCounterpart({scaling, startup, drainLimitS}: Scenario): readonly string[] {
  const {policy} = scaling
  return [
    ...(policy === 'dynamo' || policy === 'fixed' ? [] : [`the ${policy} policy`]),
    ...(startup === undefined || isConstantStart(startup) ? [] : ['start-up times that vary']),
    ...(drainLimitS === undefined ? [] : ['a draining limit']),
  ]
}
