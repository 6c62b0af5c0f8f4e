/** Writes a value for every lane whose bit is set. */
export function fillLanes(bits: Uint32Array, value: number, out: Int32Array): void {
  for (let i = 0; i < bits.length; i++) {
    for (let word = bits[i]!; word !== 0; word &= word - 1)
      out[i * 32 + 31 - Math.clz32(word & -word)] = value
  }
}

/** Calls back for every lane whose bit is set. */
export function eachLane(bits: Uint32Array, visit: (lane: number) => void): void {
  for (let i = 0; i < bits.length; i++) {
    for (let word = bits[i]!; word !== 0; word &= word - 1) visit(i * 32 + 31 - Math.clz32(word & -word))
  }
}
