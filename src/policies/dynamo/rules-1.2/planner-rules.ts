import type {PlannerConfig} from '../../../config/scenario.ts'
import type {PlannerRules, ReplicaPair} from '../rules.ts'
import {decideTick, type TickDecisions, type TickGrounds} from './tick-decision.ts'
import {dialsOf} from './tipping-dials.ts'

/** What Dynamo 1.2.1's planner decides from what. */
export const RULES_1_2: PlannerRules<PlannerConfig, TickGrounds, TickDecisions> = {
  release: '1.2.1',
  decide: decideTick,
  decidesFleet: (config, grounds) => grounds.load !== null || !setsBounds(config, grounds),
  setsBounds,
  fleetOutcome,
  boundsOutcome: (_, {throughput}) => {
    const bounds = throughput?.bounds ?? null
    return bounds && {prefill: bounds.prefill ?? null, decode: bounds.decode}
  },
  dials: dialsOf,
}

function setsBounds(config: PlannerConfig, grounds: TickGrounds): boolean {
  return grounds.throughput !== null && config.enable_load_scaling
}

function fleetOutcome(grounds: TickGrounds, {load, throughput}: TickDecisions): ReplicaPair | null {
  const scaleTo = load?.scaleTo ?? throughput?.scaleTo ?? null
  const ready = readyOf(grounds)
  if (scaleTo === null) return ready
  const decode = scaleTo.num_decode ?? ready?.decode
  if (decode === undefined) return null
  return {prefill: scaleTo.num_prefill ?? ready?.prefill ?? null, decode}
}

function readyOf({load}: TickGrounds): ReplicaPair | null {
  if (load === null) return null
  return load.topology === 'agg'
    ? {prefill: null, decode: load.pool.ready}
    : {prefill: load.prefill.ready, decode: load.decode.ready}
}
