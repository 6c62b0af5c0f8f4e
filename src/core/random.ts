/**
 * Seeded randomness with named streams (one per subsystem), so that a new use in one place moves nothing
 * elsewhere. xoshiro128** (Blackman and Vigna) seeded by splitmix32 over seed and stream name.
 */
export class RandomStream {
  readonly #state = new Uint32Array(4)

  constructor(seed: number, name: string) {
    let hash = (seed >>> 0) ^ 0x9e3779b9
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0
    for (let i = 0; i < 4; i++) {
      hash = (hash + 0x9e3779b9) >>> 0
      let z = hash
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
      this.#state[i] = (z ^ (z >>> 16)) >>> 0
    }
  }

  /** Next 32 random bits. */
  nextUint32(): number {
    const s = this.#state
    const s1 = s[1]!
    const scrambled = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0
    const shifted = s1 << 9
    s[2]! ^= s[0]!
    s[3]! ^= s[1]!
    s[1]! ^= s[2]!
    s[0]! ^= s[3]!
    s[2]! ^= shifted
    s[3] = rotateLeft(s[3]!, 11)
    return scrambled
  }

  /** Uniform in [0, 1) with 53 bits. */
  next(): number {
    const high = this.nextUint32() >>> 5
    const low = this.nextUint32() >>> 6
    return (high * 67108864 + low) / 9007199254740992
  }

  /** Uniform integer in [0, bound). */
  nextInt(bound: number): number {
    return Math.floor(this.next() * bound)
  }
}

function rotateLeft(value: number, by: number): number {
  return ((value << by) | (value >>> (32 - by))) >>> 0
}
