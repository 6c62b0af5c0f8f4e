import type {ObserveSettings} from '../../config/scaling/autoscaler-settings.ts'
import type {Gauge, Signal} from '../../config/scaling/signal.ts'
import {TTFT_BOUNDS_S} from '../../core/ttft-bounds.ts'
import type {EngineObservation, PoolObservation} from '../../engine/observation.ts'
import {FleetScraper} from './fleet-scraper.ts'
import {histogramQuantile} from './histogram-quantile.ts'
import {PoolScraper, type Sample, SCRAPE_PHASES} from './pool-scraper.ts'

/** Longest wait and fullest cache that a pool's saturation is reckoned against (policies.md 4.1). */
const FULL_WAITING = 5
const FULL_KV = 0.8

/** One pool as an autoscaler sees it: late, sampled, and through the queries that it asks. */
export class PoolObserver {
  readonly #pods: PoolScraper
  readonly #fleet: FleetScraper

  constructor(options: {
    readonly observe: ObserveSettings
    readonly signals: readonly Signal[]
    readonly seed: number
    readonly pool: string
  }) {
    const {observe, signals} = options
    this.#pods = new PoolScraper({...observe, seed: options.seed, pool: options.pool})
    const windows = signals.map(signal => ('windowS' in signal ? signal.windowS : 0))
    this.#fleet = new FleetScraper({lagS: observe.lagS, keepS: Math.max(0, ...windows) + observe.scrapeS})
  }

  /** At every `scrapeS / SCRAPE_PHASES`; the router has the first of the phases. */
  scrape(slot: number, atS: number, seen: EngineObservation, pool: PoolObservation): void {
    this.#pods.scrape(slot, atS, pool)
    if (slot % SCRAPE_PHASES === 0) this.#fleet.scrape(atS, seen)
  }

  /** The value of each series that a query gives; empty: no series. */
  series(signal: Signal, nowS: number): number[] {
    switch (signal.kind) {
      case 'gauge':
        return aggregate(this.#pods.samples(nowS).map(gaugeReader(signal.gauge)), signal.over)
      case 'saturation':
        return aggregate(this.#pods.samples(nowS).map(saturationOf), 'avg')
      case 'queued':
        return this.#latest(nowS, sample => sample.withoutToken)
      case 'router':
        return this.#latest(nowS, sample => sample.inRouter)
      case 'inflight':
        return this.#latest(nowS, sample => sample.arrived - sample.completed)
      case 'rate':
        return this.#rate(nowS, signal.windowS)
      case 'ttft':
        return this.#ttft(nowS, signal.windowS, signal.quantile)
    }
  }

  /** A pod's own sample; null: none yet. */
  sampleOf(id: number, gauge: Gauge, nowS: number): number | null {
    const sample = this.#pods.sampleOf(id, nowS)
    return sample === null ? null : gaugeReader(gauge)(sample)
  }

  #latest(
    nowS: number,
    value: (sample: NonNullable<ReturnType<FleetScraper['latest']>>) => number,
  ): number[] {
    const sample = this.#fleet.latest(nowS)
    return sample === null ? [] : [value(sample)]
  }

  #rate(nowS: number, windowS: number): number[] {
    const ends = this.#fleet.window(nowS, windowS)
    if (ends === null) return []
    const [first, last] = ends
    return [(last.arrived - first.arrived) / (last.atS - first.atS)]
  }

  #ttft(nowS: number, windowS: number, quantile: number): number[] {
    const ends = this.#fleet.window(nowS, windowS)
    if (ends === null) return []
    const [first, last] = ends
    const counts = last.ttftBuckets.map((count, i) => count - (first.ttftBuckets[i] ?? 0))
    return [histogramQuantile(TTFT_BOUNDS_S, counts, quantile)]
  }
}

function gaugeReader(gauge: Gauge): (sample: Sample) => number {
  return sample => sample[gauge]
}

function saturationOf({waiting, kv}: Sample): number {
  return Math.max(waiting / FULL_WAITING, kv / FULL_KV)
}

function aggregate(values: readonly number[], over: 'sum' | 'avg' | 'max' | 'none'): number[] {
  if (values.length === 0 || over === 'none') return [...values]
  const sum = values.reduce((total, value) => total + value, 0)
  if (over === 'sum') return [sum]
  return [over === 'avg' ? sum / values.length : Math.max(...values)]
}
