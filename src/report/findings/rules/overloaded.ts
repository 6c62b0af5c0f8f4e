import {plannerOf, poolsOf} from '../../../config/scenario.ts'
import {computeSaturation} from '../../honesty/saturation.ts'
import type {Candidate, Remedy} from '../finding.ts'
import type {RunFacts} from '../run-facts.ts'
import {count, percent} from '../words.ts'

/** Instances that compute for this share of their time have nothing left to give. */
const ALL_THE_TIME = 0.95

/**
 * The fleet was as large as it may be, computed all the time, and fell behind: no setting of a policy can hold the
 * objective with it, only more or faster instances.
 */
export function findOverloaded(facts: RunFacts): Candidate[] {
  const busy = facts.poolUse.filter(({busyS, servingS}) => servingS > 0 && busyS >= ALL_THE_TIME * servingS)
  if (busy.length === 0 || !isAtItsLargest(facts)) return []
  const saturation = computeSaturation(facts.record)
  if (saturation.label !== 'overloaded') return []
  const [{pool, busyS, servingS}] = busy as [(typeof busy)[number]]
  const spanS = facts.lastArrivalS - facts.firstArrivalS
  const instances = servingS / spanS
  const text =
    `Overloaded from the start: ${percent(busyS / servingS)} of the time the ${pool === 'agg' ? '' : `${pool} `}instances computed ` +
    `(${instances.toFixed(1)} on average), and ${saturation.completionRps.toFixed(2)} of ${saturation.arrivalRps.toFixed(2)} requests per second were ` +
    `completed; ${count(saturation.waitingAtLastArrival)} still waited at the last arrival. No setting of the policy can hold this load within its limits.`
  const figures = {
    busy_share: busyS / servingS,
    mean_instances: instances,
    completion_rps: saturation.completionRps,
    arrival_rps: saturation.arrivalRps,
    waiting_at_last_arrival: saturation.waitingAtLastArrival,
  }
  const finding = {
    rule: 'overloaded',
    from_s: facts.firstArrivalS,
    to_s: facts.lastArrivalS,
    text,
    figures,
  } as const
  return [{finding, weight: facts.missedCount, remedies: larger(facts)}]
}

/** Nobody could have added an instance: there is no policy, or its budget was used up for half the run or more. */
function isAtItsLargest({scaling, scenario, ticks}: RunFacts): boolean {
  const config = plannerOf(scenario)
  if (scaling === null || config === null) return true
  const budget = config.max_gpu_budget
  const full = ticks.filter(tick => budget >= 0 && tick.serving + tick.starting >= budget)
  return full.length * 2 >= ticks.length
}

function larger({scenario}: RunFacts): Remedy[] {
  const {fleet} = scenario
  const planner = plannerOf(scenario)
  if (planner !== null) return [{'planner.max_gpu_budget': planner.max_gpu_budget * 2}]
  return poolsOf(fleet).flatMap(([pool, {initialWorkers}]) => {
    const knob = pool === 'agg' ? 'num_workers' : `num_${pool}_workers`
    return [{[knob]: initialWorkers * 2}]
  })
}
