import {RunError} from '../core/result.ts'
import type {EngineObservation, PoolObservation} from '../engine/observation.ts'
import type {PolicyTick} from './policy.ts'

/** Simulated time without a request served, or anything changed, after which a run is given up: nobody will wake it. */
const MAX_SILENCE_S = 2 * 86_400

/** Sees to it that a run ends in which requests wait for a fleet that its policy leaves as it is. */
export class SilenceGuard {
  #progress = ''
  #progressS = 0

  /** @throws RunError where nothing is ever going to happen any more */
  watch({atS}: PolicyTick, {fleet, prefill, decode}: EngineObservation): void {
    const progress = [
      fleet.arrivedRequests,
      fleet.completedRequests,
      ...countsOf(prefill),
      ...countsOf(decode),
    ].join()
    if (progress !== this.#progress) {
      this.#progress = progress
      this.#progressS = atS
    } else if (atS - this.#progressS > MAX_SILENCE_S && fleet.arrivedRequests > fleet.completedRequests) {
      throw new RunError(
        `from ${this.#progressS} s on nothing happens: requests wait, and the policy changes nothing`,
      )
    }
  }
}

function countsOf({activeCount, startingCount, drainingCount}: PoolObservation): readonly number[] {
  return [activeCount, startingCount, drainingCount]
}
