import {
  computeSummary,
  EMPTY_SUMMARY,
  type Summary,
  selectWeightedRanks,
  summaryFrom,
  summaryRanks,
} from '../core/statistics.ts'
import type {EngineRecord, RequestColumns, TokenGaps} from '../engine/record/record.ts'
import {computeGapMoments} from './gap-moments.ts'
import type {ReferenceReport, Statistic} from './report.ts'
import {completedInArrivalOrder, e2eMs, tpotMs, ttftMs, ttstMs} from './request-measures.ts'

export {completedInArrivalOrder} from './request-measures.ts'

/** The reference's report of a finished run (engine.md 11), without our additions. */
export function computeReport(record: EngineRecord, options: {readonly wallTimeMs: number}): ReferenceReport {
  const {requests} = record
  const completed = completedInArrivalOrder(requests)
  const totals = computeTotals(requests, completed)
  return {
    ...totalsAndRates({arrived: countArrived(requests), completed: completed.length}, totals),
    ...wallFigures(totals, options.wallTimeMs),
    ...requestDistributions(requests, completed),
    ...gapDistributions(record.tokenGaps),
  }
}

/** Of the completed requests. */
export interface ReportTotals {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly reusedTokens: number
  /** From the start of the run. */
  readonly durationMs: number
}

/** Counts, tokens, what went through in a second of simulated time, and the share of prompts that was cached. */
export function totalsAndRates(
  {arrived, completed}: {readonly arrived: number; readonly completed: number},
  totals: ReportTotals,
) {
  const {inputTokens, outputTokens, reusedTokens, durationMs} = totals
  const durationS = reportSeconds(totals)
  return {
    num_requests: arrived,
    completed_requests: completed,
    total_input_tokens: inputTokens,
    total_output_tokens: outputTokens,
    duration_ms: durationMs,
    request_throughput_rps: completed / durationS,
    input_throughput_tok_s: inputTokens / durationS,
    output_throughput_tok_s: outputTokens / durationS,
    total_throughput_tok_s: (inputTokens + outputTokens) / durationS,
    prefix_cache_reused_ratio: inputTokens > 0 ? reusedTokens / inputTokens : 0,
  }
}

/** What rates are taken over, s: never nothing. */
export function reportSeconds({durationMs}: Pick<ReportTotals, 'durationMs'>): number {
  return Math.max(durationMs / 1000, 1e-9)
}

/** What the host did in a second of its own time. */
export function wallFigures({inputTokens, outputTokens}: ReportTotals, wallTimeMs: number) {
  const processed = inputTokens + outputTokens
  const wallS = wallTimeMs / 1000
  const perWallSecond = (tokens: number) => (wallS > 0 ? tokens / wallS : 0)
  return {
    processed_tokens: processed,
    wall_time_ms: wallTimeMs,
    processed_tokens_per_s: perWallSecond(processed),
    processed_output_tokens_per_s: perWallSecond(outputTokens),
  }
}

export function countArrived(requests: RequestColumns): number {
  let arrived = 0
  for (let r = 0; r < requests.count; r++) if (!Number.isNaN(requests.arrivalMs[r]!)) arrived++
  return arrived
}

function computeTotals(requests: RequestColumns, completed: Int32Array) {
  const totals = {inputTokens: 0, outputTokens: 0, reusedTokens: 0, durationMs: 0}
  for (const r of completed) {
    totals.inputTokens += requests.inputLength[r]!
    totals.outputTokens += requests.outputLength[r]!
    totals.reusedTokens += requests.reusedTokens[r]!
    totals.durationMs = Math.max(totals.durationMs, requests.lastTokenMs[r]!)
  }
  return totals
}

function requestDistributions(requests: RequestColumns, completed: Int32Array) {
  const several = completed.filter(request => requests.emittedTokens[request]! >= 2)
  const over = (indices: Int32Array, measure: typeof ttftMs) =>
    computeSummary(new Float64Array(indices.length).map((_, i) => measure(requests, indices[i]!)))
  return {
    ...named('ttft_ms', over(completed, ttftMs)),
    ...named('ttst_ms', over(several, ttstMs)),
    ...named('tpot_ms', over(several, tpotMs)),
    ...named('e2e_latency_ms', over(completed, e2eMs)),
  }
}

/**
 * ITL and per-user throughput, pooled over all gaps of all requests. Throughput is 1000/gap over the positive
 * gaps; it falls as the gap grows, so its rank r is the gap's rank counted from the other end and one selection
 * serves both.
 */
function gapDistributions(tokenGaps: TokenGaps) {
  const gaps = tokenGaps.gapMs.subarray(0, tokenGaps.length)
  const counts = tokenGaps.count.subarray(0, tokenGaps.length)
  const {gaps: itl, rates: perUser} = computeGapMoments(gaps, counts)
  const mirrored = (rank: number) => itl.count - 1 - rank
  const ranks = [...summaryRanks(itl.count), ...summaryRanks(perUser.count).map(mirrored)]
  const byRank = selectWeightedRanks(gaps, counts, ranks)
  const gapAt = (rank: number) => byRank.get(rank)!
  return {
    ...named('itl_ms', itl.count === 0 ? EMPTY_SUMMARY : summaryFrom(gapAt, itl)),
    ...named(
      'output_token_throughput_per_user',
      perUser.count === 0 ? EMPTY_SUMMARY : summaryFrom(rank => 1000 / gapAt(mirrored(rank)), perUser),
    ),
  }
}

export function named<D extends string>(
  distribution: D,
  summary: Summary,
): {readonly [K in `${Statistic}_${D}`]: number} {
  const entries = Object.entries(summary).map(([statistic, value]) => [`${statistic}_${distribution}`, value])
  return Object.fromEntries(entries)
}
