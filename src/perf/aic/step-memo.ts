import {scaledDurationMs} from '../../core/duration.ts'
import type {StepScale} from '../perf-model.ts'
import {LANE_SHIFT, LANE_STEPS, StepLane} from './step-lane.ts'

/** A power of two. An hour of 8 instances asks for 30,000 lanes, one of 2 under a planner for 42,000. */
const LANES = 1 << 16
/** Between the lanes of one batch size and those of the next: so the fewest of an hour shared a place. */
const SPREAD = 9446
/** More lanes than any batch size has. */
const MOST_LANES = 2 ** 28

/** Where steps come from, in ms as the tables have them. */
export interface StepSource {
  /** The steps after `first`, `first + 1` … tokens, all of a lane; false where they have to be asked one by one. */
  fillLane(batch: number, first: number, lane: StepLane): boolean
  stepMs(batch: number, context: number): number
  /** Whether the last step asked for left the measured data. */
  readonly wasOutside: boolean
}

/**
 * How long passes took, by batch and context: instances that decode come to the same lengths again and again, and nine questions
 * of ten were asked before. Rounded to nanoseconds as the engine does, so that a pass that is known costs a look. Of the few lanes
 * that share a place it keeps the last.
 */
export class StepMemo {
  readonly scale: StepScale
  readonly #source: StepSource
  /** By place the lane that is there; 0 = none. */
  readonly #lane = new Float64Array(LANES)
  /** Durations in ms, below 0 where the answer left the measured data; 0 = not known. */
  readonly #durations = new Float64Array(LANES * LANE_STEPS)
  readonly #scratch = new StepLane()

  constructor(source: StepSource, scale: StepScale) {
    this.#source = source
    this.scale = scale
  }

  /**
   * @param batch and `context` are whole numbers, `context` below 2^32
   * @returns the duration in ms, below 0 where it left the measured data; 0 = none that could be remembered
   */
  durationMs(batch: number, context: number): number {
    const block = context >>> LANE_SHIFT
    const place = (Math.imul(batch, SPREAD) + block) & (LANES - 1)
    const lane = batch * MOST_LANES + block
    const at = place * LANE_STEPS + (context & (LANE_STEPS - 1))
    if (this.#lane[place] !== lane) this.#fill(place, lane, batch, context)
    const known = this.#durations[at]!
    if (known !== 0) return known
    const ms = this.#source.stepMs(batch, context)
    const duration = this.#rounded(ms, this.#source.wasOutside)
    this.#durations[at] = duration
    return duration
  }

  #fill(place: number, lane: number, batch: number, context: number): void {
    const durations = this.#durations
    const start = place * LANE_STEPS
    this.#lane[place] = lane
    const {ms, isOutside} = this.#scratch
    const isFilled = this.#source.fillLane(batch, context - (context & (LANE_STEPS - 1)), this.#scratch)
    for (let i = 0; i < LANE_STEPS; i++)
      durations[start + i] = isFilled ? this.#rounded(ms[i]!, isOutside[i] === 1) : 0
  }

  /** 0 for a time that is none: whoever asks for it then is told so. */
  #rounded(ms: number, isOutside: boolean): number {
    if (!Number.isFinite(ms)) return 0
    const duration = scaledDurationMs(Math.max(ms, this.scale.leastMs), this.scale.ratio)
    return isOutside ? -duration : duration
  }
}
