import type {PlannerConfig16} from '../../../../config/planner/planner-shape-1.6.ts'
import {combineSides, decideNothing, NOTHING_SEEN, throughputFloor} from '../../load-decision.ts'
import type {LoadReason} from '../../reasons.ts'
import type {InstanceEstimates} from '../pass-times/performance-model.ts'
import {guardOnePool} from './budget-guards.ts'
import {decideItlSide, decideTtftSide, type SideSettings} from './latency-side.ts'
import {
  fewestReplicas,
  isBlocked,
  isMiscounted,
  type LoadDecision16,
  type LoadExplanation16,
  type LoadInputs,
  type PoolLoad,
} from './pool-load.ts'
import {decideUtilisationSide} from './utilisation-side.ts'

/** Load scaling of an aggregated fleet (planner-1.6.md 8.1, 8.3). */
export function decideAggLoad(inputs: LoadInputs): LoadDecision16 {
  const {config, decode: pool} = inputs
  if (pool.instances.length === 0) return decideNothing('no_fpm_data')
  if (isBlocked(pool)) return decideNothing('scaling_in_progress')
  if (isMiscounted(pool)) return decideNothing('worker_count_mismatch')
  if (config.optimization_target !== 'sla') return decideByUse(config, pool)
  const model = pool.estimates
  return model?.isReady ? decideBySla(inputs, model) : decideNothing('insufficient_data')
}

function decideBySla(inputs: LoadInputs, model: InstanceEstimates): LoadDecision16 {
  const {config, decode: pool, kvHitRate, acceptLength} = inputs
  const {ready: current, capabilities, instances} = pool
  const settings = sideSettings(config, current)
  const ttft =
    (capabilities.maxBatchedTokens ?? 0) > 0
      ? decideTtftSide(instances, settings('ttft'), {kvHitRate, countsDecode: true}, model)
      : null
  const {maxKvTokens} = capabilities
  const itlOptions = {maxKvTokens, countsQueuedPrefill: true, acceptLength}
  const itl = decideItlSide(instances, settings('itl'), itlOptions, model)

  const wanted = combineSides(ttft, itl, current)
  const floored = flooredCount(config, pool, wanted)
  const {count: final, reason: budgetReason} = guard(config, pool, floored)
  const isCapped = final > wanted && wanted < current
  const explanation: LoadExplanation16 = {
    ...NOTHING_SEEN,
    ttft,
    itl,
    decodeCounts: {current, wanted, floored, final},
  }
  if (final === current) {
    const isRefused = ttft?.isRefused === true || itl.isRefused
    const refused = isRefused && !isCapped ? 'scale_down_refused_consolidation' : null
    const capped = isCapped ? 'scale_down_capped_by_throughput' : 'no_change'
    return decideNothing(budgetReason ?? refused ?? capped, explanation)
  }
  const down = isCapped ? 'scale_down_capped_by_throughput' : 'scale_down'
  return {
    ...decideNothing(budgetReason ?? (final < current ? down : 'scale_up'), explanation),
    scaleTo: {num_decode: final},
  }
}

/** Unlike the SLA target this returns a decision even when it changes nothing. */
function decideByUse(config: PlannerConfig16, pool: PoolLoad): LoadDecision16 {
  const use = decideUtilisationSide(pool.instances, {
    pool: 'agg',
    config,
    capacityTokens: pool.capabilities.maxKvTokens,
    replicas: pool.ready,
    fewest: fewestReplicas(config, 'decode'),
  })
  const seen: LoadExplanation16 = {...NOTHING_SEEN, decodeUse: use}
  if (use.desired === null) return decideNothing(use.reason ?? 'no_change', seen)
  const current = pool.ready
  const wanted = use.desired
  const floored = flooredCount(config, pool, wanted)
  const {count: final, reason: budgetReason} = guard(config, pool, floored)
  const explanation: LoadExplanation16 = {...seen, decodeCounts: {current, wanted, floored, final}}
  return {
    ...decideNothing(budgetReason ?? useReason(final, current, wanted), explanation),
    scaleTo: {num_decode: final},
  }
}

/** Only the minimum or the budget can cap here, and the reference calls it the throughput bound all the same. */
function useReason(final: number, current: number, wanted: number): LoadReason {
  if (final > current) return 'scale_up'
  if (final === current) return 'no_change'
  return final > wanted ? 'scale_down_capped_by_throughput' : 'scale_down'
}

function flooredCount(config: PlannerConfig16, pool: PoolLoad, wanted: number): number {
  return Math.max(wanted, fewestReplicas(config, 'decode'), throughputFloor(config, pool))
}

function guard(config: PlannerConfig16, {ready: current, capabilities}: PoolLoad, wanted: number) {
  const budget = {maxGpus: config.max_gpu_budget, minGpus: config.min_gpu_budget}
  return guardOnePool(
    {current, wanted},
    capabilities.gpusPerReplica,
    budget,
    fewestReplicas(config, 'decode'),
  )
}

function sideSettings(config: PlannerConfig16, replicas: number): (target: 'ttft' | 'itl') => SideSettings {
  return target => ({
    targetMs: config[target],
    replicas,
    fewest: fewestReplicas(config, 'decode'),
    sensitivity: config.load_scaling_down_sensitivity / 100,
  })
}
