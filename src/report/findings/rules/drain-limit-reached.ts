import {computeDrainLimit} from '../../drain-limit-report.ts'
import type {Candidate} from '../finding.ts'
import type {RunFacts} from '../run-facts.ts'
import {clock, count, percent, plural} from '../words.ts'

/** Fewer requests, or hardly more often than others, may be chance. */
const LEAST_MISSED = 3
const MUCH_MORE_OFTEN = 1.5

/** Instances were ended with requests on them, and these missed the objective more often than all others. */
export function findDrainLimitReached(facts: RunFacts): Candidate[] {
  const {migrations} = facts.record.requestEvents
  const limitS = facts.scenario.drainLimitS
  if (migrations === undefined || limitS === undefined) return []
  const moved = [...new Set(migrations.request)]
  const missed = moved.filter(request => facts.missed[request] !== 0).length
  const others = facts.requests.length - moved.length
  const share = missed / moved.length
  const shareOfOthers = others === 0 ? 0 : (facts.missedCount - missed) / others
  if (missed < LEAST_MISSED || share < MUCH_MORE_OFTEN * shareOfOthers) return []
  const {ended_instances, carried_tokens} = computeDrainLimit(limitS, migrations)
  const [fromS, toS] = [migrations.atMs[0]! / 1000, migrations.atMs[migrations.length - 1]! / 1000]
  const text =
    `${clock(fromS)}–${clock(toS)}: ${plural(ended_instances, 'instance')} told to stop still had requests after the draining limit of ` +
    `${limitS} s. ${plural(moved.length, 'request')} began again elsewhere, with ${plural(carried_tokens, 'token')} of answers computed a second ` +
    `time; ${count(missed)} of them missed the objective (${percent(share)}, of all others ${percent(shareOfOthers)}).`
  const figures = {
    limit_s: limitS,
    ended_instances,
    requests: moved.length,
    carried_tokens,
    missed,
    share,
    share_of_others: shareOfOthers,
  }
  const finding = {rule: 'drain-limit-reached', from_s: fromS, to_s: toS, text, figures} as const
  return [{finding, weight: missed, remedies: [{drain_limit: longerThan(limitS)}]}]
}

/** Four times as long: requests that were a little too long for the limit then end by themselves. */
function longerThan(limitS: number): number {
  return limitS === 0 ? 30 : 4 * limitS
}
