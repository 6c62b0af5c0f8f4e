/**
 * Moving average over the last `window` values that ignores zeros before the first non-zero value.
 * The sum is kept incrementally, so that its rounding drift is the reference's (planner.md 8.2).
 */
export class MovingAverage {
  readonly #values: Float64Array
  #count = 0
  #oldest = 0
  #sum = 0

  constructor(window: number) {
    this.#values = new Float64Array(window)
  }

  add(value: number): void {
    const window = this.#values.length
    if (this.#count === window) {
      this.#sum -= this.#values[this.#oldest]!
      this.#values[this.#oldest] = value
      this.#oldest = this.#oldest + 1 === window ? 0 : this.#oldest + 1
      this.#sum += value
      return
    }
    // Nothing was kept yet: the pre-traffic idle period does not count.
    if (this.#count === 0 && value === 0) return
    this.#values[this.#count++] = value
    this.#sum += value
  }

  get value(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count
  }
}
