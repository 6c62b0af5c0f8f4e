import type {PlannerConfig} from '../../../config/scenario.ts'
import type {DynamoTick} from '../../../report/dynamo-ticks.ts'
import {tellReasons} from './tell-reasons.ts'
import {tellReasons16} from './tell-reasons-1.6.ts'
import {type EngineRow, engineRows, type Fact, tickFacts} from './tick-facts.ts'
import {engineRows16, fields16Of, tickFacts16} from './tick-fields-1.6.ts'

/** A tick in the words of the release whose planner took it. */
export interface ToldTick {
  /** Why it decided as it did. */
  readonly reasons: readonly string[]
  readonly facts: readonly Fact[]
  readonly engines: readonly EngineRow[]
  /** Whether the decision can be taken again with other inputs: the grounds of 1.6.1's are not kept. */
  readonly canTip: boolean
}

export function tellTick(tick: DynamoTick, config: PlannerConfig): ToldTick {
  const fields = fields16Of(tick)
  if (fields === null) {
    return {
      reasons: tellReasons(tick, config),
      facts: tickFacts(tick, config),
      engines: engineRows(tick),
      canTip: true,
    }
  }
  return {
    reasons: tellReasons16(tick, config, fields),
    facts: tickFacts16(tick, config, fields),
    engines: engineRows16(tick),
    canTip: false,
  }
}
