import {
  canReachZero,
  DEFAULT_HPA_CONTROLLER,
  type HpaController,
  type HpaSpec,
} from '../../config/scaling/hpa-spec.ts'
import {assert} from '../../core/assert.ts'
import type {HpaSeen} from './hpa-seen.ts'
import {computeProposal, computeToleranceBand} from './proposal.ts'
import {Recommendations} from './recommendations.ts'
import {ScaleEvents} from './scale-events.ts'
import type {Proposal, ToleranceBand} from './tolerance.ts'

/** What one sync of the controller did, and why. Conditions are those of the HPA's status, `Status/Reason`. */
export interface HpaOutcome {
  /** Replicas that the workload is told to have after this sync. */
  readonly desired: number
  readonly why: HpaReason | null
  /** Per metric of the spec; null where it failed. Null as a whole: no metric was asked for. */
  readonly proposals: readonly (Proposal | null)[] | null
  /** Place of the metric that won; null: none. */
  readonly metric: number | null
  readonly hasError: boolean
  /** After the stabilisation windows, before rate limits and bounds; null where these steps were left out. */
  readonly stabilised: number | null
  readonly conditions: HpaConditions
}

export type HpaReason = 'above-target' | 'below-target' | 'above-max' | 'below-min'

/** They persist from sync to sync; null: never set. */
export interface HpaConditions {
  readonly able: string
  readonly active: string | null
  readonly limited: string | null
  readonly scaledToZero: string | null
}

/** The size between the wish and the write, with the conditions that normalising it sets. */
interface Normalised {
  readonly replicas: number
  readonly stabilised: number
  readonly able: string
  readonly limited: string
}

const WITHIN_RANGE = 'False/DesiredWithinRange'

/**
 * Kubernetes' HorizontalPodAutoscaler, autoscaling/v2: one call is one sync (policies.md 1.0). What it remembers is what
 * the real controller keeps in memory and in the object's status.
 */
export class HpaAutoscaler {
  readonly #spec: HpaSpec
  readonly #controller: HpaController
  readonly #band: ToleranceBand
  readonly #recommendations = new Recommendations()
  readonly #events = new ScaleEvents()
  #active: string | null = null
  #limited: string | null = null
  #scaledToZero: string | null = null

  constructor(spec: HpaSpec, controller: HpaController = DEFAULT_HPA_CONTROLLER) {
    this.#spec = spec
    this.#controller = controller
    this.#band = computeToleranceBand(spec, controller)
  }

  /** The HPA's ScalingActive condition is True: KEDA reads it. */
  get isScalingActive(): boolean {
    return this.#active?.startsWith('True/') === true
  }

  sync(seen: HpaSeen): HpaOutcome {
    const {minReplicas, maxReplicas} = this.#spec
    const spec = seen.specReplicas
    this.#recommendations.startWith(spec, seen.nowMs)
    if (spec === 0 && !this.#mayWake()) {
      this.#active = 'False/ScalingDisabled'
      return this.#outcome({desired: 0})
    }
    if (spec > maxReplicas) return this.#rescaleToBound(seen, maxReplicas, 'above-max')
    if (spec < minReplicas) return this.#rescaleToBound(seen, minReplicas, 'below-min')
    return this.#scaleByMetrics(seen)
  }

  /** Whoever else scaled to zero is left alone (policies.md 1.9). */
  #mayWake(): boolean {
    return (
      this.#scaledToZero === 'True/ScaledToZero' && (this.#spec.minReplicas !== 0 || canReachZero(this.#spec))
    )
  }

  #rescaleToBound(seen: HpaSeen, bound: number, why: HpaReason): HpaOutcome {
    this.#applyRescale(seen, bound)
    return this.#outcome({desired: bound, why, able: 'True/SucceededRescale'})
  }

  #scaleByMetrics(seen: HpaSeen): HpaOutcome {
    const spec = seen.specReplicas
    const proposals = this.#propose(seen)
    const hasError = proposals.includes(null)
    const metric = chooseMetric(proposals)
    const best = metric === null ? 0 : (proposals[metric]?.replicas ?? 0)
    if (metric === null || (hasError && best < spec)) {
      this.#active = `False/${this.#failureReason(proposals)}`
      return this.#outcome({desired: spec, proposals, hasError})
    }
    this.#active = 'True/ValidMetricFound'
    const normalised = this.#normalise(best, seen)
    this.#limited = normalised.limited
    const {replicas: desired, stabilised} = normalised
    const common = {desired, proposals, metric, hasError, stabilised}
    if (desired === spec) return this.#outcome({...common, able: normalised.able})
    this.#applyRescale(seen, desired)
    const why = best > spec ? 'above-target' : best < spec ? 'below-target' : null
    return this.#outcome({...common, why, able: 'True/SucceededRescale'})
  }

  #propose(seen: HpaSeen): (Proposal | null)[] {
    const readings = seen.askMetrics()
    return this.#spec.metrics.map((metric, i) => {
      const reading = readings[i]
      assert(reading !== undefined, 'there is one reading for each metric')
      return computeProposal(metric, reading, seen, this.#band, this.#controller)
    })
  }

  #failureReason(proposals: readonly (Proposal | null)[]): string {
    const metric = this.#spec.metrics[proposals.indexOf(null)]
    assert(metric !== undefined, 'a sync without a proposal has a failed metric')
    const kind = {pods: 'Pods', object: 'Object', external: 'External', resource: 'Resource'}[metric.kind]
    return `FailedGet${kind}Metric`
  }

  #normalise(want: number, seen: HpaSeen): Normalised {
    return this.#spec.behavior === null
      ? this.#normaliseByDefault(want, seen)
      : this.#normaliseByRules(want, seen)
  }

  /** Without `behavior` (policies.md 1.7): at most doubled, and 300 s of stabilisation on the way down. */
  #normaliseByDefault(want: number, seen: HpaSeen): Normalised {
    const {minReplicas, maxReplicas} = this.#spec
    const windowMs = this.#controller.downscaleStabilizationS * 1000
    const stabilised = this.#recommendations.stabiliseDown(want, seen.nowMs, windowMs)
    const able = stabilised === want ? 'True/ReadyForNewScale' : 'True/ScaleDownStabilized'
    const limit = Math.max(2 * seen.specReplicas, 4)
    const upper = Math.min(maxReplicas, limit)
    const result = (replicas: number, limited: string): Normalised => ({replicas, stabilised, able, limited})
    if (stabilised < minReplicas) return result(minReplicas, 'True/TooFewReplicas')
    if (stabilised > upper) {
      return result(upper, limit < maxReplicas ? 'True/ScaleUpLimit' : 'True/TooManyReplicas')
    }
    return result(stabilised, WITHIN_RANGE)
  }

  /** With `behavior` (policies.md 1.8): stabilise first, then rate limits together with the bounds. */
  #normaliseByRules(want: number, seen: HpaSeen): Normalised {
    const {behavior} = this.#spec
    assert(behavior !== null, 'rules come from behavior')
    const {specReplicas: spec, nowMs} = seen
    const windows = {upMs: behavior.scaleUp.windowS * 1000, downMs: behavior.scaleDown.windowS * 1000}
    const stabilised = this.#recommendations.stabilise(want, spec, nowMs, windows)
    const held = want >= spec ? 'True/ScaleUpStabilized' : 'True/ScaleDownStabilized'
    const able = stabilised === want ? 'True/ReadyForNewScale' : held
    return {...this.#limitRate(stabilised, seen), stabilised, able}
  }

  #limitRate(stabilised: number, seen: HpaSeen): {readonly replicas: number; readonly limited: string} {
    const {behavior, minReplicas, maxReplicas} = this.#spec
    assert(behavior !== null, 'rules come from behavior')
    const {specReplicas: spec, nowMs} = seen
    if (stabilised > spec) {
      const rules = behavior.scaleUp
      const asked = rules.select === 'Disabled' ? spec : this.#events.limitUp(spec, nowMs, rules)
      const limit = Math.max(asked, spec)
      const upper = Math.min(maxReplicas, limit)
      if (stabilised <= upper) return {replicas: stabilised, limited: WITHIN_RANGE}
      return {replicas: upper, limited: limit < maxReplicas ? 'True/ScaleUpLimit' : 'True/TooManyReplicas'}
    }
    if (stabilised < spec) {
      const rules = behavior.scaleDown
      const asked = rules.select === 'Disabled' ? spec : this.#events.limitDown(spec, nowMs, rules)
      const limit = Math.min(asked, spec)
      const lower = Math.max(minReplicas, limit)
      if (stabilised >= lower) return {replicas: stabilised, limited: WITHIN_RANGE}
      return {replicas: lower, limited: limit > minReplicas ? 'True/ScaleDownLimit' : 'True/TooFewReplicas'}
    }
    return {replicas: spec, limited: WITHIN_RANGE}
  }

  #applyRescale(seen: HpaSeen, desired: number): void {
    const {specReplicas: spec, nowMs} = seen
    const {behavior, minReplicas} = this.#spec
    const isToZero = spec > 0 && desired === 0 && minReplicas === 0 && canReachZero(this.#spec)
    this.#scaledToZero = isToZero ? 'True/ScaledToZero' : 'False/NotScaledToZero'
    if (behavior !== null) this.#events.store(desired - spec, nowMs, behavior)
  }

  #outcome(
    known: Partial<Omit<HpaOutcome, 'conditions'>> & {readonly desired: number; readonly able?: string},
  ): HpaOutcome {
    const {able = 'True/SucceededGetScale', ...rest} = known
    const conditions = {
      able,
      active: this.#active,
      limited: this.#limited,
      scaledToZero: this.#scaledToZero,
    }
    return {why: null, proposals: null, metric: null, hasError: false, stabilised: null, ...rest, conditions}
  }
}

/** The largest proposal; a later one also takes the place of a zero (policies.md 1.6). */
function chooseMetric(proposals: readonly (Proposal | null)[]): number | null {
  let metric: number | null = null
  let best = 0
  for (const [i, proposal] of proposals.entries()) {
    if (proposal === null || !(best === 0 || proposal.replicas > best)) continue
    metric = i
    best = proposal.replicas
  }
  return metric
}
