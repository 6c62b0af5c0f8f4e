import type {LoadReason} from './reasons.ts'

/** What the planner sees of one engine: its last forward pass (planner.md 0). Tokens. */
export interface EngineLoad {
  readonly workerId: number
  readonly scheduledPrefillTokens: number
  readonly scheduledDecodeKvTokens: number
  readonly queuedPrefillTokens: number
  readonly queuedDecodeKvTokens: number
}

/** One engine as one latency target sees it. */
export interface EngineCheck {
  readonly workerId: number
  /** Expected latency of the next request (TTFT) or pass (ITL) on this engine; null without a fit. */
  readonly estimateMs: number | null
  /** What this engine would show with one replica less; absent once an earlier engine ruled that out. */
  readonly consolidation?: ConsolidationCheck
}

/** Scaling down is safe for an engine while `valueMs` stays below `limitMs` and its KV fits the pool. */
export interface ConsolidationCheck {
  /** TTFT: part of it caused by the queue. ITL: the whole. null when the KV check already failed. */
  readonly valueMs: number | null
  readonly limitMs: number
  /** KV tokens the engine would hold. */
  readonly kvTokens: number
  readonly passes: boolean
}

/** What one latency target asks for, and why. */
export interface LatencySide {
  readonly metric: 'ttft' | 'itl'
  readonly targetMs: number
  /** Replicas asked for; null = no wish. */
  readonly desired: number | null
  /** Set where `desired` is null. */
  readonly reason: LoadReason | null
  /** Scaling down was possible but judged unsafe. */
  readonly isRefused: boolean
  readonly checks: readonly EngineCheck[]
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
 * TTFT target (planner.md 5.2, 5.3). An engine left with its share of a removed replica's load must keep the
 * queue's part of TTFT within the margin; the new request's own prefill takes as long with any replica count.
 * @param estimateS null when the regression has no fit
 */
export function decideTtftSide(
  engines: readonly EngineLoad[],
  settings: SideSettings,
  estimateS: TtftEstimateS | null,
): LatencySide {
  const checkConsolidation = (engine: EngineLoad, estimate: TtftEstimateS): ConsolidationCheck => {
    const factor = consolidationFactor(settings.replicas)
    const queued = Math.trunc(engine.queuedPrefillTokens * factor)
    const kvTokens = Math.trunc((engine.scheduledDecodeKvTokens + engine.queuedDecodeKvTokens) * factor)
    const ownMs = estimate(0, kvTokens) * 1000
    const limitMs = (settings.targetMs - ownMs) * settings.sensitivity
    const valueMs = estimate(queued, kvTokens) * 1000 - ownMs
    return {valueMs, limitMs, kvTokens, passes: !(limitMs <= 0 || valueMs >= limitMs)}
  }
  const checks = checkEngines(engines, settings.replicas, {
    estimateMs: engine =>
      estimateS && estimateS(engine.queuedPrefillTokens, engine.scheduledDecodeKvTokens) * 1000,
    consolidation: engine => estimateS && checkConsolidation(engine, estimateS),
  })
  return conclude('ttft', settings, checks)
}

export interface ItlOptions {
  /** KV pool of one engine; null = unknown. */
  readonly maxKvTokens: number | null
  /** Aggregated engines: queued prompts become KV as well. */
  readonly countsQueuedPrefill: boolean
}

/**
 * ITL target. With one replica less the KV must still fit each pool, and the pass time must stay within the
 * sensitivity's share of the target.
 */
export function decideItlSide(
  engines: readonly EngineLoad[],
  settings: SideSettings,
  options: ItlOptions,
  estimateS: ItlEstimateS | null,
): LatencySide {
  const limitMs = settings.targetMs * settings.sensitivity
  const {maxKvTokens} = options
  // The KV check needs no fit, so it can object where there is none.
  const checkConsolidation = (engine: EngineLoad): ConsolidationCheck | null => {
    const prefillTokens = options.countsQueuedPrefill ? engine.queuedPrefillTokens : 0
    const load = engine.scheduledDecodeKvTokens + engine.queuedDecodeKvTokens + prefillTokens
    const kvTokens = Math.trunc(load * consolidationFactor(settings.replicas))
    if (maxKvTokens !== null && maxKvTokens > 0 && kvTokens >= maxKvTokens) {
      return {valueMs: null, limitMs, kvTokens, passes: false}
    }
    if (estimateS === null) return null
    const valueMs = estimateS(kvTokens, 0) * 1000
    return {valueMs, limitMs, kvTokens, passes: !(valueMs >= limitMs)}
  }
  const checks = checkEngines(engines, settings.replicas, {
    estimateMs: engine =>
      estimateS && estimateS(engine.scheduledDecodeKvTokens, engine.queuedDecodeKvTokens) * 1000,
    consolidation: checkConsolidation,
  })
  return conclude('itl', settings, checks)
}

/** How much more each engine carries with one replica less. The quotient first, then the product. */
function consolidationFactor(replicas: number): number {
  return replicas > 1 ? replicas / (replicas - 1) : 1
}

interface EngineChecks {
  readonly estimateMs: (engine: EngineLoad) => number | null
  /** null = cannot tell, which rules scaling down out without being an objection. */
  readonly consolidation: (engine: EngineLoad) => ConsolidationCheck | null
}

/** Every engine is estimated; consolidation is checked until the first engine that rules it out. */
function checkEngines(
  engines: readonly EngineLoad[],
  replicas: number,
  check: EngineChecks,
): readonly EngineCheck[] {
  let isOpen = replicas > 1
  return engines.map(engine => {
    const estimateMs = check.estimateMs(engine)
    const consolidation = isOpen ? check.consolidation(engine) : null
    isOpen &&= consolidation?.passes === true
    const view = {workerId: engine.workerId, estimateMs}
    return consolidation === null ? view : {...view, consolidation}
  })
}

/** Up if every engine misses the target, down if none objects (planner.md 5.1). */
function conclude(
  metric: 'ttft' | 'itl',
  {targetMs, replicas, minEndpoint}: SideSettings,
  checks: readonly EngineCheck[],
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

function estimatesOf(checks: readonly EngineCheck[]): readonly number[] {
  return checks.flatMap(({estimateMs}) => (estimateMs === null ? [] : [estimateMs]))
}

/** What the diagnostics show: the worst engine's estimate. */
export function worstEstimateMs(side: LatencySide | null): number | null {
  const estimates = side === null ? [] : estimatesOf(side.checks)
  return estimates.length === 0 ? null : Math.max(...estimates)
}
