import type {PlannerConfig16} from '../../../../config/planner/planner-shape-1.6.ts'
import type {PairCounts} from '../../budget.ts'
import type {LoadReason} from '../../reasons.ts'
import {atLeast, fitUnderCeiling, guardTwoPools, isSamePair} from './budget-guards.ts'
import {decideItlSide, decideTtftSide, type LatencySide, type SideSettings} from './latency-side.ts'
import {
  fewestReplicas,
  isBlocked,
  isMiscounted,
  type LoadDecision16,
  type LoadExplanation16,
  type LoadInputs,
  NOTHING_SEEN,
  type PoolLoad,
  pairBudget,
} from './pool-load.ts'
import {decideUtilisationSide} from './utilisation-side.ts'

type DisaggInputs = LoadInputs & {readonly prefill: PoolLoad}

/** Load scaling of a disaggregated fleet (planner-1.6.md 8.2, 8.3). */
export function decideDisaggLoad(inputs: DisaggInputs): LoadDecision16 {
  const {prefill, decode} = inputs
  if (prefill.instances.length === 0 && decode.instances.length === 0) return stop('no_fpm_data')
  // One pool under way holds up both.
  if (isBlocked(prefill) || isBlocked(decode)) return stop('scaling_in_progress')
  if ([prefill, decode].some(pool => pool.instances.length > 0 && isMiscounted(pool))) {
    return stop('worker_count_mismatch')
  }
  return inputs.config.optimization_target === 'sla' ? decideBySla(inputs) : decideByUse(inputs)
}

function stop(reason: LoadReason): LoadDecision16 {
  return {scaleTo: null, reason, reasonPrefill: reason, reasonDecode: reason, explanation: NOTHING_SEEN}
}

/** What one pool asks for. */
interface PoolWish {
  readonly desired: number | null
  readonly reason: LoadReason | null
}

const NO_WISH: PoolWish = {desired: null, reason: null}

function decideBySla(inputs: DisaggInputs): LoadDecision16 {
  const ttft = prefillSide(inputs)
  const itl = decodeSide(inputs)
  const wishes = {prefill: wishOf(inputs.prefill, ttft), decode: wishOf(inputs.decode, itl)}
  return settle(inputs, wishes, {...NOTHING_SEEN, ttft, itl})
}

/** A pool that has passes but too little to go on says so; a pool without passes says nothing. */
function wishOf(pool: PoolLoad, side: LatencySide | null): PoolWish {
  if (pool.instances.length === 0) return NO_WISH
  return side ?? {desired: null, reason: 'insufficient_data'}
}

function prefillSide({config, prefill, kvHitRate}: DisaggInputs): LatencySide | null {
  const {instances, estimates, ready, capabilities} = prefill
  if (instances.length === 0 || !estimates?.isReady || ready === 0) return null
  if (!((capabilities.maxBatchedTokens ?? 0) > 0)) return null
  const settings = sideSettings(config, 'prefill', ready, config.ttft)
  return decideTtftSide(instances, settings, {kvHitRate, countsDecode: false}, estimates)
}

function decodeSide({config, decode, acceptLength}: DisaggInputs): LatencySide | null {
  const {instances, estimates, ready, capabilities} = decode
  if (instances.length === 0 || !estimates?.isReady || ready === 0) return null
  const settings = sideSettings(config, 'decode', ready, config.itl)
  const {maxKvTokens} = capabilities
  return decideItlSide(
    instances,
    settings,
    {maxKvTokens, countsQueuedPrefill: false, acceptLength},
    estimates,
  )
}

function sideSettings(
  config: PlannerConfig16,
  role: 'prefill' | 'decode',
  replicas: number,
  targetMs: number,
): SideSettings {
  return {
    targetMs,
    replicas,
    fewest: fewestReplicas(config, role),
    sensitivity: config.load_scaling_down_sensitivity / 100,
  }
}

function decideByUse(inputs: DisaggInputs): LoadDecision16 {
  const {prefill, decode} = inputs
  const prefillUse = prefill.instances.length > 0 ? useOf(inputs, 'prefill') : null
  const decodeUse = decode.instances.length > 0 ? useOf(inputs, 'decode') : null
  const wishes = {prefill: prefillUse ?? NO_WISH, decode: decodeUse ?? NO_WISH}
  return settle(inputs, wishes, {...NOTHING_SEEN, prefillUse, decodeUse})
}

function useOf(inputs: DisaggInputs, role: 'prefill' | 'decode') {
  const {config} = inputs
  const {instances, ready, capabilities} = inputs[role]
  return decideUtilisationSide(instances, {
    pool: role,
    config,
    capacityTokens: role === 'prefill' ? capabilities.contextLength : capabilities.maxKvTokens,
    replicas: ready,
    fewest: fewestReplicas(config, role),
  })
}

/** Floors, budget and reasons for both pools. A decision names both counts even where only one changes. */
function settle(
  inputs: DisaggInputs,
  wishes: {readonly prefill: PoolWish; readonly decode: PoolWish},
  seen: LoadExplanation16,
): LoadDecision16 {
  const {config, prefill, decode} = inputs
  const gpus = {prefill: prefill.capabilities.gpusPerReplica, decode: decode.capabilities.gpusPerReplica}
  const budget = pairBudget(config, gpus)
  const current = {prefill: prefill.ready, decode: decode.ready}
  const wanted = {
    prefill: wishes.prefill.desired ?? current.prefill,
    decode: wishes.decode.desired ?? current.decode,
  }
  const bounded = config.enable_throughput_scaling
    ? atLeast(wanted, {prefill: prefill.throughputBound, decode: decode.throughputBound})
    : wanted
  const floored = atLeast(bounded, budget.fewest)
  const fitted = isSamePair(bounded, wanted) ? floored : fitUnderCeiling(current, floored, budget)
  const {counts: final, reason: budgetReason} = guardTwoPools(current, fitted, budget)

  const stepsOf = (role: keyof PairCounts) => ({
    current: current[role],
    wanted: wanted[role],
    bounded: bounded[role],
    final: final[role],
  })
  const reasons = {prefill: poolReason(stepsOf('prefill')), decode: poolReason(stepsOf('decode'))}
  const explanation = {
    ...seen,
    prefillCounts: countSteps(current.prefill, wanted.prefill, floored.prefill, final.prefill),
    decodeCounts: countSteps(current.decode, wanted.decode, floored.decode, final.decode),
  }
  const weightier = budgetReason ?? weightierReason(reasons.prefill, reasons.decode)
  if (!isSamePair(final, current)) {
    return {
      scaleTo: {num_prefill: final.prefill, num_decode: final.decode},
      reason: weightier,
      reasonPrefill: reasons.prefill,
      reasonDecode: reasons.decode,
      explanation,
    }
  }
  const prefillNote = informative(wishes.prefill.reason)
  const decodeNote = informative(wishes.decode.reason)
  return {
    scaleTo: null,
    reason: budgetReason ?? prefillNote ?? decodeNote ?? weightier,
    reasonPrefill: prefillNote ?? reasons.prefill,
    reasonDecode: decodeNote ?? reasons.decode,
    explanation,
  }
}

function countSteps(current: number, wanted: number, floored: number, final: number) {
  return {current, wanted, floored, final}
}

interface PoolSteps {
  readonly current: number
  readonly wanted: number
  /** After the throughput bound alone, which is what the reason `capped` is about. */
  readonly bounded: number
  readonly final: number
}

function poolReason({current, wanted, bounded, final}: PoolSteps): LoadReason {
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
