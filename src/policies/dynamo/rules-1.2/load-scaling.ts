import type {PlannerConfig} from '../../../config/scenario.ts'
import {type Budget, clampPair, clampSingle} from '../budget.ts'
import type {InstanceCapabilities} from '../capabilities.ts'
import type {LatencySide} from '../latency-side.ts'
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

/** Replicas at each step of a decision. */
export interface CountSteps {
  readonly current: number
  /** What load alone asks for. */
  readonly wanted: number
  /** After the floors: throughput bound and fewest replicas. */
  readonly floored: number
  /** After the budget: the decision. */
  readonly final: number
}

/** What a decision looked at. A guard that stops early leaves the rest null. */
export interface LoadExplanation {
  readonly ttft: LatencySide | null
  readonly itl: LatencySide | null
  readonly prefillUse: UtilisationSide | null
  readonly decodeUse: UtilisationSide | null
  readonly prefillCounts: CountSteps | null
  readonly decodeCounts: CountSteps | null
}

export interface ScaleTarget {
  readonly num_prefill?: number
  readonly num_decode?: number
}

export interface LoadDecision {
  /** null = leave the fleet alone. */
  readonly scaleTo: ScaleTarget | null
  readonly reason: LoadReason
  /** Disaggregated fleets only. */
  readonly reasonPrefill: LoadReason | null
  readonly reasonDecode: LoadReason | null
  readonly explanation: LoadExplanation
}

const NOTHING_SEEN: LoadExplanation = {
  ttft: null,
  itl: null,
  prefillUse: null,
  decodeUse: null,
  prefillCounts: null,
  decodeCounts: null,
}

export function decideAggLoad(inputs: AggLoadInputs): LoadDecision {
  const {config, pool} = inputs
  if (!config.enable_load_scaling) return stop('disabled')
  if (pool.instances.length === 0) return stop('no_fpm_data')
  if (pool.expected !== pool.ready) return stop('scaling_in_progress')
  if (pool.instances.length !== pool.ready) return stop('worker_count_mismatch')
  if (config.optimization_target !== 'sla') return decideAggByUse(config, pool)
  if (pool.sampleCount < config.load_min_observations) return stop('insufficient_data')
  return decideAggBySla(inputs)
}

export function decideDisaggLoad(inputs: DisaggLoadInputs): LoadDecision {
  const {config, prefill, decode} = inputs
  if (!config.enable_load_scaling) return stop('disabled')
  if (prefill.instances.length === 0 && decode.instances.length === 0) return stopBoth('no_fpm_data')
  if (isMiscounted(prefill) || isMiscounted(decode)) return stopBoth('worker_count_mismatch')
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

function stop(reason: LoadReason): LoadDecision {
  return {scaleTo: null, reason, reasonPrefill: null, reasonDecode: null, explanation: NOTHING_SEEN}
}

function stopBoth(reason: LoadReason): LoadDecision {
  return {scaleTo: null, reason, reasonPrefill: reason, reasonDecode: reason, explanation: NOTHING_SEEN}
}

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

  const wanted = combineAggSides(aggWish(ttft, current), aggWish(itl, current), current)
  const floored = Math.max(wanted, config.min_endpoint, throughputFloor(config, pool))
  const final = clampSingle(floored, GPUS_PER_REPLICA, budgetOf(config))
  const isCapped = final > wanted && wanted < current
  const isRefused = ttft?.isRefused === true || itl.isRefused
  const explanation = {...NOTHING_SEEN, ttft, itl, decodeCounts: {current, wanted, floored, final}}
  return {
    scaleTo: final === current ? null : {num_decode: final},
    reason: aggReason({final, current, isCapped, isRefused}),
    reasonPrefill: null,
    reasonDecode: null,
    explanation,
  }
}

/** A refused side counts as a vote for the current count, which keeps the other side from scaling down. */
function aggWish(side: LatencySide | null, current: number): number | null {
  if (side === null) return null
  return side.isRefused ? current : side.desired
}

/** Up if either target asks for it, down only if both do, or if there is no TTFT wish at all. */
function combineAggSides(ttft: number | null, itl: number | null, current: number): number {
  if (ttft !== null && ttft > current) return ttft
  if (itl !== null && itl > current) return itl
  if (itl === null || itl >= current) return current
  if (ttft === null) return itl
  return ttft < current ? Math.max(ttft, itl) : current
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
  const explanation = {...NOTHING_SEEN, decodeUse: use}
  if (use.desired === null) return {...stop(use.reason ?? 'no_change'), explanation}
  const current = pool.ready
  const wanted = use.desired
  const floored = Math.max(wanted, config.min_endpoint, throughputFloor(config, pool))
  const final = clampSingle(floored, GPUS_PER_REPLICA, budgetOf(config))
  const isCapped = final < current && final > wanted
  return {
    scaleTo: {num_decode: final},
    reason: aggReason({final, current, isCapped, isRefused: false}),
    reasonPrefill: null,
    reasonDecode: null,
    explanation: {...explanation, decodeCounts: {current, wanted, floored, final}},
  }
}

/** What one pool of a disaggregated fleet asks for. */
interface PoolWish {
  readonly desired: number | null
  readonly reason: LoadReason | null
}

const NO_WISH: PoolWish = {desired: null, reason: null}

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

/** A pool that has passes but too little to go on says so; a pool without passes says nothing. */
function wishOf(pool: PoolLoad<unknown>, side: LatencySide | null): PoolWish {
  if (pool.instances.length === 0) return NO_WISH
  return side ?? {desired: null, reason: 'insufficient_data'}
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

/**
 * Floors, budget and reasons for both pools. A decision names both counts even where only one changes, and
 * there is no guard against replicas still starting; both are the reference's.
 */
function settlePair(
  config: PlannerConfig,
  pools: {prefill: PoolLoad<unknown>; decode: PoolLoad<unknown>},
  wishes: {prefill: PoolWish; decode: PoolWish},
  seen: LoadExplanation,
): LoadDecision {
  const prefill = floorsOf(config, pools.prefill, wishes.prefill)
  const decode = floorsOf(config, pools.decode, wishes.decode)
  const gpus = {prefill: GPUS_PER_REPLICA, decode: GPUS_PER_REPLICA}
  const floored = {prefill: prefill.floored, decode: decode.floored}
  const final = clampPair(floored, gpus, budgetOf(config))
  const reasonPrefill = poolReason(prefill, final.prefill)
  const reasonDecode = poolReason(decode, final.decode)
  const explanation = {
    ...seen,
    prefillCounts: {...countsOf(prefill), final: final.prefill},
    decodeCounts: {...countsOf(decode), final: final.decode},
  }
  if (final.prefill === prefill.current && final.decode === decode.current) {
    const prefillNote = informative(wishes.prefill.reason)
    const decodeNote = informative(wishes.decode.reason)
    return {
      scaleTo: null,
      reason: prefillNote ?? decodeNote ?? weightierReason(reasonPrefill, reasonDecode),
      reasonPrefill: prefillNote ?? reasonPrefill,
      reasonDecode: decodeNote ?? reasonDecode,
      explanation,
    }
  }
  return {
    scaleTo: {num_prefill: final.prefill, num_decode: final.decode},
    reason: weightierReason(reasonPrefill, reasonDecode),
    reasonPrefill,
    reasonDecode,
    explanation,
  }
}

interface FlooredCount {
  readonly current: number
  readonly wanted: number
  /** After the throughput bound alone, which is what the reason `capped` is about. */
  readonly bounded: number
  readonly floored: number
}

function floorsOf(config: PlannerConfig, pool: PoolLoad<unknown>, wish: PoolWish): FlooredCount {
  const wanted = wish.desired ?? pool.ready
  const bounded = Math.max(wanted, throughputFloor(config, pool))
  return {current: pool.ready, wanted, bounded, floored: Math.max(bounded, config.min_endpoint)}
}

function countsOf({current, wanted, floored}: FlooredCount) {
  return {current, wanted, floored}
}

function poolReason({current, wanted, bounded}: FlooredCount, final: number): LoadReason {
  if (final > current) return 'scale_up'
  if (bounded > wanted && wanted < current) return 'scale_down_capped_by_throughput'
  return final < current ? 'scale_down' : 'no_change'
}

function informative(reason: LoadReason | null): LoadReason | null {
  return reason === 'no_change' ? null : reason
}

const REASON_WEIGHT: Partial<Record<LoadReason, number>> = {
  scale_up: 4,
  scale_down_capped_by_throughput: 3,
  scale_down: 2,
  no_change: 1,
}

function weightierReason(prefill: LoadReason, decode: LoadReason): LoadReason {
  return (REASON_WEIGHT[decode] ?? 0) > (REASON_WEIGHT[prefill] ?? 0) ? decode : prefill
}

function throughputFloor(config: PlannerConfig, pool: PoolLoad<unknown>): number {
  return config.enable_throughput_scaling ? pool.throughputBound : -Infinity
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
