/** A power of two. An hour of 8 instances asks some 225,000 different questions. */
const CELLS = 1 << 18
/** Between the lengths of one batch size and those of the next: so the fewest questions of an hour shared a cell. */
const SPREAD = 75_569
/** More than any length. */
const LENGTHS = 2 ** 32

/**
 * What steps took, by batch and length in whole numbers: instances that decode come to the same lengths again and again, and
 * nine questions of ten were asked before. Of the few questions that share a cell it keeps the last.
 */
export class StepMemo {
  /** Of each cell the question, below 0 where the answer left the measured data, and the answer in ms; 0 = nothing. */
  readonly #cells = new Float64Array(2 * CELLS)
  #at = 0
  #question = 0

  /** The answer to a question of whole numbers; NaN = it is not known, and `keep` takes it. */
  msOf(batch: number, length: number): number {
    const at = ((batch * SPREAD + length) & (CELLS - 1)) * 2
    const question = batch * LENGTHS + length
    this.#at = at
    this.#question = question
    return Math.abs(this.#cells[at]!) === question ? this.#cells[at + 1]! : Number.NaN
  }

  /** Whether the answer just given left the measured data. */
  get isOutside(): boolean {
    return this.#cells[this.#at]! < 0
  }

  /** The answer to the question just asked. */
  keep(ms: number, isOutside: boolean): void {
    this.#cells[this.#at] = isOutside ? -this.#question : this.#question
    this.#cells[this.#at + 1] = ms
  }
}
