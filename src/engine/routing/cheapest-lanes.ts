import type {RandomStream} from '../../core/random.ts'
import {countBits, wordsFor} from './lane-bits.ts'
import type {LaneCosts} from './lane-costs.ts'
import type {LaneDepths} from './lane-depths.ts'
import {GROUP, LeastOfGroups} from './least-of-groups.ts'

/**
 * Finds the instances on which a request costs least. A cost is what is on an instance already and what the request adds, and that is
 * the same for all that have equally many of its blocks. So of a wide fleet the few with uncommonly many are looked at one by one, and
 * of the others, in groups by their loads, those that can cost as little as the best one.
 */
export class CheapestLanes {
  readonly #costs: LaneCosts
  #lanes: Int32Array = new Int32Array(0)
  /** Of each lane its place in `#lanes`. */
  #placeOf = new Int32Array(0)
  /** What is on each of the lanes; null where all are looked at. */
  #loads: LeastOfGroups | null = null
  #least = 0
  #besides = 0
  /** With a load above this nobody costs as little as the best one. */
  #mostLoad = 0
  /** Places of those that cost least, as bits. */
  #ties = new Uint32Array(1)
  #tieCount = 0

  constructor(costs: LaneCosts) {
    this.#costs = costs
  }

  /** @param laneCount all lanes are below this */
  setRegistered(lanes: Int32Array, laneCount: number): void {
    this.#lanes = lanes
    this.#placeOf = new Int32Array(laneCount).fill(NOWHERE)
    this.#ties = new Uint32Array(wordsFor(lanes.length))
    const isWide = lanes.length > FEW_LANES && this.#costs.hasFloor
    this.#loads = isWide ? new LeastOfGroups(laneCount) : null
    lanes.forEach((lane, place) => {
      this.#placeOf[lane] = place
      this.#loads?.set(lane, this.#costs.loadOf(lane))
    })
  }

  /** The load of a lane is another one. */
  loadChanged(lane: number): void {
    if (this.#loads !== null && this.#placeOf[lane]! >= 0) this.#loads.set(lane, this.#costs.loadOf(lane))
  }

  /** Place of the least cost; of several that are equal one at random. */
  choose(random: RandomStream): number {
    this.#least = Number.POSITIVE_INFINITY
    this.#ties.fill(0)
    this.#tieCount = 0
    if (this.#loads === null) for (const lane of this.#lanes) this.#look(lane)
    else this.#lookAtLight(this.#loads)
    return this.#tie(this.#tieCount > 1 ? random.nextInt(this.#tieCount) : 0)
  }

  #lookAtLight(loads: LeastOfGroups): void {
    const {cached, held} = this.#costs
    const cachedByMany = this.#lookAtFew(cached)
    const heldByMany = this.#lookAtFew(held)
    this.#look(loads.leastThing())
    const half = this.#lanes.length / 2
    const cachedByMost = cached.innermost(half)
    const heldByMost = held.innermost(half)
    this.#setBesides(cached.depthIn(cachedByMany), held.depthIn(heldByMany))
    if (cachedByMost < cachedByMany) cached.eachIn(cachedByMost + 1, this.#lookIfLight)
    if (heldByMost < heldByMany) held.eachIn(heldByMost + 1, this.#lookIfLight)
    this.#setBesides(cached.depthIn(cachedByMost), held.depthIn(heldByMost))
    this.#lookAtAllLight(loads)
  }

  /** Looks at the lanes that have uncommonly many blocks; @returns the innermost set of more lanes than a few */
  #lookAtFew(depths: LaneDepths): number {
    for (const lane of depths.told) this.#look(lane)
    const set = depths.innermost(FEW_LANES)
    if (set < depths.count - 1) depths.eachIn(set + 1, this.#look)
    return set
  }

  /** Looks at all lanes with no more load than `#mostLoad`, which falls on the way. */
  #lookAtAllLight({values, least}: LeastOfGroups): void {
    for (let group = 0; group < least.length; group++) {
      if (least[group]! > this.#mostLoad) continue
      for (let lane = group * GROUP; lane < (group + 1) * GROUP; lane++)
        if (values[lane]! <= this.#mostLoad) this.#look(lane)
    }
  }

  readonly #lookIfLight = (lane: number): void => {
    if (this.#loads!.values[lane]! <= this.#mostLoad) this.#look(lane)
  }

  readonly #look = (lane: number): void => {
    const cost = this.#costs.of(lane)
    if (cost > this.#least) return
    if (cost < this.#least) {
      this.#least = cost
      this.#setMostLoad()
      this.#ties.fill(0)
      this.#tieCount = 0
    }
    const place = this.#placeOf[lane]!
    const bit = 1 << (place & 31)
    if ((this.#ties[place >>> 5]! & bit) !== 0) return
    this.#ties[place >>> 5]! |= bit
    this.#tieCount++
  }

  /** From here on it is about lanes that have no more than so many blocks. */
  #setBesides(cachedBlocks: number, heldBlocks: number): void {
    this.#besides = this.#costs.leastBesides(cachedBlocks, heldBlocks)
    this.#setMostLoad()
  }

  #setMostLoad(): void {
    const slack = (Math.abs(this.#least) + Math.abs(this.#besides)) * ROUNDING
    this.#mostLoad = this.#least - this.#besides + slack
  }

  /** The place of the tie that has so many before it. */
  #tie(before: number): number {
    let left = before
    let at = 0
    for (; left >= countBits(this.#ties[at]!); at++) left -= countBits(this.#ties[at]!)
    let word = this.#ties[at]!
    for (; left > 0; left--) word &= word - 1
    return at * 32 + 31 - Math.clz32(word & -word)
  }
}

const NOWHERE = -1
/** Up to so many are looked at one by one. */
const FEW_LANES = 16
/** Far more than what sums of a few numbers lose. */
const ROUNDING = 1e-9
