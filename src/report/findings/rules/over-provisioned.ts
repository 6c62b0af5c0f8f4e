import {plannerOf, poolsOf} from '../../../config/scenario.ts'
import type {Candidate, Remedy} from '../finding.ts'
import type {RunFacts} from '../run-facts.ts'
import {percent} from '../words.ts'

/** Instances that compute for a smaller share of their time are more than the load needs. */
const LOW_USE = 0.4

/** The objective holds and the instances are idle most of the time. */
export function findOverProvisioned(facts: RunFacts): Candidate[] {
  if (!facts.holds) return []
  const uses = facts.poolUse.filter(({servingS}) => servingS > 0)
  if (uses.length === 0) return []
  const least = uses.reduce((low, use) => (use.busyS / use.servingS < low.busyS / low.servingS ? use : low))
  const share = least.busyS / least.servingS
  if (share >= LOW_USE) return []
  const where = least.pool === 'agg' ? 'instances' : `instances of the ${least.pool} pool`
  const text =
    `The objective holds (${percent(facts.shareMet)} of requests meet it, ${percent(facts.objective.share)} are asked for) with room to ` +
    `spare: ${where} computed for ${percent(share)} of the time they served.`
  const figures = {
    share_met: facts.shareMet,
    busy_share: share,
    busy_s: least.busyS,
    serving_s: least.servingS,
  }
  const finding = {
    rule: 'over-provisioned',
    from_s: facts.firstArrivalS,
    to_s: facts.lastArrivalS,
    text,
    figures,
  } as const
  return [{finding, weight: facts.requests.length * (LOW_USE - share), remedies: smaller(facts, least.pool)}]
}

/** One instance less, by whatever decides on the count. */
function smaller({scenario}: RunFacts, pool: string): Remedy[] {
  const {fleet} = scenario
  const planner = plannerOf(scenario)
  if (planner !== null)
    return planner.min_endpoint > 1 ? [{'planner.min_endpoint': planner.min_endpoint - 1}] : []
  const knob = pool === 'agg' ? 'num_workers' : `num_${pool}_workers`
  const spec = poolsOf(fleet).find(([name]) => name === pool)?.[1]
  return spec !== undefined && spec.initialWorkers > 1 ? [{[knob]: spec.initialWorkers - 1}] : []
}
