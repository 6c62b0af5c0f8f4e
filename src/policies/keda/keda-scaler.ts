import {toKedaMilli} from '../../config/scaling/keda-milli.ts'
import type {KedaSpec} from '../../config/scaling/keda-spec.ts'
import type {MetricReading} from '../hpa/hpa-seen.ts'
import {type FallbackSizes, TriggerMemory, type TriggerReading} from './trigger-memory.ts'

/** What a poll finds. */
export interface KedaPollSeen extends FallbackSizes {
  readonly nowMs: number
  /** The HPA's ScalingActive condition is True. */
  readonly isHpaActive: boolean
  /** Queries each trigger; null where one failed. Called only where the poll asks for itself. */
  readonly askTriggers: () => readonly (number | null)[]
}

export interface KedaPollOutcome {
  readonly replicas: number
  readonly isActive: boolean
  readonly hasError: boolean
  /** The poll went by what the HPA's path saw last and made no queries. */
  readonly isFromHpa: boolean
  readonly why: KedaReason | null
}

export type KedaReason = 'activated' | 'to-idle' | 'to-zero' | 'cooling-down' | 'held-by-error' | 'below-min'

/**
 * KEDA's own part: it serves the HPA's metrics, and moves the size between zero or the idle size and the minimum
 * (policies.md 2). Sizes above one are the HPA's, which a caller drives beside it.
 */
export class KedaScaler {
  readonly #spec: KedaSpec
  readonly #createdMs: number
  readonly #triggers: readonly TriggerMemory[]
  #lastActiveMs: number | null = null

  constructor(spec: KedaSpec, createdMs: number) {
    this.#spec = spec
    this.#createdMs = createdMs
    this.#triggers = spec.triggers.map(trigger => new TriggerMemory(trigger, spec.fallback))
  }

  get lastActiveMs(): number | null {
    return this.#lastActiveMs
  }

  get failures(): readonly number[] {
    return this.#triggers.map(trigger => trigger.failures)
  }

  /** The HPA's path: the external metrics, queried right then. */
  answerHpa(answers: readonly (number | null)[], sizes: FallbackSizes): MetricReading[] {
    return this.#triggers.map((memory, i) => {
      const trigger = this.#spec.triggers[i]
      const known = trigger?.usesCachedMetrics === true ? memory.last : null
      const reading = known ?? memory.read(answers[i] ?? null, sizes)
      if (reading.kind === 'failed') return {kind: 'failed'}
      return {kind: 'series', milli: [toKedaMilli(reading.value)]}
    })
  }

  poll(seen: KedaPollSeen): KedaPollOutcome {
    const isFromHpa = this.#goesByHpa(seen)
    const readings = isFromHpa ? this.#triggers.map(lastOf) : this.#query(seen)
    const isActive = readings.some((reading, i) => this.#triggers[i]?.isActive(reading) === true)
    const hasError = readings.some(reading => reading.kind === 'failed')
    const action = isActive ? this.#whileActive(seen, hasError) : this.#whileIdle(seen, hasError)
    return {isActive, hasError, isFromHpa, ...action}
  }

  #query(seen: KedaPollSeen): TriggerReading[] {
    const answers = seen.askTriggers()
    return this.#triggers.map((trigger, i) => trigger.read(answers[i] ?? null, seen))
  }

  /** Since KEDA 2.21 (policies.md 2.2). */
  #goesByHpa(seen: KedaPollSeen): boolean {
    const {minReplicas, idleReplicas, triggers} = this.#spec
    return (
      seen.isHpaActive &&
      minReplicas >= 1 &&
      idleReplicas === null &&
      !triggers.some(trigger => trigger.usesCachedMetrics) &&
      this.#triggers.every(trigger => trigger.last !== null)
    )
  }

  #whileActive(seen: KedaPollSeen, hasError: boolean): {replicas: number; why: KedaReason | null} {
    const {minReplicas, idleReplicas} = this.#spec
    const replicas = seen.specReplicas
    const wakes = replicas === 0 || (idleReplicas !== null && replicas < minReplicas)
    if (!wakes && hasError) return {replicas, why: 'held-by-error'}
    // Kept in whole seconds, as the object's status is.
    this.#lastActiveMs = Math.floor(seen.nowMs / 1000) * 1000
    return wakes ? {replicas: Math.max(1, minReplicas), why: 'activated'} : {replicas, why: null}
  }

  #whileIdle(seen: KedaPollSeen, hasError: boolean): {replicas: number; why: KedaReason | null} {
    const {minReplicas, idleReplicas, fallback} = this.#spec
    const replicas = seen.specReplicas
    // An outage never goes to zero.
    if (hasError && (fallback === null || fallback.replicas !== 0)) return {replicas, why: 'held-by-error'}
    const goesIdle = idleReplicas !== null && replicas > idleReplicas
    if (goesIdle || (replicas > 0 && minReplicas === 0)) {
      if (!this.#hasCooledDown(seen.nowMs)) return {replicas, why: 'cooling-down'}
      if (idleReplicas !== null) return {replicas: idleReplicas, why: 'to-idle'}
      return {replicas: minReplicas, why: 'to-zero'}
    }
    if (idleReplicas === null && replicas < minReplicas) return {replicas: minReplicas, why: 'below-min'}
    return {replicas, why: null}
  }

  #hasCooledDown(nowMs: number): boolean {
    const {cooldownPeriodS, initialCooldownPeriodS} = this.#spec
    if (this.#lastActiveMs === null) return this.#createdMs + initialCooldownPeriodS * 1000 < nowMs
    return this.#lastActiveMs + cooldownPeriodS * 1000 < nowMs
  }
}

function lastOf(trigger: TriggerMemory): TriggerReading {
  return trigger.last ?? {kind: 'failed'}
}
