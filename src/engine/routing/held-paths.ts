import type {PromptPaths} from '../../trace/prompt-paths.ts'
import {HeldBlocks} from './held-blocks.ts'
import {eachLane, fillLanes} from './lane-bits.ts'
import {LaneSets} from './lane-sets.ts'

/**
 * The prompt blocks that the requests on each instance hold, and for a prompt how many more each instance would have to
 * hold: in one walk along its path for all of them.
 */
export class HeldPaths {
  readonly #paths: PromptPaths
  readonly #byLane: HeldBlocks[] = []
  /** Nodes of which a lane holds all blocks, and those of which some request on it holds the first few. */
  readonly #whole: LaneSets
  readonly #parts: LaneSets
  #left = new Uint32Array(1)
  #following = new Uint32Array(1)
  #without = new Uint32Array(1)

  constructor(paths: PromptPaths) {
    this.#paths = paths
    this.#whole = new LaneSets(paths.nodeCount)
    this.#parts = new LaneSets(paths.nodeCount)
  }

  reserveLanes(count: number): void {
    this.#whole.reserveLanes(count)
    this.#parts.reserveLanes(count)
    for (let lane = this.#byLane.length; lane < count; lane++) {
      this.#byLane.push(new HeldBlocks(this.#paths, {lane, whole: this.#whole, parts: this.#parts}))
    }
  }

  /** Distinct blocks held on a lane. */
  count(lane: number): number {
    return this.#byLane[lane]!.count
  }

  add(request: number, lane: number): void {
    this.#byLane[lane]!.add(request)
  }

  remove(request: number, lane: number): void {
    this.#byLane[lane]!.remove(request)
  }

  /** Writes for each of the given lanes the blocks of a prompt after the leading ones that are held there already. */
  writeMissing(request: number, lanes: Uint32Array, out: Int32Array): void {
    this.#reserveWords(lanes.length)
    const {nodes, nodeBlocks, from, to, blockCount} = this.#paths.pathOf(request)
    const left = this.#left
    const following = this.#following
    following.set(lanes)
    let missing = blockCount
    for (let i = from; i < to; i++) {
      const node = nodes[i]!
      const wanted = Math.min(nodeBlocks[i]!, missing)
      // No block ends within the node, or none of the request's own: it tells nobody apart.
      if (wanted === 0) continue
      const anyStay = this.#whole.split(node, following, left)
      this.#writeLeft(node, wanted, missing, out)
      if (!anyStay) return
      missing -= wanted
    }
    fillLanes(following, missing, out)
  }

  /** For the lanes in `#left`, which do not hold the whole node: at best the first blocks of it. */
  #writeLeft(node: number, wanted: number, missing: number, out: Int32Array): void {
    const without = this.#without
    const hasParts = this.#parts.split(node, this.#left, without)
    fillLanes(without, missing, out)
    if (!hasParts) return
    eachLane(this.#left, lane => {
      out[lane] = missing - Math.min(this.#byLane[lane]!.largestPart(node), wanted)
    })
  }

  #reserveWords(count: number): void {
    if (this.#left.length === count) return
    this.#left = new Uint32Array(count)
    this.#following = new Uint32Array(count)
    this.#without = new Uint32Array(count)
  }
}
