/** Replicas by time: what a fleet is to have from a moment on, until the next. */
export interface Schedule {
  /** By ascending time; never two at the same. */
  readonly steps: readonly ScheduleStep[]
  /** Seconds after which the steps begin anew; null: the last one lasts. */
  readonly repeatEveryS: number | null
}

export interface ScheduleStep {
  /** Seconds from the first arrival. */
  readonly atS: number
  /** Null: that pool is left as it is; aggregated fleets have `decode` alone. */
  readonly prefill: number | null
  readonly decode: number | null
}
