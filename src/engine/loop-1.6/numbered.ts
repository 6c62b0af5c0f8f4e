const INITIAL = 1024

/** Things by numbers that count up: there is room for those between the oldest and the newest that are still wanted. */
export class Numbered {
  #ring = new Int32Array(INITIAL)
  /** The oldest that is wanted, and the next to be given. */
  #first = 0
  #next = 0

  /** @param thing a whole number >= 0 @returns its number */
  add(thing: number): number {
    if (this.#next - this.#first === this.#ring.length) this.#grow()
    this.#ring[this.#placeOf(this.#next)] = thing
    return this.#next++
  }

  /** The thing of a number; -1 = it is not wanted any more. */
  at(number: number): number {
    return number < this.#first ? GONE : this.#ring[this.#placeOf(number)]!
  }

  drop(number: number): void {
    if (number < this.#first) return
    this.#ring[this.#placeOf(number)] = GONE
    while (this.#first < this.#next && this.#ring[this.#placeOf(this.#first)] === GONE) this.#first++
  }

  #placeOf(number: number): number {
    return number & (this.#ring.length - 1)
  }

  #grow(): void {
    const old = this.#ring
    this.#ring = new Int32Array(old.length * 2)
    for (let number = this.#first; number < this.#next; number++)
      this.#ring[this.#placeOf(number)] = old[number & (old.length - 1)]!
  }
}

const GONE = -1
