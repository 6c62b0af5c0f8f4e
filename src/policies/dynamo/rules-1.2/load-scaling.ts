import type {PlannerConfig} from '../../../config/scenario.ts'
import {type Budget, clampPair, clampSingle} from '../budget.ts'
import type {InstanceCapabilities} from '../capabilities.ts'
import type {LatencySide} from '../latency-side.ts'
import {
  combineSides,
  decideNothing,
  decideNothingOfTwo,
  decidePair,
  type LoadDecision as LoadDecisionOf,
  type LoadExplanation,
  NO_WISH,
  NOTHING_SEEN,
  type PoolSteps,
  type PoolWish,
  throughputFloor,
  wishOf,
} from '../load-decision.ts'
import type {LoadReason} from '../reasons.ts'
import {type AggFit, estimateAggItlS, estimateAggTtftS} from '../regression/agg-model.ts'
import {type DecodeFit, estimateDecodeItlS} from '../regression/decode-model.ts'
import {estimatePrefillTtftS, type PrefillFit} from '../regression/prefill-model.ts'
import type {UtilisationPool} from '../utilisation-thresholds.ts'
import {decideItlSide, decideTtftSide, type InstanceLoad, type SideSettings} from './latency-side.ts'
import {decideUtilisationSide, type UtilisationSide} from './utilisation-side.ts'

/**
 * Load scaling as pure functions (planner.md 5): they see only their arguments, so a decision can be repeated
 * later with any of them changed. They may not see traffic, predictions, or anything of a request.
 */

/** One pool at one tick. */
export interface PoolLoad<Fit> {
  /** Last pass of each instance, in the order of the planner's cache. */
  readonly instances: readonly InstanceLoad[]
  /** Serving replicas. */
  readonly ready: number
  /** Replicas of the last decision still under way, else `ready`. */
  readonly expected: number
  /** null when there is no usable fit, or none is needed. */
  readonly fit: Fit | null
  readonly sampleCount: number
  readonly capabilities: InstanceCapabilities | null
  /** Replicas that throughput scaling asks for at least. */
  readonly throughputBound: number
}

export interface AggLoadInputs {
  readonly config: PlannerConfig
  readonly pool: PoolLoad<AggFit>
  readonly kvHitRate: number | null
}

export interface DisaggLoadInputs {
  readonly config: PlannerConfig
  readonly prefill: PoolLoad<PrefillFit>
  readonly decode: PoolLoad<DecodeFit>
  readonly kvHitRate: number | null
}

export type LoadDecision = LoadDecisionOf<LatencySide, UtilisationSide>
type Explanation = LoadExplanation<LatencySide, UtilisationSide>

export function decideAggLoad(inputs: AggLoadInputs): LoadDecision {
  const {config, pool} = inputs
  if (!config.enable_load_scaling) return decideNothing('disabled')
  if (pool.instances.length === 0) return decideNothing('no_fpm_data')
  if (pool.expected !== pool.ready) return decideNothing('scaling_in_progress')
  if (pool.instances.length !== pool.ready) return decideNothing('worker_count_mismatch')
  if (config.optimization_target !== 'sla') return decideAggByUse(config, pool)
  if (pool.sampleCount < config.load_min_observations) return decideNothing('insufficient_data')
  return decideAggBySla(inputs)
}

export function decideDisaggLoad(inputs: DisaggLoadInputs): LoadDecision {
  const {config, prefill, decode} = inputs
  if (!config.enable_load_scaling) return decideNothing('disabled')
  if (prefill.instances.length === 0 && decode.instances.length === 0)
    return decideNothingOfTwo('no_fpm_data')
  if (isMiscounted(prefill) || isMiscounted(decode)) return decideNothingOfTwo('worker_count_mismatch')
  return config.optimization_target === 'sla' ? decideDisaggBySla(inputs) : decideDisaggByUse(inputs)
}

export function budgetOf(config: PlannerConfig): Budget {
  return {
    maxGpus: config.max_gpu_budget,
    minGpus: config.min_gpu_budget,
    minEndpoint: config.min_endpoint,
  }
}

/** In replay every replica counts as one GPU towards the budget. */
export const GPUS_PER_REPLICA = 1

/** A pool without any pass is not counted at all. */
function isMiscounted(pool: PoolLoad<unknown>): boolean {
  return pool.instances.length > 0 && pool.instances.length !== pool.ready
}

function decideAggBySla({config, pool, kvHitRate}: AggLoadInputs): LoadDecision {
  const {fit, ready: current} = pool
  const maxBatchedTokens = pool.capabilities?.max_num_batched_tokens ?? 0
  const ttft =
    maxBatchedTokens > 0
      ? decideTtftSide(
          pool.instances,
          sideSettings(config, config.ttft, current),
          fit &&
            ((queuedPrefillTokens, decodeKvTokens) =>
              estimateAggTtftS(fit, {queuedPrefillTokens, maxBatchedTokens, decodeKvTokens, kvHitRate})),
        )
      : null
  const itl = decideItlSide(
    pool.instances,
    sideSettings(config, config.itl, current),
    {maxKvTokens: pool.capabilities?.max_kv_tokens ?? null, countsQueuedPrefill: true},
    fit && ((scheduled, queued) => estimateAggItlS(fit, scheduled, queued)),
  )

  const wanted = combineSides(ttft, itl, current)
  const floored = Math.max(wanted, config.min_endpoint, throughputFloor(config, pool))
  const final = clampSingle(floored, GPUS_PER_REPLICA, budgetOf(config))
  const isCapped = final > wanted && wanted < current
  const isRefused = ttft?.isRefused === true || itl.isRefused
  const explanation: Explanation = {
    ...NOTHING_SEEN,
    ttft,
    itl,
    decodeCounts: {current, wanted, floored, final},
  }
  return {
    ...decideNothing(aggReason({final, current, isCapped, isRefused}), explanation),
    scaleTo: final === current ? null : {num_decode: final},
  }
}

function aggReason(result: {
  final: number
  current: number
  isCapped: boolean
  isRefused: boolean
}): LoadReason {
  const {final, current, isCapped, isRefused} = result
  if (final > current) return 'scale_up'
  if (isCapped) return 'scale_down_capped_by_throughput'
  if (final < current) return 'scale_down'
  return isRefused ? 'scale_down_refused_consolidation' : 'no_change'
}

/** Unlike the SLA target this returns a decision even when it changes nothing. */
function decideAggByUse(config: PlannerConfig, pool: PoolLoad<AggFit>): LoadDecision {
  const use = utilisationOf(config, pool, 'agg')
  const explanation: Explanation = {...NOTHING_SEEN, decodeUse: use}
  if (use.desired === null) return decideNothing(use.reason ?? 'no_change', explanation)
  const current = pool.ready
  const wanted = use.desired
  const floored = Math.max(wanted, config.min_endpoint, throughputFloor(config, pool))
  const final = clampSingle(floored, GPUS_PER_REPLICA, budgetOf(config))
  const isCapped = final < current && final > wanted
  const counted: Explanation = {...explanation, decodeCounts: {current, wanted, floored, final}}
  return {
    ...decideNothing(aggReason({final, current, isCapped, isRefused: false}), counted),
    scaleTo: {num_decode: final},
  }
}

function decideDisaggBySla(inputs: DisaggLoadInputs): LoadDecision {
  const {config, prefill, decode} = inputs
  const ttft = prefillSide(inputs)
  const itl = decodeSide(inputs)
  const wishes = {prefill: wishOf(prefill, ttft), decode: wishOf(decode, itl)}
  return settlePair(config, {prefill, decode}, wishes, {...NOTHING_SEEN, ttft, itl})
}

function decideDisaggByUse({config, prefill, decode}: DisaggLoadInputs): LoadDecision {
  const prefillUse = prefill.instances.length > 0 ? utilisationOf(config, prefill, 'prefill') : null
  const decodeUse = decode.instances.length > 0 ? utilisationOf(config, decode, 'decode') : null
  const wishes = {prefill: prefillUse ?? NO_WISH, decode: decodeUse ?? NO_WISH}
  return settlePair(config, {prefill, decode}, wishes, {...NOTHING_SEEN, prefillUse, decodeUse})
}

function prefillSide({config, prefill, kvHitRate}: DisaggLoadInputs): LatencySide | null {
  const maxBatchedTokens = prefill.capabilities?.max_num_batched_tokens ?? 0
  if (isUnready(config, prefill) || maxBatchedTokens <= 0) return null
  const {fit} = prefill
  return decideTtftSide(
    prefill.instances,
    sideSettings(config, config.ttft, prefill.ready),
    fit &&
      (queuedPrefillTokens => estimatePrefillTtftS(fit, {queuedPrefillTokens, maxBatchedTokens, kvHitRate})),
  )
}

function decodeSide({config, decode}: DisaggLoadInputs): LatencySide | null {
  if (isUnready(config, decode)) return null
  const {fit} = decode
  return decideItlSide(
    decode.instances,
    sideSettings(config, config.itl, decode.ready),
    {maxKvTokens: decode.capabilities?.max_kv_tokens ?? null, countsQueuedPrefill: false},
    fit && ((scheduled, queued) => estimateDecodeItlS(fit, scheduled, queued)),
  )
}

function isUnready(config: PlannerConfig, pool: PoolLoad<unknown>): boolean {
  return pool.instances.length === 0 || pool.sampleCount < config.load_min_observations || pool.ready === 0
}

/** Floors and budget for both pools. There is no guard against replicas still starting: the reference's way. */
function settlePair(
  config: PlannerConfig,
  pools: {prefill: PoolLoad<unknown>; decode: PoolLoad<unknown>},
  wishes: {prefill: PoolWish; decode: PoolWish},
  seen: Explanation,
): LoadDecision {
  const prefill = floorsOf(config, pools.prefill, wishes.prefill)
  const decode = floorsOf(config, pools.decode, wishes.decode)
  const gpus = {prefill: GPUS_PER_REPLICA, decode: GPUS_PER_REPLICA}
  const final = clampPair({prefill: prefill.floored, decode: decode.floored}, gpus, budgetOf(config))
  return decidePair({
    prefill: {...prefill, final: final.prefill},
    decode: {...decode, final: final.decode},
    wishes,
    seen,
    budgetReason: null,
  })
}

function floorsOf(config: PlannerConfig, pool: PoolLoad<unknown>, wish: PoolWish): Omit<PoolSteps, 'final'> {
  const wanted = wish.desired ?? pool.ready
  const bounded = Math.max(wanted, throughputFloor(config, pool))
  return {current: pool.ready, wanted, bounded, floored: Math.max(bounded, config.min_endpoint)}
}

function sideSettings(config: PlannerConfig, targetMs: number, replicas: number): SideSettings {
  return {
    targetMs,
    replicas,
    minEndpoint: config.min_endpoint,
    sensitivity: config.load_scaling_down_sensitivity / 100,
  }
}

function utilisationOf(
  config: PlannerConfig,
  pool: PoolLoad<unknown>,
  kind: UtilisationPool,
): UtilisationSide {
  const {capabilities} = pool
  return decideUtilisationSide(pool.instances, {
    pool: kind,
    target: config.optimization_target === 'latency' ? 'latency' : 'throughput',
    capacityTokens: (kind === 'prefill' ? capabilities?.context_length : capabilities?.max_kv_tokens) ?? null,
    replicas: pool.ready,
    minEndpoint: config.min_endpoint,
  })
}
