import type {OutsideTally} from '../../perf/perf-model.ts'

/** Of a `PerfModel`. */
interface Questions {
  readonly tally?: OutsideTally | undefined
  readonly decodesByCacheAlone?: true
}

/**
 * How long passes take that only decode, and how often that was asked, where questions are counted: the share of those outside the measured
 * tables is reported.
 */
export class PassTiming {
  /** Of a pass of `count` requests with `total` tokens, in ms. */
  readonly decodeMs: (count: number, total: number) => number
  /** Passes take equally long until requests take blocks, or leave. */
  readonly isConstant: boolean
  readonly #tally: OutsideTally | null

  constructor(decodeMs: (count: number, total: number) => number, {tally, decodesByCacheAlone}: Questions) {
    this.decodeMs = decodeMs
    this.#tally = tally ?? null
    this.isConstant = decodesByCacheAlone === true && tally === undefined
  }

  get isCounted(): boolean {
    return this.#tally !== null
  }

  get asked(): number {
    return this.#tally === null ? 0 : this.#tally.asked
  }

  get outside(): number {
    return this.#tally === null ? 0 : this.#tally.outside
  }

  /** From stop to stop it was asked about a pass up to three times. */
  askAsEver(count: number, total: number, times: number): void {
    if (this.#tally === null) return
    for (let i = 0; i < times; i++) this.decodeMs(count, total)
  }

  /** Questions about passes that do not happen were not asked: so many there were before. */
  takeBackTo(asked: number, outside: number): void {
    if (this.#tally === null) return
    this.#tally.asked = asked
    this.#tally.outside = outside
  }
}
