import type {ConsolidationCheck, InstanceCheck, LatencySide as LatencySideOf} from '../../latency-side.ts'
import {type ForwardPass, inIdOrder} from '../pass-times/forward-pass.ts'
import type {InstanceEstimates} from '../pass-times/performance-model.ts'

/** As 1.2.1 has it, and the estimated pass itself, before it is divided by the tokens it gives. */
export type PassCheck = InstanceCheck & {readonly passMs: number | null}

export type LatencySide = LatencySideOf<PassCheck>

export interface SideSettings {
  readonly targetMs: number
  readonly replicas: number
  readonly fewest: number
  /** Share of the target that may be used after scaling down, 0…1. */
  readonly sensitivity: number
}

export interface TtftOptions {
  readonly kvHitRate: number | null
  /** Aggregated instances: what decodes now, and what waits to, slows prefill down. */
  readonly countsDecode: boolean
}

/**
 * TTFT target (planner-1.6.md 8.1, 8.2). With one replica less the queue's part of TTFT must stay within the margin; the
 * new request's own prefill takes as long with any replica count.
 */
export function decideTtftSide(
  instances: readonly ForwardPass[],
  settings: SideSettings,
  options: TtftOptions,
  model: InstanceEstimates,
): LatencySide {
  const {kvHitRate, countsDecode} = options
  const factor = consolidationFactor(settings.replicas)
  const shared = countsDecode ? {decodeFactor: factor, withQueuedDecode: true} : {}
  return checkInstances('ttft', instances, settings, {
    estimateS: instance => model.ttftS(instance, {kvHitRate}),
    consolidation: instance => {
      const kvTokens = Math.trunc((instance.decodeKvTokens + instance.queuedDecodeKvTokens) * factor)
      const ownS = model.ttftS(instance, {kvHitRate, queueFactor: 0, ...shared})
      if (ownS === null) return null
      const ownMs = ownS * 1000
      const limitMs = (settings.targetMs - ownMs) * settings.sensitivity
      // Disaggregated fleets object before they ask what a fuller queue would do; the outcome is the same.
      if (limitMs <= 0 && !countsDecode) return {valueMs: null, limitMs, kvTokens, passes: false}
      const mergedS = model.ttftS(instance, {kvHitRate, queueFactor: factor, ...shared})
      if (mergedS === null) return null
      const valueMs = mergedS * 1000 - ownMs
      return {valueMs, limitMs, kvTokens, passes: !(limitMs <= 0 || valueMs >= limitMs)}
    },
  })
}

export interface ItlOptions {
  /** KV pool of one instance; null = unknown. */
  readonly maxKvTokens: number | null
  /** Aggregated instances: queued prompts become KV as well. */
  readonly countsQueuedPrefill: boolean
  /** Tokens accepted per decode pass. */
  readonly acceptLength: number
}

/**
 * ITL target. With one replica less the KV must still fit each pool, and the pass time must stay within the
 * sensitivity's share of the target.
 */
export function decideItlSide(
  instances: readonly ForwardPass[],
  settings: SideSettings,
  options: ItlOptions,
  model: InstanceEstimates,
): LatencySide {
  const {maxKvTokens, countsQueuedPrefill: withQueuedPrefill, acceptLength} = options
  const limitMs = settings.targetMs * settings.sensitivity
  const factor = consolidationFactor(settings.replicas)
  return checkInstances('itl', instances, settings, {
    estimateS: instance => model.itlS(instance, {}),
    perToken: acceptLength,
    consolidation: instance => {
      const prefillTokens = withQueuedPrefill ? instance.queuedPrefillTokens : 0
      const load = instance.decodeKvTokens + instance.queuedDecodeKvTokens + prefillTokens
      const kvTokens = Math.trunc(load * factor)
      if (maxKvTokens !== null && maxKvTokens > 0 && kvTokens >= maxKvTokens) {
        return {valueMs: null, limitMs, kvTokens, passes: false}
      }
      const passS = model.itlS(instance, {factor, withQueuedPrefill})
      if (passS === null) return null
      const valueMs = (passS * 1000) / acceptLength
      return {valueMs, limitMs, kvTokens, passes: !(valueMs >= limitMs)}
    },
  })
}

/** How much more each instance carries with one replica less. The quotient first, then the product. */
function consolidationFactor(replicas: number): number {
  return replicas > 1 ? replicas / (replicas - 1) : 1
}

interface InstanceQuestions {
  readonly estimateS: (instance: ForwardPass) => number | null
  /** Tokens of a pass, by which an estimate is divided. */
  readonly perToken?: number
  /** null = cannot tell, which rules scaling down out without being an objection. */
  readonly consolidation: (instance: ForwardPass) => ConsolidationCheck | null
}

/** Every instance is estimated; consolidation is checked until the first instance that rules it out. */
function checkInstances(
  metric: 'ttft' | 'itl',
  instances: readonly ForwardPass[],
  settings: SideSettings,
  questions: InstanceQuestions,
): LatencySide {
  let isOpen = settings.replicas > 1
  const checks = inIdOrder(instances).map(instance => {
    const estimateS = questions.estimateS(instance)
    const passMs = estimateS === null ? null : estimateS * 1000
    const estimateMs = passMs === null ? null : passMs / (questions.perToken ?? 1)
    const consolidation = isOpen ? questions.consolidation(instance) : null
    isOpen &&= consolidation?.passes === true
    const view = {instanceId: instance.instanceId, estimateMs, passMs}
    return consolidation === null ? view : {...view, consolidation}
  })
  return conclude(metric, settings, checks, isOpen)
}

/** Up if every instance misses the target, down if none rules it out (planner.md 5.1). */
function conclude(
  metric: 'ttft' | 'itl',
  {targetMs, replicas, fewest}: SideSettings,
  checks: readonly PassCheck[],
  mayScaleDown: boolean,
): LatencySide {
  const isRefused = checks.some(check => check.consolidation?.passes === false)
  const side = {metric, targetMs, checks, isRefused}
  const estimates = estimatesOf(checks)
  if (estimates.length > 0 && estimates.every(estimateMs => estimateMs > targetMs)) {
    return {...side, desired: replicas + 1, reason: null, isRefused: false}
  }
  if (isRefused) return {...side, desired: null, reason: 'scale_down_refused_consolidation'}
  if (estimates.length === 0) return {...side, desired: null, reason: 'insufficient_data'}
  if (mayScaleDown) return {...side, desired: Math.max(replicas - 1, fewest), reason: null}
  return {...side, desired: null, reason: 'no_change'}
}

function estimatesOf(checks: readonly PassCheck[]): readonly number[] {
  return checks.flatMap(({estimateMs}) => (estimateMs === null ? [] : [estimateMs]))
}

/** What the diagnostics show: the worst instance's estimate. */
export function worstEstimateMs(side: LatencySide | null): number | null {
  const estimates = side === null ? [] : estimatesOf(side.checks)
  return estimates.length === 0 ? null : Math.max(...estimates)
}
