import type {ServiceObjective} from '../../config/scenario.ts'
import type {RequestColumns} from '../../engine/record/record.ts'
import {count, latency} from '../../report/findings/words.ts'
import {completedInArrivalOrder, tpotMs, ttftMs} from '../../report/request-measures.ts'

/**
 * Which requests of a run miss the objective, in sentences: by which latency, and how quick the quickest were where no request
 * keeps one. None where a sample is all that is left of them.
 */
export function tellMisses(
  {requests}: {readonly requests: RequestColumns},
  {ttftMs: ttftLimit, itlMs: itlLimit}: ServiceObjective,
): readonly string[] {
  if (requests.sampled !== undefined) return []
  const measured = [...completedInArrivalOrder(requests)].map(r => ({
    ttft: ttftMs(requests, r),
    itl: tpotMs(requests, r),
  }))
  const late = measured.filter(({ttft}) => ttft > ttftLimit)
  const slow = measured.filter(({itl}) => itl > itlLimit)
  const both = late.filter(({itl}) => itl > itlLimit).length
  const total = requests.arrivalOrder.length
  const unserved = total - measured.length
  const missed = late.length + slow.length - both + unserved
  if (missed === 0) return []
  const parts = [
    [late.length - both, 'by TTFT alone'],
    [slow.length - both, 'by ITL alone'],
    [both, 'by both'],
    [unserved, 'without an answer'],
  ] as const
  const told = parts.flatMap(([number, how]) => (number === 0 ? [] : [`${count(number)} ${how}`]))
  const misses = `${count(missed)} of ${count(total)} requests miss it: ${told.join(', ')}.`
  const least = [
    ...(late.length < measured.length
      ? []
      : [`its least TTFT is ${latency(leastOf(late.map(({ttft}) => ttft)))}`]),
    ...(slow.length < measured.length
      ? []
      : [`its least ITL is ${latency(leastOf(slow.map(({itl}) => itl)))}`]),
  ]
  return measured.length === 0 || least.length === 0
    ? [misses]
    : [misses, `No request of it is so quick: ${least.join(', ')}.`]
}

function leastOf(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
}
