import type {ServiceObjective} from '../../config/scenario.ts'
import type {RequestColumns} from '../../engine/record/record.ts'
import {completedInArrivalOrder, tpotMs, ttftMs} from '../../report/request-measures.ts'

/** Latencies that a run held for the share asked for; the ITL stays as asked where that can be. */
export function heldBy(
  {requests}: {readonly requests: RequestColumns},
  asked: ServiceObjective,
): ServiceObjective {
  const completed = [...completedInArrivalOrder(requests)]
  const needed = Math.ceil(asked.share * completed.length)
  const quick = completed.filter(r => tpotMs(requests, r) <= asked.itlMs)
  if (quick.length >= needed)
    return {
      ...asked,
      ttftMs: roundedUp(
        nth(
          quick.map(r => ttftMs(requests, r)),
          needed,
        ),
      ),
    }
  // Half of the misses are left to either of the two.
  const smooth = Math.ceil(((1 + asked.share) / 2) * completed.length)
  const itlMs = roundedUp(
    nth(
      completed.map(r => tpotMs(requests, r)),
      smooth,
    ),
  )
  const within = completed.filter(r => tpotMs(requests, r) <= itlMs)
  return {
    ...asked,
    itlMs,
    ttftMs: roundedUp(
      nth(
        within.map(r => ttftMs(requests, r)),
        needed,
      ),
    ),
  }
}

/** The loosest of what several runs held: that holds in each of them. */
export function loosest(all: readonly ServiceObjective[]): ServiceObjective | null {
  const [first] = all
  if (first === undefined) return null
  return {
    share: first.share,
    ttftMs: Math.max(...all.map(({ttftMs}) => ttftMs)),
    itlMs: Math.max(...all.map(({itlMs}) => itlMs)),
  }
}

/** @param rank from 1 */
function nth(values: readonly number[], rank: number): number {
  return Float64Array.from(values).sort()[rank - 1] ?? Number.POSITIVE_INFINITY
}

/** To two digits, as one would set it. */
function roundedUp(ms: number): number {
  let unit = 1
  while (ms >= 100 * unit) unit *= 10
  return Math.ceil(ms / unit) * unit
}
