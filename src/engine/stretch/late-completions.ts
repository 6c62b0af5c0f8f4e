/** Requests that instances complete while each is advanced alone, to be counted in the order of the clock: sums depend on it. */
export class LateCompletions {
  readonly #requests: number[] = []
  readonly #atMs: number[] = []
  readonly #first: number[] = []
  readonly #second: number[] = []

  /** @param first and `second` order those of one moment */
  add(request: number, atMs: number, first: number, second: number): void {
    this.#requests.push(request)
    this.#atMs.push(atMs)
    this.#first.push(first)
    this.#second.push(second)
  }

  /** Hands them over in order, and forgets them. */
  settle(completed: (request: number) => void): void {
    const count = this.#requests.length
    if (count === 0) return
    const order = Array.from({length: count}, (_, i) => i).sort(
      (a, b) =>
        this.#atMs[a]! - this.#atMs[b]! ||
        this.#first[a]! - this.#first[b]! ||
        this.#second[a]! - this.#second[b]! ||
        a - b,
    )
    for (const i of order) completed(this.#requests[i]!)
    for (const column of [this.#requests, this.#atMs, this.#first, this.#second]) column.length = 0
  }
}
