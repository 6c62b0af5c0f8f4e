/** Slots, first in, first out: a ring that grows. */
export class SlotQueue {
  #ring = new Int32Array(1024)
  #head = 0
  #size = 0

  get isEmpty(): boolean {
    return this.#size === 0
  }

  get first(): number {
    return this.#ring[this.#head]!
  }

  push(slot: number): void {
    if (this.#size === this.#ring.length) this.#grow()
    this.#ring[(this.#head + this.#size++) & (this.#ring.length - 1)] = slot
  }

  shift(): number {
    const slot = this.first
    this.#head = (this.#head + 1) & (this.#ring.length - 1)
    this.#size--
    return slot
  }

  #grow(): void {
    const old = this.#ring
    this.#ring = new Int32Array(old.length * 2)
    this.#ring.set(old.subarray(this.#head))
    this.#ring.set(old.subarray(0, this.#head), old.length - this.#head)
    this.#head = 0
  }
}
