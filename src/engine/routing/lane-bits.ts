/** Words that hold a bit for each of so many lanes. */
export function wordsFor(laneCount: number): number {
  return Math.max((laneCount + 31) >>> 5, 1)
}

/** Bits that are set in a word. */
export function countBits(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
