/** What one sync finds: sizes, pods, and an answer of the metrics API for each metric of the spec. */
export interface HpaSeen {
  readonly nowMs: number
  /** What was last written as the wish. */
  readonly specReplicas: number
  /** Pods that exist and are not being deleted, in any phase. */
  readonly statusReplicas: number
  readonly pods: readonly HpaPod[]
  /**
   * Asks the metrics API: one reading for each metric of the spec, in its order. Called at most once, and not at all where a
   * sync needs none, since for KEDA each call counts.
   */
  readonly askMetrics: () => readonly MetricReading[]
}

export interface HpaPod {
  readonly phase: 'Pending' | 'Running' | 'Failed'
  readonly isReady: boolean
  readonly isDeleting: boolean
  /** Needed by the rule for CPU alone (policies.md 1.5.3); null: unknown. */
  readonly startMs: number | null
  /** Last change of readiness. */
  readonly readySinceMs: number | null
  /** What the pod requests of the resource, in thousandths. */
  readonly requestMilli: number
}

export type MetricReading =
  | {readonly kind: 'failed'}
  /** Values of all series of an Object or External metric. */
  | {readonly kind: 'series'; readonly milli: readonly number[]}
  /** Samples by pod, in the order of `pods`; null where a pod has none. */
  | {readonly kind: 'samples'; readonly milli: readonly (number | null)[]}
