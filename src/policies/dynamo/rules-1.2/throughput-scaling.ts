import type {PlannerConfig} from '../../../config/scenario.ts'
import {clampPair, clampSingle} from '../budget.ts'
import type {InstanceCapabilities} from '../capabilities.ts'
import type {ScaleTarget} from '../load-decision.ts'
import type {ThroughputReason} from '../reasons.ts'
import {type AggCapacity, type AggFit, computeAggCapacity} from '../regression/agg-model.ts'
import {computeDecodeCapacity, type DecodeCapacity, type DecodeFit} from '../regression/decode-model.ts'
import {computedShare} from '../regression/model.ts'
import {computePrefillCapacity, type PrefillCapacity, type PrefillFit} from '../regression/prefill-model.ts'
import {budgetOf, GPUS_PER_REPLICA} from './load-scaling.ts'

/**
 * Throughput scaling as pure functions (planner.md 6): predicted demand divided by what one instance can serve
 * within the targets. They may not see the state of any queue.
 */

/** Traffic expected for the next interval. */
export interface TrafficForecast {
  readonly numReq: number
  readonly isl: number
  readonly osl: number
  readonly kvHitRate: number | null
  /**
   * Length of the window just observed: the predicted count is divided by it, not by the interval to come, as in
   * the reference.
   */
  readonly windowS: number
}

export interface AggThroughputInputs {
  readonly config: PlannerConfig
  readonly forecast: TrafficForecast
  readonly fit: AggFit | null
  readonly capabilities: InstanceCapabilities | null
}

export interface DisaggThroughputInputs {
  readonly config: PlannerConfig
  readonly forecast: TrafficForecast
  readonly prefillFit: PrefillFit | null
  readonly decodeFit: DecodeFit | null
  readonly prefillCapabilities: InstanceCapabilities | null
  readonly decodeCapabilities: InstanceCapabilities | null
}

export interface ThroughputExplanation {
  readonly demandRps: number
  readonly agg: AggCapacity | null
  readonly prefill: PrefillCapacity | null
  readonly decode: DecodeCapacity | null
  /** Before the budget; null where the model gave no answer. */
  readonly wantedPrefill: number | null
  readonly wantedDecode: number | null
}

export interface ThroughputDecision {
  readonly scaleTo: ScaleTarget | null
  /** New lower bounds for load scaling; null = unchanged. */
  readonly bounds: {readonly prefill?: number; readonly decode: number} | null
  readonly reason: ThroughputReason
  readonly reasonPrefill: ThroughputReason | null
  readonly reasonDecode: ThroughputReason | null
  readonly instanceRpsPrefill: number | null
  readonly instanceRpsDecode: number | null
  readonly explanation: ThroughputExplanation
}

export function decideAggThroughput(inputs: AggThroughputInputs): ThroughputDecision {
  const {config, forecast, fit, capabilities} = inputs
  const demandRps = forecast.numReq / forecast.windowS
  const maxBatchedTokens = capabilities?.max_num_batched_tokens ?? 0
  const agg =
    fit === null || maxBatchedTokens <= 0
      ? null
      : computeAggCapacity(fit, {
          isl: forecast.isl,
          osl: forecast.osl,
          maxBatchedTokens,
          ttftSlaMs: config.ttft,
          itlSlaMs: config.itl,
          maxKvTokens: capabilities?.max_kv_tokens ?? null,
          maxSeqs: capabilities?.max_num_seqs ?? null,
          kvHitRate: forecast.kvHitRate,
        })
  const instanceRps = positiveRate(agg)
  const wantedDecode = instanceRps === null ? null : replicasFor(demandRps, instanceRps, config)
  const base = {
    reasonPrefill: null,
    reasonDecode: null,
    instanceRpsPrefill: instanceRps,
    instanceRpsDecode: instanceRps,
    explanation: {demandRps, agg, prefill: null, decode: null, wantedPrefill: null, wantedDecode},
  }
  if (wantedDecode === null) return {...base, scaleTo: null, bounds: null, reason: 'model_not_ready'}
  if (config.enable_load_scaling) {
    return {...base, scaleTo: null, bounds: {decode: wantedDecode}, reason: 'set_lower_bound'}
  }
  const atLeast = Math.max(wantedDecode, config.min_endpoint)
  const final = clampSingle(atLeast, GPUS_PER_REPLICA, budgetOf(config))
  return {...base, scaleTo: {num_decode: final}, bounds: null, reason: 'scale'}
}

/** Both pools are always computed; one without an answer blocks the other. */
export function decideDisaggThroughput(inputs: DisaggThroughputInputs): ThroughputDecision {
  const {config, forecast} = inputs
  const demandRps = forecast.numReq / forecast.windowS
  const prefill = prefillCapacity(inputs)
  const decode = decodeCapacity(inputs)
  const prefillRps = positiveRate(prefill)
  const decodeRps = positiveRate(decode)
  const wantedPrefill =
    prefill === null || prefillRps === null
      ? null
      : Math.max(replicasFor(demandRps, prefillRps, config), latencyFloor(prefill, config))
  const wantedDecode = decodeRps === null ? null : replicasFor(demandRps, decodeRps, config)
  const base = {
    instanceRpsPrefill: prefillRps,
    instanceRpsDecode: decodeRps,
    explanation: {demandRps, agg: null, prefill, decode, wantedPrefill, wantedDecode},
  }
  if (wantedPrefill === null || wantedDecode === null) {
    return {
      ...base,
      scaleTo: null,
      bounds: null,
      reason: 'model_not_ready',
      reasonPrefill: wantedPrefill === null ? 'model_not_ready' : 'partner_not_ready',
      reasonDecode: wantedDecode === null ? 'model_not_ready' : 'partner_not_ready',
    }
  }
  const wanted = {prefill: wantedPrefill, decode: wantedDecode}
  if (config.enable_load_scaling) {
    const reason = 'set_lower_bound'
    return {...base, scaleTo: null, bounds: wanted, reason, reasonPrefill: reason, reasonDecode: reason}
  }
  const gpus = {prefill: GPUS_PER_REPLICA, decode: GPUS_PER_REPLICA}
  const final = clampPair(wanted, gpus, budgetOf(config))
  const reason = 'scale'
  return {
    ...base,
    scaleTo: {num_prefill: final.prefill, num_decode: final.decode},
    bounds: null,
    reason,
    reasonPrefill: reason,
    reasonDecode: reason,
  }
}

/** The prefix cache saves prefill work, so prefill sees the discounted length. */
function prefillCapacity(inputs: DisaggThroughputInputs): PrefillCapacity | null {
  const {prefillFit, forecast, prefillCapabilities} = inputs
  if (prefillFit === null) return null
  const effectiveIsl = forecast.isl * computedShare(forecast.kvHitRate)
  return computePrefillCapacity(prefillFit, effectiveIsl, prefillCapabilities?.max_num_batched_tokens ?? null)
}

/** Cached or not, the whole prompt occupies KV while decoding. */
function decodeCapacity(inputs: DisaggThroughputInputs): DecodeCapacity | null {
  const {config, decodeFit, forecast, decodeCapabilities} = inputs
  if (decodeFit === null) return null
  return computeDecodeCapacity(decodeFit, {
    itlSlaMs: config.itl,
    context: forecast.isl + forecast.osl / 2,
    osl: forecast.osl,
    maxKvTokens: decodeCapabilities?.max_kv_tokens ?? null,
    maxSeqs: decodeCapabilities?.max_num_seqs ?? null,
  })
}

/** A rate of 0 or less counts as no answer. */
function positiveRate(capacity: {readonly instanceRps: number} | null): number | null {
  return capacity !== null && capacity.instanceRps > 0 ? capacity.instanceRps : null
}

function replicasFor(demandRps: number, instanceRps: number, config: PlannerConfig): number {
  return Math.max(Math.ceil(demandRps / instanceRps), config.min_endpoint)
}

/** Replicas by which a TTFT above the target is divided, in the reference's reckoning. */
function latencyFloor(prefill: PrefillCapacity, config: PlannerConfig): number {
  return prefill.ttftMs > config.ttft ? Math.ceil(prefill.ttftMs / config.ttft) : 1
}
