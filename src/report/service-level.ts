import type {RequestColumns} from '../engine/record/record.ts'
import {completedInArrivalOrder, tpotMs, ttftMs} from './request-measures.ts'

export {tpotMs, ttftMs} from './request-measures.ts'

/** Latency targets in ms. */
export interface ServiceLevel {
  readonly ttftMs: number
  readonly itlMs: number
}

/** Requests that met both targets; a request of one token has no gaps and so meets the ITL target. */
export function countAttained(requests: RequestColumns, target: ServiceLevel): number {
  let attained = 0
  for (const r of completedInArrivalOrder(requests)) if (isAttained(requests, r, target)) attained++
  return attained
}

/** A completed request met both targets. */
export function isAttained(requests: RequestColumns, r: number, target: ServiceLevel): boolean {
  return ttftMs(requests, r) <= target.ttftMs && tpotMs(requests, r) <= target.itlMs
}
