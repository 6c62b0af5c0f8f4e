const FIRST_ROOM = 2 ** 12

/**
 * Names that have come, each by 63 bits made of it: eight bytes, and room for as many again. Two different ones that have the same bits, one among
 * a hundred million names in some thousand files, are taken for one.
 */
export class SeenNames {
  /** Pairs of words; 0, 0 = nobody. */
  #words = new Uint32Array(2 * FIRST_ROOM)
  #count = 0

  /** @returns whether it is new */
  add(name: string): boolean {
    if (4 * this.#count >= this.#words.length) this.#grow()
    let low = 0x811c9dc5
    let high = 0x9e3779b9
    for (let i = 0; i < name.length; i++) {
      const unit = name.charCodeAt(i)
      low = Math.imul(low ^ unit, 0x01000193)
      high = Math.imul(high ^ unit ^ (low >>> 15), 0x85ebca6b)
    }
    const isNew = this.#put((low ^ (high >>> 13)) >>> 0, (high | 1) >>> 0)
    if (isNew) this.#count++
    return isNew
  }

  #put(low: number, high: number): boolean {
    const words = this.#words
    const mask = words.length / 2 - 1
    let at = low & mask
    while (words[2 * at + 1] !== 0) {
      if (words[2 * at] === low && words[2 * at + 1] === high) return false
      at = (at + 1) & mask
    }
    words[2 * at] = low
    words[2 * at + 1] = high
    return true
  }

  #grow(): void {
    const old = this.#words
    this.#words = new Uint32Array(2 * old.length)
    for (let at = 0; at < old.length; at += 2) if (old[at + 1] !== 0) this.#put(old[at]!, old[at + 1]!)
  }
}
