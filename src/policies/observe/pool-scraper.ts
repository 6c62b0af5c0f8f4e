import {RandomStream} from '../../core/random.ts'
import type {PoolObservation} from '../../engine/observation.ts'

/** Gauges of one instance at the moment they were scraped. */
export interface Sample {
  readonly atS: number
  readonly waiting: number
  readonly running: number
  readonly kv: number
}

/** Scrape phases within an interval: the fleet is looked at this often per interval, each instance once. */
export const SCRAPE_PHASES = 5

/**
 * What Prometheus knows of the instances of a pool: the last sample of each, taken at a phase of its own, and none before it
 * serves (policies.md 4.2). A decision never sees an instance as it is, only as it was scraped.
 */
export class PoolScraper {
  readonly #scrapeS: number
  readonly #lagS: number
  readonly #phaseOf: (id: number) => number
  /** By instance, oldest first; no more than the lag makes necessary. */
  readonly #samples = new Map<number, Sample[]>()

  constructor(options: {
    readonly scrapeS: number
    readonly lagS: number
    readonly seed: number
    readonly pool: string
  }) {
    this.#scrapeS = options.scrapeS
    this.#lagS = options.lagS
    // Random by instance alone, so that what is decided does not move when others are scraped.
    this.#phaseOf = id =>
      new RandomStream(options.seed, `scrape/${options.pool}/${id}`).nextInt(SCRAPE_PHASES)
  }

  /** Call at every `scrapeS / SCRAPE_PHASES`, counted by `slot`. */
  scrape(slot: number, atS: number, pool: PoolObservation): void {
    const instances = pool.instances()
    for (const {id, state, waiting, running, kvShare} of instances) {
      if (state === 'starting' || slot % SCRAPE_PHASES !== this.#phaseOf(id)) continue
      const known = this.#samples.get(id) ?? []
      known.push({atS, waiting, running, kv: kvShare})
      this.#samples.set(id, known)
    }
    // A target that is gone goes stale at its next scrape; at the latest one interval on nothing is left of it here.
    const here = new Set(instances.map(({id}) => id))
    for (const [id, samples] of this.#samples) {
      const last = samples.at(-1)
      if (!here.has(id) && (last === undefined || atS - last.atS >= this.#scrapeS)) this.#samples.delete(id)
    }
  }

  /** The newest sample of an instance that has come through by now; null: none yet. */
  sampleOf(id: number, nowS: number): Sample | null {
    const samples = this.#samples.get(id) ?? []
    const visibleS = nowS - this.#lagS
    while (samples.length > 1 && (samples[1]?.atS ?? Number.POSITIVE_INFINITY) <= visibleS) samples.shift()
    const [oldest] = samples
    return oldest !== undefined && oldest.atS <= visibleS ? oldest : null
  }

  /** Newest samples of all instances that have one, by ascending id. */
  samples(nowS: number): Sample[] {
    return [...this.#samples.keys()]
      .sort((a, b) => a - b)
      .map(id => this.sampleOf(id, nowS))
      .filter(sample => sample !== null)
  }
}
