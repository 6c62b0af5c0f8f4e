import type {RouterConfig} from '../../config/scenario.ts'
import {LaneDepths} from './lane-depths.ts'
import type {RouterLoads} from './router-loads.ts'

export interface LaneCostOptions {
  readonly config: RouterConfig
  readonly inputLength: Int32Array
  readonly blockSize: number
  readonly loads: RouterLoads
}

/**
 * What a request costs on each instance (engine.md 8.8): prompt tokens still to be computed there less what its prefix cache saves,
 * plus the blocks it would then hold.
 */
export class LaneCosts {
  readonly #inputLength: Int32Array
  readonly #blockSize: number
  readonly #loads: RouterLoads
  readonly #scale: number
  readonly #credit: number
  readonly #decay: number
  readonly #requestWeight: number
  readonly #tracksPrefill: boolean
  readonly #tracksBlocks: boolean
  /** Leading blocks of the request that is looked at: believed to be cached on each lane, and held there by others. */
  readonly cached = new LaneDepths()
  readonly held = new LaneDepths()
  #isl = 0
  #blocks = 0
  #leastTokens = 0

  constructor({config, inputLength, blockSize, loads}: LaneCostOptions) {
    this.#inputLength = inputLength
    this.#blockSize = blockSize
    this.#loads = loads
    this.#scale = config.prefill_load_scale
    this.#credit = config.overlap_score_credit
    this.#requestWeight = config.decode_active_request_weight ?? 0
    this.#tracksPrefill = config.router_track_prefill_tokens
    this.#tracksBlocks = config.router_track_active_blocks
    this.#decay = this.#tracksPrefill ? (config.overlap_score_credit_decay ?? 0) : 0
  }

  /** `loadOf` changes only where `RouterLoads` says so, and `leastBesides` is no more than what comes on top. */
  get hasFloor(): boolean {
    return !this.#loads.shrinks && this.#scale >= 0 && this.#credit >= 0 && this.#decay >= 0
  }

  reserveLanes(count: number): void {
    this.cached.reserveLanes(count)
    this.held.reserveLanes(count)
  }

  /** From here on it is about a request, by what `cached` says of it. */
  begin(request: number, lanes: Int32Array, laneBits: Uint32Array): void {
    this.#isl = this.#inputLength[request]!
    this.#blocks = Math.floor(this.#isl / this.#blockSize)
    this.held.begin(laneBits)
    if (this.#tracksBlocks) this.#loads.followHeld(request, this.held)
    if (this.#decay > 0) this.#leastTokens = this.#leastPrefillTokens(lanes)
  }

  of(lane: number): number {
    const {prefillTokens, heldBlocks, requests} = this.#loads
    const pending = prefillTokens[lane]!
    const tokens = this.#tracksPrefill ? pending + this.#isl : 0
    const kept = this.#decay > 0 ? this.#keptCredit(pending) : 1
    const overlap = this.cached.depthOf(lane)
    let cost = this.#scale * Math.max(tokens / this.#blockSize - this.#credit * kept * overlap, 0)
    if (this.#tracksBlocks) cost += heldBlocks[lane]! + (this.#blocks - this.held.depthOf(lane))
    return cost + this.#requestWeight * requests[lane]!
  }

  /** What requests that are there already add to the cost of any. */
  loadOf(lane: number): number {
    const {prefillTokens, heldBlocks, requests} = this.#loads
    const prefill = this.#tracksPrefill ? (this.#scale * prefillTokens[lane]!) / this.#blockSize : 0
    return prefill + (this.#tracksBlocks ? heldBlocks[lane]! : 0) + this.#requestWeight * requests[lane]!
  }

  /** What the request costs at least besides, where no more of its leading blocks are cached and held; rounding aside. */
  leastBesides(cachedBlocks: number, heldBlocks: number): number {
    const prefill = this.#tracksPrefill
      ? this.#scale * (this.#isl / this.#blockSize - this.#credit * cachedBlocks)
      : 0
    return prefill + (this.#tracksBlocks ? this.#blocks - heldBlocks : 0)
  }

  /** Caches count less on an instance with more to compute than the least loaded one has (router-1.6.md 3). */
  #keptCredit(pending: number): number {
    const blocks = Math.max(Math.ceil(this.#isl / this.#blockSize), 1)
    return 1 / (1 + this.#decay * ((pending - this.#leastTokens) / this.#blockSize / blocks))
  }

  #leastPrefillTokens(lanes: Int32Array): number {
    let least = Number.POSITIVE_INFINITY
    for (const lane of lanes) least = Math.min(least, this.#loads.prefillTokens[lane]!)
    return least
  }
}
