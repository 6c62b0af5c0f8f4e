import type {ServiceObjective} from '../../config/scenario.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import type {RequestColumns} from '../../engine/record/record.ts'
import {completedInArrivalOrder, tpotMs, ttftMs} from '../request-measures.ts'

export interface JudgedRequests {
  readonly requests: RequestColumns
  readonly traceSha256: string
}

/** What made a request late that was in time in the other run. */
export type LossCause = 'queue' | 'prefill' | 'gaps'

/** Who of the same requests meets the objective in which of two runs. */
export interface ObjectiveChanges {
  /** Requests that both runs completed. */
  readonly compared: number
  /** In time in the first run only, and in the second only. */
  readonly lost: number
  readonly won: number
  /** Of the lost ones: they waited longer for admission, their prompt took longer from there, or their tokens came slower. */
  readonly causes: Readonly<Record<LossCause, number>>
  /** Seconds between which all but the first and last tenth of the lost ones arrived; null without any. */
  readonly lostFromS: number | null
  readonly lostToS: number | null
}

export function computeObjectiveChanges(
  first: JudgedRequests,
  second: JudgedRequests,
  objective: ServiceObjective,
): Result<ObjectiveChanges> {
  const [a, b] = [first.requests, second.requests]
  if (first.traceSha256 !== second.traceSha256 || a.count !== b.count)
    return fail('the two runs replayed different traces, so their requests are not the same ones')
  const inSecond = new Set(completedInArrivalOrder(b))
  const both = [...completedInArrivalOrder(a)].filter(r => inSecond.has(r))
  const lost = both.filter(r => meets(a, r, objective) && !meets(b, r, objective))
  const won = both.filter(r => !meets(a, r, objective) && meets(b, r, objective))
  const causes = {queue: 0, prefill: 0, gaps: 0}
  for (const r of lost) causes[causeOf([a, b], r, objective)]++
  const arrivalS = lost.map(r => a.arrivalMs[r]! / 1000)
  return ok({
    compared: both.length,
    lost: lost.length,
    won: won.length,
    causes,
    lostFromS: at(arrivalS, 0.1),
    lostToS: at(arrivalS, 0.9),
  })
}

function meets(requests: RequestColumns, r: number, {ttftMs: ttft, itlMs: itl}: ServiceObjective): boolean {
  return ttftMs(requests, r) <= ttft && tpotMs(requests, r) <= itl
}

function causeOf(
  [a, b]: readonly [RequestColumns, RequestColumns],
  r: number,
  objective: ServiceObjective,
): LossCause {
  if (ttftMs(b, r) <= objective.ttftMs) return 'gaps'
  const moreQueueMs = queuedMs(b, r) - queuedMs(a, r)
  const moreMs = ttftMs(b, r) - ttftMs(a, r)
  return moreQueueMs >= moreMs - moreQueueMs ? 'queue' : 'prefill'
}

function queuedMs(requests: RequestColumns, r: number): number {
  return Math.max(requests.firstAdmitMs[r]! - requests.arrivalMs[r]!, 0)
}

/** Of values in the order of arrival, which is rising. */
function at(values: readonly number[], share: number): number | null {
  return values[Math.floor(share * (values.length - 1))] ?? null
}
