import {grown} from '../grown.ts'
import {EMPTY_SUMMARY, type Summary, summaryFrom} from '../statistics.ts'
import {BinTable, binMiddle, reciprocalMiddle} from './log-bins.ts'
import {Moments} from './moments.ts'

/** Shared: it depends on nothing but the width of the bins. */
const table = new BinTable()

/** Statistics of values >= 0 that are not kept: percentiles to `RELATIVE_ERROR`, all else as `Moments` says. */
export class SketchedValues {
  readonly moments = new Moments()
  #zeros = 0
  /** Counts of the bins from `#firstBin` on. */
  #bins = new Float64Array(0)
  #firstBin = 0

  /** @param times how often the value came */
  add(value: number, times = 1): void {
    this.moments.add(value, times)
    if (!(value > 0)) {
      this.#zeros += times
      return
    }
    // First the place: making room replaces the column.
    const place = this.#placeOf(table.binOf(value))
    this.#bins[place]! += times
  }

  merge(other: SketchedValues): void {
    this.moments.merge(other.moments)
    this.#zeros += other.#zeros
    other.#bins.forEach((times, i) => {
      if (times === 0) return
      const place = this.#placeOf(other.#firstBin + i)
      this.#bins[place]! += times
    })
  }

  /** A value for each bin, and how many it stands for. */
  histogram(): {readonly values: Float64Array; readonly counts: Float64Array} {
    const used = [...this.#bins.keys()].filter(at => this.#bins[at]! > 0)
    return {
      values: Float64Array.of(0, ...used.map(at => within(binMiddle(this.#firstBin + at), this.moments))),
      counts: Float64Array.of(this.#zeros, ...used.map(at => this.#bins[at]!)),
    }
  }

  summary(): Summary {
    const {count, least, most} = this.moments
    if (count === 0) return EMPTY_SUMMARY
    const valueAt = (rank: number) => {
      if (rank === 0) return least
      if (rank === count - 1) return most
      return within(this.middleAt(rank), this.moments)
    }
    return summaryFrom(valueAt, this.moments)
  }

  /**
   * The same of 1000 / value, which falls as the value grows, so that one count of bins serves both.
   * @param rates moments of 1000 / value over the values above 0
   */
  rateSummary(rates: Moments): Summary {
    if (rates.count === 0) return EMPTY_SUMMARY
    const rateAt = (rank: number) => {
      if (rank === 0) return rates.least
      if (rank === rates.count - 1) return rates.most
      return within(1000 * reciprocalMiddle(this.#binAt(this.moments.count - 1 - rank)), rates)
    }
    return summaryFrom(rateAt, rates)
  }

  /** What the bins say of the value at a rank. */
  middleAt(rank: number): number {
    return rank < this.#zeros ? 0 : binMiddle(this.#binAt(rank))
  }

  /** The bin of the value at a rank past the zeros. */
  #binAt(rank: number): number {
    let below = this.#zeros
    let at = 0
    while (below + this.#bins[at]! <= rank) below += this.#bins[at++]!
    return this.#firstBin + at
  }

  #placeOf(bin: number): number {
    const place = bin - this.#firstBin
    if (place >= 0 && place < this.#bins.length) return place
    this.#reach(bin)
    return bin - this.#firstBin
  }

  #reach(bin: number): void {
    const {length} = this.#bins
    if (length === 0) this.#firstBin = bin
    const before = Math.max(this.#firstBin - bin, 0)
    if (before === 0) {
      this.#bins = grown(this.#bins, Math.max(bin - this.#firstBin + 1, length * 2, LEAST_BINS))
      return
    }
    const lower = Math.max(before, length)
    const bins = new Float64Array(lower + length)
    bins.set(this.#bins, lower)
    this.#bins = bins
    this.#firstBin -= lower
  }
}

/** About a factor of two. */
const LEAST_BINS = 512

function within(value: number, {least, most}: Moments): number {
  return Math.min(Math.max(value, least), most)
}
