/**
 * When passes end, at most one for each instance, by (time, tie): a binary heap that knows where each instance lies in it, for
 * an end can come forward when something reaches the instance. Parallel arrays, so that an event allocates nothing. Apart from the heaps of
 * events, which need no such places (speed.md 3).
 */
export class PassEndHeap {
  readonly #time: number[] = []
  readonly #tie: number[] = []
  readonly #instance: number[] = []
  /** Place by instance; -1 = it has none. */
  readonly #place: number[] = []

  get size(): number {
    return this.#time.length
  }

  /** Infinity when empty. */
  get topTime(): number {
    return this.#time.length > 0 ? this.#time[0]! : Number.POSITIVE_INFINITY
  }

  /** Of the first; there must be one. */
  get topTie(): number {
    return this.#tie[0]!
  }

  /** @param instance a small integer, without an end so far */
  push(time: number, tie: number, instance: number): void {
    while (this.#place.length <= instance) this.#place.push(-1)
    this.#time.push(time)
    this.#tie.push(tie)
    this.#instance.push(instance)
    this.#rise(this.#time.length - 1, time, tie, instance)
  }

  /** The pass under way ends earlier than was thought. */
  bringForward(time: number, instance: number): void {
    const at = this.#place[instance]!
    this.#rise(at, time, this.#tie[at]!, instance)
  }

  /** Removes the first and returns its instance. */
  pop(): number {
    const first = this.#instance[0]!
    this.#removeAt(0)
    return first
  }

  /** Removes all, in any order. */
  takeAll(take: (time: number, tie: number, instance: number) => void): void {
    for (let i = 0; i < this.#time.length; i++) {
      this.#place[this.#instance[i]!] = -1
      take(this.#time[i]!, this.#tie[i]!, this.#instance[i]!)
    }
    for (const column of [this.#time, this.#tie, this.#instance]) column.length = 0
  }

  remove(instance: number): void {
    this.#removeAt(this.#place[instance]!)
  }

  #removeAt(hole: number): void {
    this.#place[this.#instance[hole]!] = -1
    const time = this.#time.pop()!
    const tie = this.#tie.pop()!
    const instance = this.#instance.pop()!
    if (hole === this.#time.length) return
    if (hole > 0 && this.#precedes(time, tie, (hole - 1) >> 1)) this.#rise(hole, time, tie, instance)
    else this.#sink(hole, time, tie, instance)
  }

  #rise(from: number, time: number, tie: number, instance: number): void {
    let at = from
    while (at > 0) {
      const up = (at - 1) >> 1
      if (!this.#precedes(time, tie, up)) break
      this.#put(at, this.#time[up]!, this.#tie[up]!, this.#instance[up]!)
      at = up
    }
    this.#put(at, time, tie, instance)
  }

  #sink(from: number, time: number, tie: number, instance: number): void {
    const size = this.#time.length
    let at = from
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      if (child + 1 < size && this.#precedes(this.#time[child + 1]!, this.#tie[child + 1]!, child)) child++
      if (this.#precedes(time, tie, child)) break
      this.#put(at, this.#time[child]!, this.#tie[child]!, this.#instance[child]!)
      at = child
    }
    this.#put(at, time, tie, instance)
  }

  #precedes(time: number, tie: number, other: number): boolean {
    const otherTime = this.#time[other]!
    return time < otherTime || (time === otherTime && tie < this.#tie[other]!)
  }

  #put(at: number, time: number, tie: number, instance: number): void {
    this.#time[at] = time
    this.#tie[at] = tie
    this.#instance[at] = instance
    this.#place[instance] = at
  }
}
