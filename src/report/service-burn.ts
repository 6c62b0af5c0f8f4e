import type {RequestColumns} from '../engine/record/record.ts'
import {isAnswered} from './request-measures.ts'
import {isAttained, type ServiceLevel} from './service-level.ts'

/** When the objective was kept, minute by minute of simulated time; the keys are those of the report (contracts.md 3). */
export interface ServiceBurn {
  readonly interval_s: number
  /** Share of the requests that arrived in each interval and met both latencies; null where none arrived. */
  readonly share_met: readonly (number | null)[]
  /** Minutes whose share lies below the objective's. */
  readonly minutes_out: number
  /** Minutes in which requests arrived. */
  readonly minutes: number
}

/** An operator's alerts and error budgets go by the minute. */
const INTERVAL_S = 60

/**
 * By arrival, because a request that waits an hour is to be blamed on the minute it came in. One that never finished has
 * not met the objective.
 */
export class BurnTally {
  readonly #objective: ServiceLevel & {readonly share: number}
  readonly #arrived: number[] = []
  readonly #met: number[] = []

  constructor(objective: ServiceLevel & {readonly share: number}) {
    this.#objective = objective
  }

  /** A request that arrived, when what became of it is known. */
  add(requests: RequestColumns, r: number): void {
    const minute = Math.floor(requests.arrivalMs[r]! / (INTERVAL_S * 1000))
    while (this.#arrived.length <= minute) {
      this.#arrived.push(0)
      this.#met.push(0)
    }
    this.#arrived[minute]!++
    if (isMet(requests, r, this.#objective)) this.#met[minute]!++
  }

  burn(): ServiceBurn {
    const share_met = this.#arrived.map((count, i) => (count === 0 ? null : this.#met[i]! / count))
    const seen = share_met.filter(value => value !== null)
    return {
      interval_s: INTERVAL_S,
      share_met,
      minutes_out: seen.filter(value => value < this.#objective.share).length,
      minutes: seen.length,
    }
  }
}

export function computeServiceBurn(
  requests: RequestColumns,
  objective: ServiceLevel & {readonly share: number},
): ServiceBurn {
  const tally = new BurnTally(objective)
  for (const r of requests.arrivalOrder) {
    // Of a request that never came there is no row, in 1.6.1, or no time.
    if (!Number.isNaN(requests.arrivalMs[r] ?? Number.NaN)) tally.add(requests, r)
  }
  return tally.burn()
}

function isMet(requests: RequestColumns, r: number, target: ServiceLevel): boolean {
  return requests.emittedTokens[r]! > 0 && isAnswered(requests, r) && isAttained(requests, r, target)
}
