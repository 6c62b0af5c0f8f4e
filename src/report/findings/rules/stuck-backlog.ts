import type {Candidate} from '../finding.ts'
import {missedBetween, type RunFacts} from '../run-facts.ts'
import {longestSpan, spansOf} from '../spans.ts'
import {clock, count, plural} from '../words.ts'

/** A queue of fewer requests is soon worked off. */
const LEAST_QUEUE = 20
/** One instance holds this share of all that waits on the pool, or more. */
const SHARE_OF_ALL = 0.8
const SHORTEST_S = 60

/** What waits on each serving instance of a pool in one bin of time. */
interface Queues {
  readonly atS: number
  readonly largest: number
  readonly instance: number
  readonly all: number
  readonly instances: number
}

/**
 * The backlog stands on one instance while the others are next to idle. Requests that wait on an instance stay there, so
 * another replica would not have taken them over.
 */
export function findStuckBacklog(facts: RunFacts): Candidate[] {
  const bins = queuesOverTime(facts)
  const span = longestSpan(
    spansOf(
      bins,
      bin => bin.atS,
      bin => bin.instances > 1 && bin.largest >= LEAST_QUEUE && bin.largest >= SHARE_OF_ALL * bin.all,
      2,
    ),
  )
  if (span === undefined || span.toS - span.fromS < SHORTEST_S) return []
  const worst = span.items.reduce((most, bin) => (bin.largest > most.largest ? bin : most))
  const {missed} = missedBetween(facts, span.fromS, span.toS)
  const router =
    facts.scenario.routerMode === 'round_robin'
      ? ' Round robin goes on sending it its turn of new requests.'
      : ''
  const text =
    `${clock(span.fromS)}–${clock(span.toS)}: the backlog stands on one instance. At ${clock(worst.atS)} ` +
    `${count(worst.largest)} of ${count(worst.all)} waiting requests were on one of ${plural(worst.instances, 'instance')}. ` +
    `Requests do not move once they wait, so more replicas would not have helped them.${router}`
  const figures = {largest_queue: worst.largest, waiting: worst.all, instances: worst.instances, missed}
  const finding = {
    rule: 'stuck-backlog',
    from_s: span.fromS,
    to_s: span.toS,
    text,
    figures,
  } as const
  const remedies = facts.scenario.routerMode === 'round_robin' ? [{router_mode: 'kv_router'}] : []
  return [{finding, weight: missed, remedies}]
}

function queuesOverTime({record}: RunFacts): Queues[] {
  const {binMs, firstBin, offset, queued} = record.loads
  const queues = new Map<number, {largest: number; instance: number; all: number; instances: number}>()
  record.workers.forEach(({component}, instance) => {
    // The prefill pool of a disaggregated fleet is the one whose queue users feel first; pools are not added up.
    if (component === 'decode') return
    for (let i = offset[instance]!; i < offset[instance + 1]!; i++) {
      const bin = firstBin[instance]! + i - offset[instance]!
      const own = queued[i]!
      const seen = queues.get(bin) ?? {largest: -1, instance, all: 0, instances: 0}
      seen.all += own
      seen.instances++
      if (own > seen.largest) {
        seen.largest = own
        seen.instance = instance
      }
      queues.set(bin, seen)
    }
  })
  return [...queues].sort(([a], [b]) => a - b).map(([bin, seen]) => ({atS: (bin * binMs) / 1000, ...seen}))
}
