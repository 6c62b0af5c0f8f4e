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

  forEach(visit: (slot: number) => void): void {
    const mask = this.#ring.length - 1
    for (let i = 0; i < this.#size; i++) visit(this.#ring[(this.#head + i) & mask]!)
  }

  #grow(): void {
    const old = this.#ring
    this.#ring = new Int32Array(old.length * 2)
    this.#ring.set(old.subarray(this.#head))
    this.#ring.set(old.subarray(0, this.#head), old.length - this.#head)
    this.#head = 0
  }
}
