import type {HpaBehavior, HpaMetric, HpaSpec} from './hpa-spec.ts'

/** A ScaledObject with every default filled in (policies.md 2.1). */
export interface KedaSpec {
  readonly pollingIntervalS: number
  readonly cooldownPeriodS: number
  readonly initialCooldownPeriodS: number
  readonly minReplicas: number
  readonly maxReplicas: number
  /** Size while nothing is active; null: none set. */
  readonly idleReplicas: number | null
  readonly behavior: HpaBehavior | null
  readonly fallback: KedaFallback | null
  readonly triggers: readonly KedaTrigger[]
}

export interface KedaFallback {
  readonly failureThreshold: number
  readonly replicas: number
  readonly behavior: 'static' | 'currentReplicas' | 'currentReplicasIfHigher' | 'currentReplicasIfLower'
}

export interface KedaTrigger {
  readonly metricType: 'AverageValue' | 'Value'
  readonly threshold: number
  /** The threshold as the HPA gets it. */
  readonly thresholdMilli: number
  /** Values above it make the trigger active. */
  readonly activationThreshold: number
  readonly usesCachedMetrics: boolean
  readonly ignoresNullValues: boolean
  /** What the query asks for, in the trigger's own words. */
  readonly query: string
}

/** The HPA that KEDA writes: it never goes to zero itself. */
export function toHpaSpec(spec: KedaSpec): HpaSpec {
  return {
    minReplicas: Math.max(1, spec.minReplicas),
    maxReplicas: spec.maxReplicas,
    metrics: spec.triggers.map(toHpaMetric),
    behavior: spec.behavior,
  }
}

function toHpaMetric(trigger: KedaTrigger, i: number): HpaMetric {
  const type = trigger.metricType === 'Value' ? 'value' : 'averageValue'
  return {kind: 'external', name: kedaMetricName(i), target: {type, milli: trigger.thresholdMilli}}
}

function kedaMetricName(trigger: number): string {
  return `s${trigger}-prometheus`
}
