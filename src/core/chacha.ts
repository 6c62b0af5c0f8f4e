/**
 * The random numbers the reference's traffic generator of 1.6.1 takes (engine-1.6.md 2.4): ChaCha with 12 rounds, its key
 * spread from a seed by a PCG step per word.
 */
export class ChaCha12 {
  readonly #key: Uint32Array
  readonly #block = new Uint32Array(16)
  #counter = 0
  #used = 16

  /** @param seed a whole number from 0 on */
  constructor(seed: number) {
    this.#key = spreadSeed(seed)
  }

  nextUint32(): number {
    if (this.#used === 16) {
      computeBlock(this.#key, this.#counter++, this.#block)
      this.#used = 0
    }
    return this.#block[this.#used++]!
  }

  /** Uniform in [0, 1) with 53 bits. */
  next(): number {
    const low = this.nextUint32()
    const high = this.nextUint32()
    return (high * 2 ** 21 + (low >>> 11)) * 2 ** -53
  }

  /** Uniform in [0, bound): the upper half of a product, put right by a second one where the lower half is large. */
  nextBelow(bound: number): number {
    const product = BigInt(this.nextUint32()) * BigInt(bound)
    const low = Number(product & WORD)
    const result = Number(product >> 32n)
    if (low <= (2 ** 32 - bound) % 2 ** 32) return result
    const more = Number((BigInt(this.nextUint32()) * BigInt(bound)) >> 32n)
    return low + more >= 2 ** 32 ? result + 1 : result
  }
}

const WORD = 0xffffffffn
const LONG = 0xffffffffffffffffn

function spreadSeed(seed: number): Uint32Array {
  const key = new Uint32Array(8)
  let state = BigInt(seed)
  for (let i = 0; i < 8; i++) {
    state = (state * 6364136223846793005n + 11634580027462260723n) & LONG
    const shifted = Number((((state >> 18n) ^ state) >> 27n) & WORD)
    const turn = Number(state >> 59n)
    key[i] = turn === 0 ? shifted : (shifted >>> turn) | (shifted << (32 - turn))
  }
  return key
}

function computeBlock(key: Uint32Array, counter: number, out: Uint32Array): void {
  const start = Uint32Array.of(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, ...key, counter, 0, 0, 0)
  start[13] = Math.floor(counter / 2 ** 32)
  out.set(start)
  for (let round = 0; round < 12; round += 2) {
    quarter(out, 0, 4, 8, 12)
    quarter(out, 1, 5, 9, 13)
    quarter(out, 2, 6, 10, 14)
    quarter(out, 3, 7, 11, 15)
    quarter(out, 0, 5, 10, 15)
    quarter(out, 1, 6, 11, 12)
    quarter(out, 2, 7, 8, 13)
    quarter(out, 3, 4, 9, 14)
  }
  for (let i = 0; i < 16; i++) out[i]! += start[i]!
}

function quarter(x: Uint32Array, a: number, b: number, c: number, d: number): void {
  x[a]! += x[b]!
  x[d] = turned(x[d]! ^ x[a]!, 16)
  x[c]! += x[d]!
  x[b] = turned(x[b]! ^ x[c]!, 12)
  x[a]! += x[b]!
  x[d] = turned(x[d]! ^ x[a]!, 8)
  x[c]! += x[d]!
  x[b] = turned(x[b]! ^ x[c]!, 7)
}

function turned(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by))
}
