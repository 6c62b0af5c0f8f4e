/** Times of which the earliest go first: a binary heap. */
export class TimeHeap {
  readonly #times: number[] = []

  get size(): number {
    return this.#times.length
  }

  push(time: number): void {
    const times = this.#times
    let at = times.length
    times.push(time)
    while (at > 0) {
      const up = (at - 1) >> 1
      if (times[up]! <= time) break
      times[at] = times[up]!
      at = up
    }
    times[at] = time
  }

  /** Takes out all that are not later. */
  dropUntil(time: number): void {
    while (this.#times.length > 0 && this.#times[0]! <= time) this.#dropFirst()
  }

  #dropFirst(): void {
    const times = this.#times
    const last = times.pop()!
    const size = times.length
    if (size === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      if (child + 1 < size && times[child + 1]! < times[child]!) child++
      if (times[child]! >= last) break
      times[at] = times[child]!
      at = child
    }
    times[at] = last
  }
}
