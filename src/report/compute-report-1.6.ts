import type {EngineArgs, ReportedSla, Scenario} from '../config/scenario.ts'
import {binMiddle, binOf} from '../core/sketch/log-bins.ts'
import {computeSummary, EMPTY_SUMMARY, type Summary, selectWeightedRanks} from '../core/statistics.ts'
import type {EngineRecord, RequestColumns, TokenGaps} from '../engine/record/record.ts'
import {countArrived, named, reportSeconds, totalsAndRates, wallFigures} from './compute-report.ts'
import {computeGapMoments, type Moments} from './gap-moments.ts'
import type {ReferenceReport, ReportAdditions16} from './report.ts'
import {e2eMs, tpotMs, ttftMs, ttstMs} from './request-measures.ts'

/** Which requests of an agentic trace make up a trajectory, and how many others each waits for. */
interface Plays {
  readonly play: Int32Array
  readonly playCount: number
  readonly waits: Int32Array
  readonly nestedTimes?: string
}

export interface ReportOptions16 {
  readonly wallTimeMs: number
  readonly scenario: Pick<Scenario, 'fleet' | 'reportedSla'>
  /** Of an agentic trace. */
  readonly graph: Plays | undefined
}

/** The report of 1.6.1 (engine-1.6.md 11), without our additions. */
export function computeReport16(
  record: EngineRecord,
  {wallTimeMs, scenario, graph}: ReportOptions16,
): ReferenceReport & ReportAdditions16 {
  const {requests} = record
  const completed = completed16(requests)
  const totals = computeTotals(requests, completed)
  return {
    ...commonFigures16({arrived: countArrived(requests), completed: completed.length}, totals, wallTimeMs),
    ...requestDistributions(requests, completed),
    ...gapDistributions(record.tokenGaps),
    ...fleetFigures(record, scenario),
    ...goodput(requests, completed, scenario.reportedSla, totals),
    ...(graph === undefined ? {} : trajectories(requests, graph)),
  }
}

export function commonFigures16(
  counts: {readonly arrived: number; readonly completed: number},
  totals: Totals16,
  wallTimeMs: number,
) {
  const {inputTokens, firstReusedTokens} = totals
  return {
    ...totalsAndRates(counts, totals),
    first_admission_prefix_cache_reused_ratio: inputTokens > 0 ? firstReusedTokens / inputTokens : 0,
    ...wallFigures(totals, wallTimeMs),
    kv_eviction_policy: 'lru',
    power_w: null,
    power_coverage: null,
  }
}

/** Requests that completed, with or without a token, in order of arrival. */
function completed16(requests: RequestColumns): Int32Array {
  return requests.arrivalOrder.filter(request => request >= 0 && isCompleted16(requests, request))
}

export function isCompleted16(requests: RequestColumns, request: number): boolean {
  return requests.status![request] === 1 && !Number.isNaN(requests.firstAdmitMs[request]!)
}

type Totals16 = ReturnType<typeof emptyTotals>

export function emptyTotals() {
  return {inputTokens: 0, outputTokens: 0, reusedTokens: 0, firstReusedTokens: 0, durationMs: 0}
}

export function addToTotals(totals: Totals16, requests: RequestColumns, r: number): void {
  totals.inputTokens += requests.inputLength[r]!
  totals.outputTokens += requests.emittedTokens[r]!
  totals.reusedTokens += requests.reusedTokens[r]!
  totals.firstReusedTokens += requests.firstReusedTokens![r]!
  totals.durationMs = Math.max(totals.durationMs, requests.terminalMs![r]!)
}

function computeTotals(requests: RequestColumns, completed: Int32Array): Totals16 {
  const totals = emptyTotals()
  for (const r of completed) addToTotals(totals, requests, r)
  return totals
}

function requestDistributions(requests: RequestColumns, completed: Int32Array) {
  const some = completed.filter(request => requests.emittedTokens[request]! >= 1)
  const several = completed.filter(request => requests.emittedTokens[request]! >= 2)
  const over = (indices: Int32Array, measure: typeof ttftMs) =>
    computeSummary(new Float64Array(indices.length).map((_, i) => measure(requests, indices[i]!)))
  return {
    ...named('ttft_ms', over(some, ttftMs)),
    ...named('ttst_ms', over(several, ttstMs)),
    ...named('tpot_ms', over(several, tpotMs)),
    ...named('e2e_latency_ms', over(some, e2eMs)),
    num_ttft_samples: some.length,
    num_tpot_samples: several.length,
    num_e2e_latency_samples: some.length,
  }
}

/** Plays of an agentic trace: from the first arrival of their roots to their last end. */
function trajectories(
  {status, arrivalMs, terminalMs}: RequestColumns,
  {play, playCount, waits, nestedTimes}: Plays,
) {
  const startMs = new Float64Array(playCount).fill(Number.POSITIVE_INFINITY)
  const endMs = new Float64Array(playCount)
  const isComplete = new Uint8Array(playCount).fill(1)
  for (let r = 0; r < play.length; r++) {
    const own = play[r]!
    if (status![r] !== 1) isComplete[own] = 0
    else endMs[own] = Math.max(endMs[own]!, terminalMs![r]!)
    if (waits[r] === 0) startMs[own] = Math.min(startMs[own]!, arrivalMs[r]!)
  }
  const spans = endMs.map((ms, own) => ms - startMs[own]!).filter((_, own) => isComplete[own] === 1)
  const summary = spans.length === 0 ? EMPTY_SUMMARY : computeSummary(spans)
  return {
    total_trajectories: playCount,
    completed_trajectories: spans.length,
    incomplete_trajectories: playCount - spans.length,
    ...named('trajectory_e2e_latency_ms', summary),
    p50_trajectory_e2e_latency_ms: summary.median,
    ...(nestedTimes === undefined ? {} : {weka_nested_timestamp_basis: nestedTimes}),
  }
}

export function fleetFigures({totals}: EngineRecord, {fleet}: ReportOptions16['scenario']) {
  const {committedPrefillTokens, prefillWorkerSeconds, decodeWorkerSeconds} = totals!
  const isDisagg = fleet.topology === 'disagg'
  const prefillGpus = isDisagg ? gpusOf(fleet.prefill.args) : 0
  const decodeGpus = gpusOf(isDisagg ? fleet.decode.args : fleet.workers.args)
  return {
    committed_prefill_tokens: committedPrefillTokens,
    prefill_worker_seconds: prefillWorkerSeconds,
    decode_worker_seconds: decodeWorkerSeconds,
    prefill_gpus_per_worker: prefillGpus,
    decode_gpus_per_worker: decodeGpus,
    gpu_hours: (prefillWorkerSeconds * prefillGpus + decodeWorkerSeconds * decodeGpus) / 3600,
  }
}

/** GPUs of one instance, as 1.6.1 counts them. */
function gpusOf(args: EngineArgs): number {
  return (args.tensor_parallel_size ?? 1) * args.dp_size * (args.prefill_context_parallel_size ?? 1)
}

function goodput(
  requests: RequestColumns,
  completed: Int32Array,
  sla: ReportedSla | undefined,
  totals: Totals16,
) {
  if (sla === undefined) return {}
  const good = completed.filter(request => isGood(requests, request, sla))
  let tokens = 0
  for (const request of good) tokens += requests.emittedTokens[request]!
  return goodputFigures({requests: good.length, tokens}, totals)
}

export function goodputFigures(good: {readonly requests: number; readonly tokens: number}, totals: Totals16) {
  const durationS = reportSeconds(totals)
  return {
    goodput_completed_requests: good.requests,
    goodput_request_throughput_rps: good.requests / durationS,
    goodput_output_throughput_tok_s: good.tokens / durationS,
  }
}

/** A request without a token has an end and nothing else to be judged by. */
export function isGood(
  requests: RequestColumns,
  r: number,
  {ttftMs: ttft, itlMs: itl, e2eMs: e2e}: ReportedSla,
): boolean {
  const tokens = requests.emittedTokens[r]!
  if (tokens === 0) {
    if (ttft !== undefined || itl !== undefined) return false
    return e2e === undefined || requests.terminalMs![r]! - requests.arrivalMs[r]! <= e2e
  }
  if (e2e !== undefined && e2eMs(requests, r) > e2e) return false
  if (ttft !== undefined && ttftMs(requests, r) > ttft) return false
  if (itl === undefined || tokens < 2) return true
  return (e2eMs(requests, r) - ttftMs(requests, r)) / (tokens - 1) <= itl
}

/** ITL and per-user throughput over all gaps; their percentiles are those of a sketch (engine-1.6.md 11.3). */
function gapDistributions(tokenGaps: TokenGaps) {
  const gaps = tokenGaps.gapMs.subarray(0, tokenGaps.length)
  const counts = tokenGaps.count.subarray(0, tokenGaps.length)
  const {gaps: itl, rates: perUser} = computeGapMoments(gaps, counts)
  // A rate falls as its gap grows, so its rank is the gap's counted from the other end, and one selection serves both.
  const mirrored = (rank: number) => itl.count - 1 - rank
  const ranks = [...sketchedRanks(itl.count), ...sketchedRanks(perUser.count).map(mirrored)]
  const byRank = selectWeightedRanks(gaps, counts, ranks)
  const gapAt = (rank: number) => byRank.get(rank)!
  return {
    ...named('itl_ms', sketchedSummary(gapAt, itl)),
    ...named(
      'output_token_throughput_per_user',
      sketchedSummary(rank => 1000 / gapAt(mirrored(rank)), perUser),
    ),
  }
}

function sketchedRanks(count: number): number[] {
  return count === 0 ? [] : [0, count - 1, ...PERCENTILES.map(percent => sketchRank(count, percent))]
}

/** The reference keeps only counts of logarithmic bins, so a percentile is the middle of its bin. */
function sketchedSummary(valueAt: (rank: number) => number, {count, mean, std}: Moments): Summary {
  if (count === 0) return EMPTY_SUMMARY
  const moments = {count, mean, std, min: valueAt(0), max: valueAt(count - 1)}
  return summaryOfSketch(moments, rank => sketched(valueAt(rank)))
}

/** @param middleAt what the sketch says of the value at a rank */
export function summaryOfSketch(
  {count, mean, std, min, max}: Pick<Summary, 'mean' | 'std' | 'min' | 'max'> & {readonly count: number},
  middleAt: (rank: number) => number,
): Summary {
  const at = (percent: number) => (count === 1 ? min : middleAt(sketchRank(count, percent)))
  const [median, p75, p90, p95, p99] = PERCENTILES.map(at) as [number, number, number, number, number]
  return {mean, min, max, median, p75, p90, p95, p99, std}
}

const PERCENTILES = [50, 75, 90, 95, 99] as const

/** The nearest rank, told to the sketch as a share and taken back from it. */
function sketchRank(count: number, percent: number): number {
  if (count === 1) return 0
  const rank = Math.floor(((count - 1) * percent) / 100 + 0.5)
  const share = rank >= count - 1 ? 1 : (rank + 0.5) / (count - 1)
  return Math.floor(share * (count - 1))
}

/** What the sketch says of a value; it knows 0 as itself. */
function sketched(value: number): number {
  return value === 0 ? 0 : binMiddle(binOf(value))
}
