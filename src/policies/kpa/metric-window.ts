import {exactExp, exactLog} from '../../core/exact-math.ts'

const SAMPLES_DIGITS = 1_000_000

/**
 * A ring of one-second sums (policies.md 3.3). The total is kept by adding and subtracting, as the reference does, since
 * its last bits follow from that.
 */
export class MetricWindow {
  readonly #sums: Float64Array
  readonly #roundsDown: boolean
  #total = 0
  #firstS: number | null = null
  #lastS = 0

  /** @param roundsDown to six decimals, as Knative did before 0.51; nearest since */
  constructor(seconds: number, roundsDown: boolean) {
    this.#sums = new Float64Array(Math.max(1, Math.floor(seconds)))
    this.#roundsDown = roundsDown
  }

  /** Seconds since the last sample; null: there is none. */
  age(nowMs: number): number | null {
    return this.#firstS === null ? null : Math.floor(nowMs / 1000) - this.#lastS
  }

  record(timeMs: number, value: number): void {
    const second = Math.floor(timeMs / 1000)
    const size = this.#sums.length
    if (this.#firstS === null || second - this.#lastS >= size) {
      this.#sums.fill(0)
      this.#total = 0
      this.#firstS = second
      this.#lastS = second
    }
    for (let s = this.#lastS + 1; s <= second; s++) {
      this.#total -= this.#sumAt(s)
      this.#sums[s % size] = 0
    }
    this.#lastS = Math.max(this.#lastS, second)
    this.#sums[second % size] = this.#sumAt(second) + value
    this.#total += value
  }

  average(nowMs: number): number {
    const now = Math.floor(nowMs / 1000)
    if (this.#firstS === null || now - this.#lastS >= this.#sums.length) return 0
    const span = this.#lastS - this.#firstS + 1
    let total = this.#total
    let kept = this.#sums.length
    for (let s = this.#lastS + 1; s <= now; s++) {
      total -= this.#sumAt(s)
      kept -= 1
    }
    return this.#round(total / Math.min(span, kept))
  }

  /** Later seconds weigh more: m, m(1-m), m(1-m)², … back from now. */
  weightedAverage(nowMs: number): number {
    const now = Math.floor(nowMs / 1000)
    const size = this.#sums.length
    if (this.#firstS === null || now - this.#lastS >= size) return 0
    const share = Math.max(0.2, 1 - exactExp((1 / size) * exactLog(0.0001)))
    let weight = share
    let average = 0
    for (let age = 0; age < size; age++) {
      const second = now - age
      if (second <= this.#lastS) average += this.#sumAt(second) * weight
      weight *= 1 - share
    }
    return average
  }

  /** Seconds before the start fall on slots that are still zero. */
  #sumAt(second: number): number {
    const size = this.#sums.length
    return this.#sums[((second % size) + size) % size] ?? 0
  }

  #round(value: number): number {
    const scaled = value * SAMPLES_DIGITS
    return (this.#roundsDown ? Math.floor(scaled) : Math.round(scaled)) / SAMPLES_DIGITS
  }
}
