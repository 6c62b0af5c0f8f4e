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

/** The step in force at a moment of a repeating or single schedule, or null before the first. */
export function stepAt(schedule: Schedule, atS: number): ScheduleStep | null {
  const {steps, repeatEveryS} = schedule
  const time = repeatEveryS === null ? atS : atS % repeatEveryS
  const found = steps.findLast(step => step.atS <= time)
  if (found !== undefined) return found
  // A day's first hours still have what the evening before left.
  return repeatEveryS !== null && atS >= repeatEveryS ? (steps.at(-1) ?? null) : null
}
