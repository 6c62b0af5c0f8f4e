import {KeptValues} from '../core/statistics.ts'
import type {RequestColumns} from '../engine/record/record.ts'
import {type IntervalColumns, IntervalTally} from './interval-tally.ts'
import {completedInArrivalOrder} from './request-measures.ts'

export function computeIntervals(requests: RequestColumns, intervalMs: number): IntervalColumns {
  const tally = new IntervalTally({intervalMs, most: Number.POSITIVE_INFINITY}, () => new KeptValues())
  for (let r = 0; r < requests.count; r++)
    if (!Number.isNaN(requests.arrivalMs[r]!)) tally.arrived(requests.arrivalMs[r]!)
  for (const r of completedInArrivalOrder(requests)) tally.completed(requests, r)
  return tally.columns()
}
