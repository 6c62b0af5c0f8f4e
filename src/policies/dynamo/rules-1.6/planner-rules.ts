import type {PlannerConfig16} from '../../../config/planner/planner-shape-1.6.ts'
import type {PlannerRules} from '../rules.ts'
import {decideTick16, situationOf, type TickDecisions16, type TickGrounds16} from './tick-decision.ts'
import {dialsOf16} from './tipping-dials.ts'

/** What Dynamo 1.6.1's planner decides from what. */
export const RULES_1_6: PlannerRules<PlannerConfig16, TickGrounds16, TickDecisions16> = {
  release: '1.6.1',
  decide: (config, grounds) => decideTick16(config, situationOf(grounds)),
  decidesFleet: (config, grounds) => grounds.load !== null || !setsBounds(config, grounds),
  setsBounds,
  fleetOutcome: ({prefill, decode}, {scaleTo}) => ({
    prefill: prefill && (scaleTo?.num_prefill ?? prefill.ready),
    decode: scaleTo?.num_decode ?? decode.ready,
  }),
  boundsOutcome: (_, {throughput}) => {
    const bounds = throughput?.bounds ?? null
    return bounds && {prefill: bounds.prefill ?? null, decode: bounds.decode}
  },
  dials: dialsOf16,
}

function setsBounds(config: PlannerConfig16, {throughput}: TickGrounds16): boolean {
  return throughput !== null && config.enable_load_scaling
}
