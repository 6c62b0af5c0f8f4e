/**
 * Count, mean, least and largest of values that are not kept, summed in the order they come. The standard deviation is taken in
 * one pass (Welford 1962), which gives about twelve of its digits; that of kept values takes two (`core/statistics.ts`).
 */
export class Moments {
  count = 0
  least = Number.POSITIVE_INFINITY
  most = Number.NEGATIVE_INFINITY
  #sum = 0
  /** Running mean, and the sum of squares about it. */
  #centre = 0
  #squares = 0

  /** @param times how often the value came */
  add(value: number, times: number): void {
    this.count += times
    this.#sum += value * times
    if (value < this.least) this.least = value
    if (value > this.most) this.most = value
    const off = value - this.#centre
    this.#centre += (off * times) / this.count
    this.#squares += times * off * (value - this.#centre)
  }

  /** Takes over what another was told, of which the order is lost. */
  merge(other: Moments): void {
    if (other.count === 0) return
    const count = this.count + other.count
    const off = other.#centre - this.#centre
    this.#centre += (off * other.count) / count
    this.#squares += other.#squares + (off * off * this.count * other.count) / count
    this.count = count
    this.#sum += other.#sum
    this.least = Math.min(this.least, other.least)
    this.most = Math.max(this.most, other.most)
  }

  get mean(): number {
    return this.#sum / this.count
  }

  /** Of a population. Of equal values rounding can leave less than nothing. */
  get std(): number {
    return Math.sqrt(Math.max(this.#squares, 0) / this.count)
  }
}
