/** Head room that is worth getting rid of. */
const MOST_UNUSED = 1024

/** A queue that takes at both ends and gives at the front, in constant time. */
export class Deque<T> {
  #entries: T[] = []
  #head = 0

  get isEmpty(): boolean {
    return this.#head === this.#entries.length
  }

  get first(): T | null {
    return this.#entries[this.#head] ?? null
  }

  pushBack(entry: T): void {
    this.#entries.push(entry)
  }

  pushFront(entry: T): void {
    if (this.#head > 0) this.#entries[--this.#head] = entry
    else this.#entries.unshift(entry)
  }

  /** Takes out the first entry; there must be one. */
  popFront(): T {
    const entry = this.#entries[this.#head++]!
    this.#trim()
    return entry
  }

  /** Takes out an entry that is there. */
  remove(entry: T): void {
    if (this.#entries[this.#head] === entry) this.popFront()
    else {
      this.#entries.splice(this.#entries.indexOf(entry, this.#head), 1)
      this.#trim()
    }
  }

  /** Puts an entry before the first for which `comesAfter`, or at the end. */
  insertBefore(entry: T, comesAfter: (other: T) => boolean): void {
    let at = this.#head
    while (at < this.#entries.length && !comesAfter(this.#entries[at]!)) at++
    this.#entries.splice(at, 0, entry)
  }

  *[Symbol.iterator](): Generator<T, void, void> {
    for (let at = this.#head; at < this.#entries.length; at++) yield this.#entries[at]!
  }

  #trim(): void {
    if (this.#head === this.#entries.length) {
      this.#entries.length = 0
      this.#head = 0
    } else if (this.#head > MOST_UNUSED && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head)
      this.#head = 0
    }
  }
}
