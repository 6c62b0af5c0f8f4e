import type {PlannerConfig16} from '../../../config/planner/planner-shape-1.6.ts'
import type {PairCounts} from '../budget.ts'
import type {ScaleTarget} from '../load-decision.ts'
import {
  atLeast,
  fitUnderCeiling,
  type GuardedCount,
  guardOnePool,
  guardTwoPools,
  isSamePair,
} from './load/budget-guards.ts'
import {fewestReplicas, type PoolLoad, pairBudget} from './load/pool-load.ts'
import type {Capacity} from './pass-times/instance-capacity.ts'
import type {ThroughputReason16} from './reasons.ts'

/** Traffic expected for the next interval (planner-1.6.md 9.1). */
export interface TrafficForecast16 {
  readonly numReq: number
  readonly isl: number
  readonly osl: number
  /** Not predicted: the last observed ones. */
  readonly kvHitRate: number | null
  readonly acceptLength: number
  /** Length of the window just observed, by which the predicted count is divided. */
  readonly windowS: number
}

/** An aggregated fleet has only `decode`. */
export interface ThroughputInputs {
  readonly config: PlannerConfig16
  readonly forecast: TrafficForecast16
  readonly prefill: PoolLoad | null
  readonly decode: PoolLoad
  readonly kvHitRate: number | null
  readonly acceptLength: number
}

export interface ThroughputExplanation16 {
  readonly demandRps: number
  readonly prefill: Capacity | null
  /** An aggregated fleet's too. */
  readonly decode: Capacity | null
  /** From demand and capacity alone; null where the model gave no answer. */
  readonly wantedPrefill: number | null
  readonly wantedDecode: number | null
}

export interface ThroughputDecision16 {
  readonly scaleTo: ScaleTarget | null
  /** New lower bounds for load scaling; null = unchanged. */
  readonly bounds: {readonly prefill?: number; readonly decode: number} | null
  readonly reason: ThroughputReason16
  readonly reasonPrefill: ThroughputReason16 | null
  readonly reasonDecode: ThroughputReason16 | null
  readonly instanceRpsPrefill: number | null
  readonly instanceRpsDecode: number | null
  readonly explanation: ThroughputExplanation16
}

/**
 * Throughput scaling as a pure function (planner-1.6.md 9.2): predicted demand divided by what one instance can serve within
 * the targets. It may not see the state of any queue.
 */
export function decideThroughput16(inputs: ThroughputInputs): ThroughputDecision16 {
  const {prefill} = inputs
  return prefill === null ? decideAgg(inputs) : decideDisagg({...inputs, prefill})
}

function decideAgg(inputs: ThroughputInputs): ThroughputDecision16 {
  const {config, decode: pool} = inputs
  const {ready: current, capabilities} = pool
  const fewest = fewestReplicas(config, 'decode')
  const demandRps = demandOf(inputs)
  const capacity = (capabilities.maxBatchedTokens ?? 0) > 0 ? capacityOf(inputs, pool, 'both') : null
  const instanceRps = positiveRate(capacity)
  // Without an answer the current count is held, and so becomes the bound.
  const needed = instanceRps === null ? null : Math.max(Math.ceil(demandRps / instanceRps), fewest)
  const capped = Math.max(capChange(config, needed ?? current, current), fewest)
  const gpus = capabilities.gpusPerReplica
  const guard = (wanted: number, minGpus: number): GuardedCount =>
    guardOnePool({current, wanted}, gpus, {maxGpus: config.max_gpu_budget, minGpus}, fewest)
  const ceiling = guard(capped, -1)
  const base = {
    reasonPrefill: null,
    reasonDecode: null,
    instanceRpsPrefill: instanceRps,
    instanceRpsDecode: instanceRps,
    explanation: {demandRps, prefill: null, decode: capacity, wantedPrefill: null, wantedDecode: needed},
  }
  const unready = instanceRps === null ? 'model_not_ready' : null
  if (config.enable_load_scaling) {
    const held = ceiling.reason === 'gpu_budget_guard_hold' ? ceiling.reason : 'set_lower_bound'
    return {...base, scaleTo: null, bounds: {decode: ceiling.count}, reason: unready ?? held}
  }
  const final = guard(ceiling.count, config.min_gpu_budget)
  if (final.count === current) {
    const reason = unready ?? final.reason ?? ceiling.reason ?? 'no_change'
    return {...base, scaleTo: null, bounds: null, reason}
  }
  return {...base, scaleTo: {num_decode: final.count}, bounds: null, reason: unready ?? 'scale'}
}

type DecisionReasons = Pick<ThroughputDecision16, 'reason' | 'reasonPrefill' | 'reasonDecode'>
type DisaggInputs = ThroughputInputs & {readonly prefill: PoolLoad}

/** Both pools are always computed; one without an answer holds the other. */
function decideDisagg(inputs: DisaggInputs): ThroughputDecision16 {
  const {config} = inputs
  const demandRps = demandOf(inputs)
  const prefill = capacityOf(inputs, inputs.prefill, 'ttft')
  const decode = capacityOf(inputs, inputs.decode, 'itl')
  const rates = {prefill: positiveRate(prefill), decode: positiveRate(decode)}
  const needed = {
    prefill: replicasFor(config, demandRps, rates.prefill, 'prefill'),
    decode: replicasFor(config, demandRps, rates.decode, 'decode'),
  }
  const isReady = needed.prefill !== null && needed.decode !== null
  const steps = countsOf(inputs, needed)
  const base = {
    instanceRpsPrefill: rates.prefill,
    instanceRpsDecode: rates.decode,
    explanation: {
      demandRps,
      prefill,
      decode,
      wantedPrefill: needed.prefill,
      wantedDecode: needed.decode,
    },
  }
  const own = (count: number | null): ThroughputReason16 =>
    count === null ? 'model_not_ready' : 'partner_not_ready'
  const reasonsOf = (reason: ThroughputReason16): DecisionReasons =>
    isReady
      ? {reason, reasonPrefill: reason, reasonDecode: reason}
      : {
          reason: 'model_not_ready',
          reasonPrefill: own(needed.prefill),
          reasonDecode: own(needed.decode),
        }
  if (config.enable_load_scaling) {
    const reasons = reasonsOf(steps.isHeld ? 'gpu_budget_guard_hold' : 'set_lower_bound')
    return {...base, ...reasons, scaleTo: null, bounds: steps.fitted}
  }
  const {counts: final, reason: budgetReason} = guardTwoPools(steps.current, steps.fitted, steps.budget)
  if (isSamePair(final, steps.current)) {
    const reason = budgetReason ?? (steps.isHeld ? 'gpu_budget_guard_hold' : 'no_change')
    return {...base, ...reasonsOf(reason), scaleTo: null, bounds: null}
  }
  const scaleTo = {num_prefill: final.prefill, num_decode: final.decode}
  return {...base, ...reasonsOf('scale'), scaleTo, bounds: null}
}

function countsOf(
  inputs: DisaggInputs,
  needed: {readonly prefill: number | null; readonly decode: number | null},
) {
  const {config, prefill, decode} = inputs
  const gpus = {prefill: prefill.capabilities.gpusPerReplica, decode: decode.capabilities.gpusPerReplica}
  const budget = pairBudget(config, gpus)
  const current: PairCounts = {prefill: prefill.ready, decode: decode.ready}
  const isReady = needed.prefill !== null && needed.decode !== null
  const wanted = isReady ? {prefill: needed.prefill, decode: needed.decode} : current
  const bounded = atLeast(
    {
      prefill: capChange(config, wanted.prefill, current.prefill),
      decode: capChange(config, wanted.decode, current.decode),
    },
    budget.fewest,
  )
  const fitted = fitUnderCeiling(current, bounded, budget)
  const isHeld = isSamePair(fitted, current) && !isSamePair(bounded, current)
  return {budget, current, fitted, isHeld}
}

function demandOf({forecast}: ThroughputInputs): number {
  return forecast.numReq / forecast.windowS
}

function capacityOf(
  inputs: ThroughputInputs,
  pool: PoolLoad,
  targets: 'ttft' | 'itl' | 'both',
): Capacity | null {
  const {config, forecast, kvHitRate, acceptLength} = inputs
  if (pool.estimates === null) return null
  const {isl, osl} = forecast
  return pool.estimates.capacity({
    isl,
    osl,
    ttftSlaMs: targets === 'itl' ? null : config.ttft,
    itlSlaMs: targets === 'ttft' ? null : config.itl,
    kvHitRate: targets === 'itl' ? null : kvHitRate,
    acceptLength: targets === 'ttft' ? 1 : acceptLength,
  })
}

/** A rate of 0 or less counts as no answer. */
function positiveRate(capacity: Capacity | null): number | null {
  return capacity !== null && capacity.instanceRps > 0 ? capacity.instanceRps : null
}

function replicasFor(
  config: PlannerConfig16,
  demandRps: number,
  instanceRps: number | null,
  role: 'prefill' | 'decode',
): number | null {
  if (instanceRps === null) return null
  return Math.max(Math.ceil(demandRps / instanceRps), fewestReplicas(config, role))
}

/** One observation moves a role by so many replicas at most. */
function capChange(
  {max_throughput_scaling_replicas: most}: PlannerConfig16,
  wanted: number,
  current: number,
): number {
  return Math.min(Math.max(wanted, Math.max(0, current - most)), current + most)
}
