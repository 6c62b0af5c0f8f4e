import type {ConsolidationCheck, InstanceCheck, LatencySide} from '../latency-side.ts'

/** What the planner sees of one instance: its last forward pass (planner.md 0). Tokens. */
export interface InstanceLoad {
  readonly instanceId: number
  readonly scheduledPrefillTokens: number
  readonly scheduledDecodeKvTokens: number
  readonly queuedPrefillTokens: number
  readonly queuedDecodeKvTokens: number
}

export interface SideSettings {
  readonly targetMs: number
  readonly replicas: number
  readonly minEndpoint: number
  /** Share of the target that may be used after scaling down, 0…1 by convention. */
  readonly sensitivity: number
}

export type TtftEstimateS = (queuedPrefillTokens: number, decodeKvTokens: number) => number
export type ItlEstimateS = (scheduledKvTokens: number, queuedKvTokens: number) => number

/**
 * TTFT target (planner.md 5.2, 5.3). An instance left with its share of a removed replica's load must keep the
 * queue's part of TTFT within the margin; the new request's own prefill takes as long with any replica count.
 * @param estimateS null when the regression has no fit
 */
export function decideTtftSide(
  instances: readonly InstanceLoad[],
  settings: SideSettings,
  estimateS: TtftEstimateS | null,
): LatencySide {
  const checkConsolidation = (instance: InstanceLoad, estimate: TtftEstimateS): ConsolidationCheck => {
    const factor = consolidationFactor(settings.replicas)
    const queued = Math.trunc(instance.queuedPrefillTokens * factor)
    const kvTokens = Math.trunc((instance.scheduledDecodeKvTokens + instance.queuedDecodeKvTokens) * factor)
    const ownMs = estimate(0, kvTokens) * 1000
    const limitMs = (settings.targetMs - ownMs) * settings.sensitivity
    const valueMs = estimate(queued, kvTokens) * 1000 - ownMs
    return {valueMs, limitMs, kvTokens, passes: !(limitMs <= 0 || valueMs >= limitMs)}
  }
  const checks = checkInstances(instances, settings.replicas, {
    estimateMs: instance =>
      estimateS && estimateS(instance.queuedPrefillTokens, instance.scheduledDecodeKvTokens) * 1000,
    consolidation: instance => estimateS && checkConsolidation(instance, estimateS),
  })
  return conclude('ttft', settings, checks)
}

export interface ItlOptions {
  /** KV pool of one instance; null = unknown. */
  readonly maxKvTokens: number | null
  /** Aggregated instances: queued prompts become KV as well. */
  readonly countsQueuedPrefill: boolean
}

/**
 * ITL target. With one replica less the KV must still fit each pool, and the pass time must stay within the
 * sensitivity's share of the target.
 */
export function decideItlSide(
  instances: readonly InstanceLoad[],
  settings: SideSettings,
  options: ItlOptions,
  estimateS: ItlEstimateS | null,
): LatencySide {
  const limitMs = settings.targetMs * settings.sensitivity
  const {maxKvTokens} = options
  // The KV check needs no fit, so it can object where there is none.
  const checkConsolidation = (instance: InstanceLoad): ConsolidationCheck | null => {
    const prefillTokens = options.countsQueuedPrefill ? instance.queuedPrefillTokens : 0
    const load = instance.scheduledDecodeKvTokens + instance.queuedDecodeKvTokens + prefillTokens
    const kvTokens = Math.trunc(load * consolidationFactor(settings.replicas))
    if (maxKvTokens !== null && maxKvTokens > 0 && kvTokens >= maxKvTokens) {
      return {valueMs: null, limitMs, kvTokens, passes: false}
    }
    if (estimateS === null) return null
    const valueMs = estimateS(kvTokens, 0) * 1000
    return {valueMs, limitMs, kvTokens, passes: !(valueMs >= limitMs)}
  }
  const checks = checkInstances(instances, settings.replicas, {
    estimateMs: instance =>
      estimateS && estimateS(instance.scheduledDecodeKvTokens, instance.queuedDecodeKvTokens) * 1000,
    consolidation: checkConsolidation,
  })
  return conclude('itl', settings, checks)
}

/** How much more each instance carries with one replica less. The quotient first, then the product. */
function consolidationFactor(replicas: number): number {
  return replicas > 1 ? replicas / (replicas - 1) : 1
}

interface InstanceChecks {
  readonly estimateMs: (instance: InstanceLoad) => number | null
  /** null = cannot tell, which rules scaling down out without being an objection. */
  readonly consolidation: (instance: InstanceLoad) => ConsolidationCheck | null
}

/** Every instance is estimated; consolidation is checked until the first instance that rules it out. */
function checkInstances(
  instances: readonly InstanceLoad[],
  replicas: number,
  check: InstanceChecks,
): readonly InstanceCheck[] {
  let isOpen = replicas > 1
  return instances.map(instance => {
    const estimateMs = check.estimateMs(instance)
    const consolidation = isOpen ? check.consolidation(instance) : null
    isOpen &&= consolidation?.passes === true
    const view = {instanceId: instance.instanceId, estimateMs}
    return consolidation === null ? view : {...view, consolidation}
  })
}

/** Up if every instance misses the target, down if none objects (planner.md 5.1). */
function conclude(
  metric: 'ttft' | 'itl',
  {targetMs, replicas, minEndpoint}: SideSettings,
  checks: readonly InstanceCheck[],
): LatencySide {
  const isRefused = checks.some(check => check.consolidation?.passes === false)
  const side = {metric, targetMs, checks}
  const estimates = estimatesOf(checks)
  if (estimates.length > 0 && estimates.every(estimateMs => estimateMs > targetMs)) {
    return {...side, desired: replicas + 1, reason: null, isRefused: false}
  }
  if (isRefused) return {...side, desired: null, reason: 'scale_down_refused_consolidation', isRefused}
  if (estimates.length === 0) return {...side, desired: null, reason: 'insufficient_data', isRefused}
  if (replicas > 1) {
    return {...side, desired: Math.max(replicas - 1, minEndpoint), reason: null, isRefused}
  }
  return {...side, desired: null, reason: 'no_change', isRefused}
}

function estimatesOf(checks: readonly InstanceCheck[]): readonly number[] {
  return checks.flatMap(({estimateMs}) => (estimateMs === null ? [] : [estimateMs]))
}

/** What the diagnostics show: the worst instance's estimate. */
export function worstEstimateMs(side: LatencySide | null): number | null {
  const estimates = side === null ? [] : estimatesOf(side.checks)
  return estimates.length === 0 ? null : Math.max(...estimates)
}
