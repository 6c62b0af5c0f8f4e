/** Parameters of one revision's autoscaler, annotations and defaults resolved (policies.md 3.1). */
export interface KpaConfig {
  readonly metric: 'concurrency' | 'rps'
  /** What a replica is to carry on average: `total` times the utilisation. */
  readonly target: number
  /** What a replica can carry at all. */
  readonly total: number
  readonly maxScaleUpRate: number
  readonly maxScaleDownRate: number
  /** Share of the ready replicas' target above which the short window takes over. */
  readonly panicThreshold: number
  readonly stableWindowS: number
  readonly panicWindowS: number
  readonly scaleDownDelayS: number
  readonly targetBurstCapacity: number
  /** 0 and 1: none. */
  readonly activationScale: number
  readonly minScale: number
  /** Said in so many words: a default of 0 keeps one replica, as before there was anything to wait in. */
  readonly scalesToZero: boolean
  /** 0: unlimited. */
  readonly maxScale: number
  readonly aggregation: 'linear' | 'weighted-exponential'
}

/** Seconds between decisions, and between the collector's samples. */
export const KPA_TICK_S = 2
export const KPA_SAMPLE_S = 1
