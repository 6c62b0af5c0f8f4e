import {fail, ok, type Result} from '../../core/result.ts'
import {nearestRank} from '../../core/statistics.ts'
import type {RequestColumns} from '../../engine/record/record.ts'

/** Latency that is compared: to the first token, or to the last. */
export type ComparedLatency = 'ttft' | 'e2e'

export interface ComparedRequests {
  readonly requests: RequestColumns
  readonly traceSha256: string
}

/**
 * The same request in two runs, one entry per request that both completed, in the first run's order of arrival.
 * `differenceMs` is second - first, and is `queueMs` (arrival to first admission) plus `computeMs` (the rest: prefill,
 * hand-over, decode and the waiting in between).
 */
export interface RequestDifferences {
  readonly request: Int32Array
  readonly arrivalMs: Float64Array
  readonly firstMs: Float64Array
  readonly secondMs: Float64Array
  readonly differenceMs: Float64Array
  readonly queueMs: Float64Array
  readonly computeMs: Float64Array
  /** Requests that only one of the runs completed. */
  readonly onlyFirst: number
  readonly onlySecond: number
}

/** Below a nanosecond, two times that were summed in another order. */
const EQUAL_WITHIN_MS = 1e-6

export function computeRequestDifferences(
  first: ComparedRequests,
  second: ComparedRequests,
  latency: ComparedLatency,
): Result<RequestDifferences> {
  const mismatch = mismatchOf(first, second)
  if (mismatch !== null) return fail(mismatch)
  const a = first.requests
  const b = second.requests
  const both = a.arrivalOrder.filter(r => isCompleted(a, r) && isCompleted(b, r))
  const column = (pick: (request: number) => number) => Float64Array.from(both, pick)
  const firstMs = column(r => latencyMs(a, r, latency))
  const secondMs = column(r => latencyMs(b, r, latency))
  const differenceMs = secondMs.map((ms, i) => ms - firstMs[i]!)
  const queueMs = column(r => queuedMs(b, r) - queuedMs(a, r))
  return ok({
    request: both,
    arrivalMs: column(r => a.arrivalMs[r]!),
    firstMs,
    secondMs,
    differenceMs,
    queueMs,
    computeMs: differenceMs.map((ms, i) => ms - queueMs[i]!),
    onlyFirst: countCompleted(a) - both.length,
    onlySecond: countCompleted(b) - both.length,
  })
}

function mismatchOf(first: ComparedRequests, second: ComparedRequests): string | null {
  if (first.traceSha256 !== second.traceSha256)
    return 'the two runs replayed different traces, so their requests are not the same ones'
  if (first.requests.count !== second.requests.count)
    return 'the two runs read different numbers of requests from the trace'
  if (!areSameNumbers(first.requests, second.requests))
    return 'the two runs came to different requests of the trace before they stopped, and kept a sample of those'
  return null
}

/** A row is the same request in both, as far as samples go. */
function areSameNumbers(a: RequestColumns, b: RequestColumns): boolean {
  return a.sampled?.number.every((number, row) => number === b.sampled?.number[row]) ?? true
}

function isCompleted(requests: RequestColumns, r: number): boolean {
  return !Number.isNaN(requests.firstAdmitMs[r]!) && requests.emittedTokens[r]! > 0
}

function countCompleted(requests: RequestColumns): number {
  return requests.arrivalOrder.reduce((count, r) => count + Number(isCompleted(requests, r)), 0)
}

function latencyMs(requests: RequestColumns, r: number, latency: ComparedLatency): number {
  const endMs = latency === 'ttft' ? requests.firstTokenMs[r]! : requests.lastTokenMs[r]!
  return Math.max(endMs - requests.arrivalMs[r]!, 0)
}

function queuedMs(requests: RequestColumns, r: number): number {
  return Math.max(requests.firstAdmitMs[r]! - requests.arrivalMs[r]!, 0)
}

export interface DifferenceSummary {
  readonly compared: number
  readonly slower: number
  readonly faster: number
  readonly equal: number
  /** Over all compared requests. */
  readonly meanMs: number
  /** Among the slower ones, and among the faster ones (positive: by how much); 0 without any. */
  readonly slowerMedianMs: number
  readonly fasterMedianMs: number
  readonly slowerMaxMs: number
  /** Share of the time the slower requests lost that they lost in the queue, within 0 and 1; null without any. */
  readonly queueShare: number | null
}

export function summarizeDifferences(differences: RequestDifferences): DifferenceSummary {
  const {differenceMs, queueMs} = differences
  const slower = differenceMs.filter(ms => ms > EQUAL_WITHIN_MS)
  const faster = differenceMs.filter(ms => ms < -EQUAL_WITHIN_MS).map(ms => -ms)
  let lostMs = 0
  let queuedLostMs = 0
  differenceMs.forEach((ms, i) => {
    if (ms <= EQUAL_WITHIN_MS) return
    lostMs += ms
    // A request may queue longer and compute less: it cannot have lost more in the queue than it lost.
    queuedLostMs += Math.min(Math.max(queueMs[i]!, 0), ms)
  })
  const compared = differenceMs.length
  return {
    compared,
    slower: slower.length,
    faster: faster.length,
    equal: compared - slower.length - faster.length,
    meanMs: compared === 0 ? 0 : differenceMs.reduce((sum, ms) => sum + ms, 0) / compared,
    slowerMedianMs: medianOf(slower),
    fasterMedianMs: medianOf(faster),
    slowerMaxMs: slower.reduce((max, ms) => Math.max(max, ms), 0),
    queueShare: slower.length === 0 ? null : queuedLostMs / lostMs,
  }
}

/** Indices of the `count` largest losses (or gains), largest first; equal ones in order of arrival. */
export function mostDifferent(
  {differenceMs}: RequestDifferences,
  direction: 'slower' | 'faster',
  count: number,
): readonly number[] {
  const sign = direction === 'slower' ? 1 : -1
  return Array.from(differenceMs.keys())
    .filter(i => sign * differenceMs[i]! > EQUAL_WITHIN_MS)
    .sort((i, j) => sign * (differenceMs[j]! - differenceMs[i]!) || i - j)
    .slice(0, count)
}

function medianOf(values: Float64Array): number {
  return values.length === 0 ? 0 : values.sort()[nearestRank(values.length, 50)]!
}
