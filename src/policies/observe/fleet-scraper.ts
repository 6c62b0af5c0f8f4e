import type {EngineObservation, FleetObservation} from '../../engine/observation.ts'

/** Counters in front of the pools at the moment they were scraped. */
export interface FleetSample {
  readonly atS: number
  readonly arrived: number
  readonly completed: number
  readonly withoutToken: number
  readonly inRouter: number
  readonly ttftBuckets: Float64Array
}

/** What Prometheus knows of the router: samples of its counters, as far back as a window reaches. */
export class FleetScraper {
  readonly #lagS: number
  readonly #keepS: number
  #samples: FleetSample[] = []

  /** @param keepS the longest window that is asked for */
  constructor(options: {readonly lagS: number; readonly keepS: number}) {
    this.#lagS = options.lagS
    this.#keepS = options.keepS
  }

  scrape(atS: number, seen: EngineObservation): void {
    this.#samples.push(toSample(atS, seen.fleet, seen.prefill.routerQueue + seen.decode.routerQueue))
    const oldest = atS - this.#lagS - this.#keepS
    while ((this.#samples[1]?.atS ?? Number.POSITIVE_INFINITY) < oldest) this.#samples.shift()
  }

  /** The newest sample that has come through by now; null: none yet. */
  latest(nowS: number): FleetSample | null {
    return this.#samples.findLast(sample => sample.atS <= nowS - this.#lagS) ?? null
  }

  /** First and last sample inside a window that ends now; null where it holds fewer than two. */
  window(nowS: number, windowS: number): readonly [FleetSample, FleetSample] | null {
    const endS = nowS - this.#lagS
    const inside = this.#samples.filter(({atS}) => atS >= endS - windowS && atS <= endS)
    const [first, last] = [inside[0], inside.at(-1)]
    return first === undefined || last === undefined || first === last ? null : [first, last]
  }
}

function toSample(atS: number, fleet: FleetObservation, inRouter: number): FleetSample {
  return {
    atS,
    arrived: fleet.arrivedRequests,
    completed: fleet.completedRequests,
    withoutToken: fleet.requestsWithoutToken,
    inRouter,
    ttftBuckets: fleet.ttftBuckets.slice(),
  }
}
