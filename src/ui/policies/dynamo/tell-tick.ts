import type {PlannerConfig16} from '../../../config/planner/planner-shape-1.6.ts'
import type {PlannerConfig} from '../../../config/scenario.ts'
import type {TippingQuestion} from '../../../policies/dynamo/tipping/tipping-question.ts'
import type {DynamoTick} from '../../../report/dynamo-ticks.ts'
import {tellReasons} from './tell-reasons.ts'
import {tellReasons16} from './tell-reasons-1.6.ts'
import {type Fact, type InstanceRow, instanceRows, tickFacts} from './tick-facts.ts'
import {fields16Of, instanceRows16, tickFacts16} from './tick-fields-1.6.ts'

/** A tick in the words of the release whose planner took it. */
export interface ToldTick {
  /** Why it decided as it did. */
  readonly reasons: readonly string[]
  readonly facts: readonly Fact[]
  readonly instances: readonly InstanceRow[]
  /** What it takes to decide again with other inputs; null where 1.6.1's planner asks tables, or in runs kept from before. */
  readonly tippingQuestion: TippingQuestion | null
}

/** Why it decided as it did, alone: what a table of many ticks shows of each. */
export function tellWhy(tick: DynamoTick, config: PlannerConfig): readonly string[] {
  const fields = fields16Of(tick)
  return fields === null ? tellReasons(tick, config) : tellReasons16(tick, config, fields)
}

export function tellTick(tick: DynamoTick, config: PlannerConfig): ToldTick {
  const reasons = tellWhy(tick, config)
  const fields = fields16Of(tick)
  const {grounds16 = null} = tick
  if (fields === null) {
    return {
      reasons,
      facts: tickFacts(tick, config),
      instances: instanceRows(tick),
      tippingQuestion: {release: '1.2.1', config, grounds: tick.explanation.grounds},
    }
  }
  return {
    reasons,
    facts: tickFacts16(tick, config, fields),
    instances: instanceRows16(tick),
    tippingQuestion: grounds16 && {release: '1.6.1', config: config as PlannerConfig16, grounds: grounds16},
  }
}
