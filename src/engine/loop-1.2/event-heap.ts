/**
 * Events by (time, order): a binary heap over parallel arrays, so that an event allocates nothing. A core shared with the
 * other heaps costs a third more (speed.md 3).
 */
export class EventHeap {
  #time: number[] = []
  #order: number[] = []
  #kind: number[] = []
  #subject: number[] = []

  get size(): number {
    return this.#time.length
  }

  /** Infinity when empty. */
  get topTime(): number {
    return this.#time.length > 0 ? this.#time[0]! : Number.POSITIVE_INFINITY
  }

  /** The next event is of this kind and due at `now`. */
  isDue(kind: number, now: number): boolean {
    return this.#time.length > 0 && this.#time[0] === now && this.#kind[0] === kind
  }

  hasOtherThan(kind: number): boolean {
    return this.#kind.some(k => k !== kind)
  }

  /** Time of the next event of a kind; Infinity when there is none. Looks at all events. */
  nextMsOf(kind: number): number {
    let nextMs = Number.POSITIVE_INFINITY
    for (let at = 0; at < this.#time.length; at++)
      if (this.#kind[at] === kind && this.#time[at]! < nextMs) nextMs = this.#time[at]!
    return nextMs
  }

  /** Order of the next event; there must be one. */
  get topOrder(): number {
    return this.#order[0]!
  }

  /** @param order larger than that of every event pushed before */
  push(time: number, order: number, kind: number, subject: number): void {
    let at = this.#time.length
    this.#time.push(time)
    this.#order.push(order)
    this.#kind.push(kind)
    this.#subject.push(subject)
    while (at > 0) {
      const up = (at - 1) >> 1
      if (this.#time[up]! <= time) break
      this.#move(up, at)
      at = up
    }
    this.#put(at, time, order, kind, subject)
  }

  /** Removes the next event and returns its subject. */
  pop(): number {
    const subject = this.#subject[0]!
    const time = this.#time.pop()!
    const order = this.#order.pop()!
    const kind = this.#kind.pop()!
    const last = this.#subject.pop()!
    const size = this.#time.length
    if (size === 0) return subject
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      if (child + 1 < size && this.#precedes(child + 1, child)) child++
      const childTime = this.#time[child]!
      if (childTime > time || (childTime === time && this.#order[child]! > order)) break
      this.#move(child, at)
      at = child
    }
    this.#put(at, time, order, kind, last)
    return subject
  }

  #precedes(a: number, b: number): boolean {
    const difference = this.#time[a]! - this.#time[b]!
    return difference < 0 || (difference === 0 && this.#order[a]! < this.#order[b]!)
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#time[from]!, this.#order[from]!, this.#kind[from]!, this.#subject[from]!)
  }

  #put(at: number, time: number, order: number, kind: number, subject: number): void {
    this.#time[at] = time
    this.#order[at] = order
    this.#kind[at] = kind
    this.#subject[at] = subject
  }
}
