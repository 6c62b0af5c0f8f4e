/**
 * Moving average over the last `window` values that ignores what comes before the first positive one
 * (planner-1.6.md 6.7). The sum is kept incrementally, the new value added before the oldest is taken off, so that its
 * rounding drift is the reference's; 1.2.1 does it the other way round.
 */
export class MovingAverage {
  readonly #window: number
  readonly #values: number[] = []
  #sum = 0

  constructor(window: number) {
    this.#window = window
  }

  add(value: number): void {
    if (this.#values.length === 0 && !(value > 0)) return
    const kept = Math.max(0, value)
    this.#values.push(kept)
    this.#sum += kept
    if (this.#values.length > this.#window) this.#sum -= this.#values.shift()!
  }

  get value(): number {
    return this.#values.length === 0 ? 0 : this.#sum / this.#values.length
  }
}
