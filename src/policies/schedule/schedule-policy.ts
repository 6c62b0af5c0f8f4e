import type {Schedule} from '../../config/scaling/schedule.ts'
import type {PolicyDecision, PolicyTick, ScalingPolicy} from '../../scaling/policy.ts'

export interface ScheduleDetail {
  readonly policy: 'schedule'
  /** The moment of the schedule, in its own seconds, that is in force. */
  readonly stepAtS: number | null
}

/** Does what a table says, whatever happens: what a fleet did, or a plan for the day. */
export class SchedulePolicy implements ScalingPolicy<ScheduleDetail> {
  readonly comparesWith = 'requested'
  readonly #schedule: Schedule
  /** Steps over all repetitions passed so far. */
  #passed = 0

  constructor(schedule: Schedule) {
    this.#schedule = schedule
  }

  nextTick(): PolicyTick {
    return {atS: this.#momentOf(this.#passed), readsPasses: false, drainsTraffic: false}
  }

  decide(): PolicyDecision<ScheduleDetail> {
    const step = this.#schedule.steps[this.#passed % this.#schedule.steps.length]
    const scaleTo = step === undefined ? null : {prefill: step.prefill, decode: step.decode}
    return {scaleTo, reason: 'scheduled', detail: {policy: 'schedule', stepAtS: step?.atS ?? null}}
  }

  advance(tick: PolicyTick): void {
    while (this.#momentOf(this.#passed) <= tick.atS) this.#passed++
  }

  notices(): readonly string[] {
    return []
  }

  /** Infinite past the end of a schedule that does not repeat. */
  #momentOf(count: number): number {
    const {steps, repeatEveryS} = this.#schedule
    const round = Math.floor(count / steps.length)
    if (round > 0 && repeatEveryS === null) return Number.POSITIVE_INFINITY
    return (steps[count % steps.length]?.atS ?? Number.POSITIVE_INFINITY) + round * (repeatEveryS ?? 0)
  }
}
