import type {PlannerConfig16} from '../../../config/planner/planner-shape-1.6.ts'
import type {PlannerConfig} from '../../../config/scenario.ts'
import type {TickGrounds} from '../rules-1.2/tick-decision.ts'
import type {TickGrounds16} from '../rules-1.6/tick-decision.ts'

/** A tick whose decisions are to be taken again with other inputs, of either release. Plain data. */
export type TippingQuestion =
  | {readonly release: '1.2.1'; readonly config: PlannerConfig; readonly grounds: TickGrounds}
  | {readonly release: '1.6.1'; readonly config: PlannerConfig16; readonly grounds: TickGrounds16}
