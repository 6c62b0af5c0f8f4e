import type {TraceFormat} from '../../config/trace-options.ts'
import {floats} from '../../core/column.ts'
import {IdleTally, tellQuantised, tellTimeUnit} from './odd-times.ts'
import type {TraceOddity} from './oddity.ts'

/** So many arrivals say in what unit, and on what grid, times are. */
const LEADING = 2 ** 20
const FIRST = Int32Array.of(0)

/** Arrivals of a trace that is not kept, in order of time: what is odd of them is told from the first million, and of gaps from all. */
export class LeadingArrivals {
  readonly #leading = floats()
  readonly #idle = new IdleTally()
  firstMs = Number.NaN
  #lastMs = Number.NaN

  add(timestampMs: number): void {
    if (Number.isNaN(this.firstMs)) this.firstMs = timestampMs
    this.#lastMs = timestampMs
    if (this.#leading.length < LEADING) this.#leading.push(timestampMs - this.firstMs)
    this.#idle.add(timestampMs - this.firstMs)
  }

  /** All come at one moment. */
  get isOneBurst(): boolean {
    return this.#lastMs === this.firstMs
  }

  /**
   * @param hasUnit the user said what unit times are in, which are guessed to be ms
   * @param haveTurns some of what arrives is followed by later turns
   */
  tell(
    format: TraceFormat,
    {hasUnit, haveTurns}: {readonly hasUnit: boolean; readonly haveTurns: boolean},
  ): readonly (TraceOddity | null)[] {
    const arrivals = this.#leading.slice(0, this.#leading.length)
    const times = {
      format,
      guessedUnit: 'ms' as const,
      requestCount: arrivals.length + Number(haveTurns),
      timestampMs: Float64Array.of(this.firstMs),
      firstTurn: FIRST,
    }
    const unit = hasUnit ? null : tellTimeUnit(times, arrivals)
    return [unit, tellQuantised(arrivals), unit === null ? this.#idle.tell() : null]
  }
}
