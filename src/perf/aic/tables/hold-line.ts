import {blend, type HoldReader, logOfKey, type NearLeaves, noLeaf, RANKED, TIE_SLACK} from './grid-hold.ts'

/** To an octave of the third key: so a cell has nine leaves, five of which are always needed. */
const CELLS = 4

/**
 * What `HoldReader` answers for one pair of first keys: a batch that decodes asks for one length after the other. Lengths of one
 * cell have the same few leaves to choose from, which are looked for once; ranked and blended they are anew, in the same arithmetic.
 */
export class HoldLine {
  private readonly reader: HoldReader
  private readonly q0: number
  private readonly q1: number
  private readonly cells = new Map<number, NearLeaves>()
  private lastCell = Number.NaN
  private last: NearLeaves | null = null
  private readonly distance = new Float64Array(RANKED)
  private readonly leaf = new Int32Array(RANKED)
  private readonly utilisation = new Float64Array(RANKED)

  constructor(reader: HoldReader, q0: number, q1: number) {
    this.reader = reader
    this.q0 = q0
    this.q1 = q1
  }

  /** @throws AicDataError if no leaf is usable */
  at(q2: number): number {
    const l2 = logOfKey(q2)
    const cell = Math.floor(l2 * CELLS)
    const leaves = cell === this.lastCell ? this.last! : this.turnTo(cell)
    const count = this.rank(leaves, l2)
    if (count === 0) throw noLeaf(this.q0, this.q1, q2)
    return blend(this.distance, this.utilisation, count, this.reader.ranksSquares)
  }

  private turnTo(cell: number): NearLeaves {
    let leaves = this.cells.get(cell)
    if (leaves === undefined) {
      leaves = this.reader.leavesNear(this.q0, this.q1, (cell + 0.5) / CELLS, 0.5 / CELLS)
      this.cells.set(cell, leaves)
    }
    this.lastCell = cell
    this.last = leaves
    return leaves
  }

  /** Puts the nearest five in order, ties by key order; @returns how many there are */
  private rank({leaf: leaves, square, log, utilisation: all}: NearLeaves, l2: number): number {
    const {distance, leaf, utilisation} = this
    const {ranksSquares} = this.reader
    let count = 0
    let limit = Number.POSITIVE_INFINITY
    for (let i = 0; i < square.length; i++) {
      const along = log[i]! - l2
      const sum = square[i]! + along * along
      if (sum > limit) continue
      const d = ranksSquares ? sum : Math.sqrt(sum)
      const number = leaves[i]!
      let at = count
      while (at > 0 && (distance[at - 1]! > d || (distance[at - 1] === d && leaf[at - 1]! > number))) at--
      if (at === RANKED) continue
      if (count < RANKED) count++
      for (let j = count - 1; j > at; j--) {
        distance[j] = distance[j - 1]!
        leaf[j] = leaf[j - 1]!
        utilisation[j] = utilisation[j - 1]!
      }
      distance[at] = d
      leaf[at] = number
      utilisation[at] = all[i]!
      if (at === RANKED - 1) limit = sum * TIE_SLACK
    }
    return count
  }
}
