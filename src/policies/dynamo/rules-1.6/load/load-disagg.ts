import type {PlannerConfig16} from '../../../../config/planner/planner-shape-1.6.ts'
import type {PairCounts} from '../../budget.ts'
import {
  decideNothingOfTwo,
  decidePair,
  NO_WISH,
  NOTHING_SEEN,
  type PoolSteps,
  type PoolWish,
  throughputFloor,
  wishOf,
} from '../../load-decision.ts'
import {atLeast, fitUnderCeiling, guardTwoPools, isSamePair} from './budget-guards.ts'
import {decideItlSide, decideTtftSide, type LatencySide, type SideSettings} from './latency-side.ts'
import {
  fewestReplicas,
  isBlocked,
  isMiscounted,
  type LoadDecision16,
  type LoadExplanation16,
  type LoadInputs,
  type PoolLoad,
  pairBudget,
} from './pool-load.ts'
import {decideUtilisationSide} from './utilisation-side.ts'

type DisaggInputs = LoadInputs & {readonly prefill: PoolLoad}

/** Load scaling of a disaggregated fleet (planner-1.6.md 8.2, 8.3). */
export function decideDisaggLoad(inputs: DisaggInputs): LoadDecision16 {
  const {prefill, decode} = inputs
  if (prefill.instances.length === 0 && decode.instances.length === 0)
    return decideNothingOfTwo('no_fpm_data')
  // One pool under way holds up both.
  if (isBlocked(prefill) || isBlocked(decode)) return decideNothingOfTwo('scaling_in_progress')
  if ([prefill, decode].some(pool => pool.instances.length > 0 && isMiscounted(pool))) {
    return decideNothingOfTwo('worker_count_mismatch')
  }
  return inputs.config.optimization_target === 'sla' ? decideBySla(inputs) : decideByUse(inputs)
}

function decideBySla(inputs: DisaggInputs): LoadDecision16 {
  const ttft = prefillSide(inputs)
  const itl = decodeSide(inputs)
  const wishes = {prefill: wishOf(inputs.prefill, ttft), decode: wishOf(inputs.decode, itl)}
  return settle(inputs, wishes, {...NOTHING_SEEN, ttft, itl})
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

/** Floors and budget for both pools. */
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
  const bounded = atLeast(wanted, {
    prefill: throughputFloor(config, prefill),
    decode: throughputFloor(config, decode),
  })
  const floored = atLeast(bounded, budget.fewest)
  const fitted = isSamePair(bounded, wanted) ? floored : fitUnderCeiling(current, floored, budget)
  const {counts: final, reason: budgetReason} = guardTwoPools(current, fitted, budget)

  const stepsOf = (role: keyof PairCounts): PoolSteps => ({
    current: current[role],
    wanted: wanted[role],
    bounded: bounded[role],
    floored: floored[role],
    final: final[role],
  })
  return decidePair({prefill: stepsOf('prefill'), decode: stepsOf('decode'), wishes, seen, budgetReason})
}
