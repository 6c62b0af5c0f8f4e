import type {KedaFallback, KedaTrigger} from '../../config/scaling/keda-spec.ts'

/** What a query gave once. */
export type TriggerReading =
  | {readonly kind: 'value'; readonly value: number}
  /** Failed so often that the value stands for a number of replicas. */
  | {readonly kind: 'fallback'; readonly value: number}
  | {readonly kind: 'failed'}

/** Sizes that a fallback is reckoned from. */
export interface FallbackSizes {
  readonly specReplicas: number
  readonly readyPods: number
}

/** One trigger's failures in a row, which both of KEDA's paths count, and its last reading. */
export class TriggerMemory {
  readonly #trigger: KedaTrigger
  readonly #fallback: KedaFallback | null
  failures = 0
  last: TriggerReading | null = null

  constructor(trigger: KedaTrigger, fallback: KedaFallback | null) {
    this.#trigger = trigger
    this.#fallback = fallback
  }

  /** @param answer null: the query failed; NaN or infinite: it gave nothing */
  read(answer: number | null, sizes: FallbackSizes): TriggerReading {
    const value = this.#valueOf(answer)
    this.failures = value === null ? this.failures + 1 : 0
    this.last = value === null ? this.#fallBack(sizes) : {kind: 'value', value}
    return this.last
  }

  isActive(reading: TriggerReading): boolean {
    if (reading.kind === 'failed') return false
    return reading.kind === 'fallback' || reading.value > this.#trigger.activationThreshold
  }

  #valueOf(answer: number | null): number | null {
    if (answer === null || Number.isFinite(answer)) return answer
    return this.#trigger.ignoresNullValues ? 0 : null
  }

  /** A value that makes the HPA propose the replicas of the fallback (policies.md 2.5). */
  #fallBack(sizes: FallbackSizes): TriggerReading {
    const fallback = this.#fallback
    if (fallback === null || this.failures <= fallback.failureThreshold) return {kind: 'failed'}
    let replicas = fallbackReplicas(fallback, sizes.specReplicas)
    if (this.#trigger.metricType === 'Value') {
      if (sizes.readyPods === 0) return {kind: 'failed'}
      replicas /= sizes.readyPods
    }
    return {kind: 'fallback', value: Math.trunc(this.#trigger.threshold * 1000 * replicas) / 1000}
  }
}

function fallbackReplicas(fallback: KedaFallback, specReplicas: number): number {
  switch (fallback.behavior) {
    case 'static':
      return fallback.replicas
    case 'currentReplicas':
      return specReplicas
    case 'currentReplicasIfHigher':
      return Math.max(fallback.replicas, specReplicas)
    case 'currentReplicasIfLower':
      return Math.min(fallback.replicas, specReplicas)
  }
}
