import {grown} from './grown.ts'

/** A typed column that grows by doubling. */
class Column<T extends Float64Array | Int32Array | Uint32Array> {
  #values: T
  length = 0

  constructor(first: T) {
    this.#values = first
  }

  push(value: number): void {
    if (this.length === this.#values.length) this.#values = grown(this.#values, this.length * 2)
    this.#values[this.length++] = value
  }

  at(index: number): number {
    return this.#values[index]!
  }

  /** Value i becomes the one that was at `order[i]`. */
  reorder(order: Int32Array): void {
    const before = this.#values.slice()
    order.forEach((from, index) => {
      this.#values[index] = before[from]!
    })
  }

  /** A copy of just the values. */
  toArray(): T {
    return this.#values.slice(0, this.length) as T
  }

  slice(from: number, to: number): T {
    return this.#values.subarray(from, to) as T
  }
}

/** @param capacity values up to which nothing is copied */
export const floats = (capacity = 1024) => new Column(new Float64Array(capacity))
export const words = (capacity = 1024) => new Column(new Uint32Array(capacity))
