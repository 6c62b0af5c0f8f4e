import type {Scenario, ServiceObjective} from '../config/scenario.ts'
import type {Shard} from '../sweep/shard.ts'
import type {RunsPerSetting} from './evaluation.ts'
import type {Prices} from './prices.ts'
import type {SearchSpace} from './space.ts'
import type {TraceWindow} from './windows.ts'

export interface SearchProblem extends RunsPerSetting {
  /** Today's setting; what the space does not name stays as it is here. */
  readonly base: Scenario
  readonly objective: ServiceObjective
  readonly space: SearchSpace
  /** Runs of the whole trace, partial ones by their part of it. */
  readonly budget: number
  readonly seed: number
  readonly windows: readonly TraceWindow[]
  /** Money per GPU-hour; empty = the cheapest is what takes the fewest GPU-hours. */
  readonly prices: Prices
  /** What the answer may cost at the most, in what settings are compared by: money, or GPU-hours without prices. Absent = anything. */
  readonly mostCost?: number
  readonly shard?: Shard
}
