import type {RequestColumns} from '../engine/record/record.ts'
import {tpotMs, ttftMs} from './request-measures.ts'
import type {ServiceLevel} from './service-level.ts'

/** When the objective was kept, minute by minute of simulated time; the keys are those of the report (contracts.md 3). */
export interface ServiceBurn {
  readonly interval_s: number
  /** Share of the requests that arrived in each interval and met both latencies; null where none arrived. */
  readonly share_met: readonly (number | null)[]
  /** Minutes whose share lies below the objective's. */
  readonly minutes_out: number
  /** Minutes in which requests arrived. */
  readonly minutes: number
}

/** An operator's alerts and error budgets go by the minute. */
const INTERVAL_S = 60

/**
 * By arrival, because a request that waits an hour is to be blamed on the minute it came in. One that never finished has
 * not met the objective.
 */
export function computeServiceBurn(
  requests: RequestColumns,
  {share, ...target}: ServiceLevel & {readonly share: number},
): ServiceBurn {
  const arrived: number[] = []
  const met: number[] = []
  for (const r of requests.arrivalOrder) {
    const arrivalMs = requests.arrivalMs[r]!
    if (Number.isNaN(arrivalMs)) continue
    const minute = Math.floor(arrivalMs / (INTERVAL_S * 1000))
    while (arrived.length <= minute) {
      arrived.push(0)
      met.push(0)
    }
    arrived[minute]!++
    if (isMet(requests, r, target)) met[minute]!++
  }
  const share_met = arrived.map((count, i) => (count === 0 ? null : met[i]! / count))
  const seen = share_met.filter(value => value !== null)
  return {
    interval_s: INTERVAL_S,
    share_met,
    minutes_out: seen.filter(value => value < share).length,
    minutes: seen.length,
  }
}

function isMet(requests: RequestColumns, r: number, target: ServiceLevel): boolean {
  const isDone = requests.emittedTokens[r]! > 0 && requests.emittedTokens[r]! >= requests.outputLength[r]!
  return isDone && ttftMs(requests, r) <= target.ttftMs && tpotMs(requests, r) <= target.itlMs
}
