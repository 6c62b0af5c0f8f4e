/** A HorizontalPodAutoscaler (autoscaling/v2) with every default filled in (policies.md 1.3). */
export interface HpaSpec {
  readonly minReplicas: number
  readonly maxReplicas: number
  readonly metrics: readonly HpaMetric[]
  /** Null where the manifest has none, which is not the same as an empty one. */
  readonly behavior: HpaBehavior | null
}

export type HpaMetric =
  | {readonly kind: 'pods'; readonly name: string; readonly target: AverageTarget}
  | {readonly kind: 'object'; readonly name: string; readonly target: AverageTarget | ValueTarget}
  | {readonly kind: 'external'; readonly name: string; readonly target: AverageTarget | ValueTarget}
  | {readonly kind: 'resource'; readonly name: string; readonly target: AverageTarget | UtilizationTarget}

/** The total divided by the replicas is to be this. */
export interface AverageTarget {
  readonly type: 'averageValue'
  /** Thousandths, as the controller counts every metric. */
  readonly milli: number
}

/** The value itself is to be this, however many replicas there are. */
export interface ValueTarget {
  readonly type: 'value'
  readonly milli: number
}

/** Use as a share of what the pods request. */
export interface UtilizationTarget {
  readonly type: 'utilization'
  readonly percent: number
}

export interface HpaBehavior {
  readonly scaleUp: ScalingRules
  readonly scaleDown: ScalingRules
}

export interface ScalingRules {
  readonly windowS: number
  readonly select: 'Max' | 'Min' | 'Disabled'
  readonly policies: readonly RatePolicy[]
  /** Null: the controller's own. */
  readonly tolerance: number | null
}

/** At most `value` pods, or `value` per cent of the size at the period's start, within one period. */
export interface RatePolicy {
  readonly type: 'Pods' | 'Percent'
  readonly value: number
  readonly periodS: number
}

/** Flags of kube-controller-manager. */
export interface HpaController {
  readonly syncPeriodS: number
  readonly downscaleStabilizationS: number
  readonly tolerance: number
  readonly cpuInitializationS: number
  readonly initialReadinessDelayS: number
}

export const DEFAULT_HPA_CONTROLLER: HpaController = {
  syncPeriodS: 15,
  downscaleStabilizationS: 300,
  tolerance: 0.1,
  cpuInitializationS: 300,
  initialReadinessDelayS: 30,
}

/** Whether the size may go to zero by the autoscaler's own rules (policies.md 1.9). */
export function canReachZero(spec: HpaSpec): boolean {
  return spec.metrics.some(metric => metric.kind === 'object' || metric.kind === 'external')
}
