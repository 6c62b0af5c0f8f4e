import type {RouterConfig} from '../../config/scenario.ts'
import {nanosFromSeconds} from '../../core/duration.ts'
import {exactExp} from '../../core/exact-math.ts'
import type {RandomStream} from '../../core/random.ts'
import {RunError} from '../../core/result.ts'
import type {PromptPaths} from '../../trace/prompt-paths.ts'
import type {BlockHolders} from './block-holders.ts'
import {wordsFor} from './lane-bits.ts'
import {LaneDepths} from './lane-depths.ts'
import {type PendingPrefill, PrefillLoad, type PrefillLoadTracker} from './prefill-load.ts'
import {RouterLoads} from './router-loads.ts'

/** How long the prefill of one prompt takes by itself, in ms; null where nobody can say. */
export type PrefillEstimate = (newTokens: number, cachedTokens: number) => number | null

/** A request sent to an instance, with the cached blocks the router believed it had there. */
export interface Placement<I> {
  readonly request: number
  readonly instance: I
  readonly overlapBlocks: number
}

export interface KvRouterOptions<I> {
  readonly config: RouterConfig
  readonly inputLength: Int32Array
  /** null = no two prompts have a block in common. */
  readonly paths: PromptPaths | null
  readonly blockSize: number
  /** Instances tell the router what they cache. */
  readonly hearsCaches: boolean
  /** Leading prompt blocks of a request that an instance has, as far as the router was told; null where holders say so. */
  readonly cachedBlocks: ((instance: I, request: number) => number) | null
  /** Says the same of all instances at once; null where nobody keeps it up. */
  readonly holders: BlockHolders | null
  /** A small number of an instance, used again after it is gone and forgotten. */
  readonly laneOf: (instance: I) => number
  readonly createPrefillLoad?: () => PrefillLoadTracker
  /** Nobody overtakes a request that waits in the router (router-1.6.md 3). */
  readonly queuesBehindOthers?: boolean
  /** null = the load of a prompt stays until its first token. */
  readonly prefillEstimate: PrefillEstimate | null
  /** Token budget of one instance, for the busy test; null = unlimited. */
  readonly maxBatchedTokens: number | null
  /** The reference breaks ties at random; a seeded stream makes ours reproducible. */
  readonly random: RandomStream
}

interface Queued<I> {
  readonly request: number
  readonly key: number
  readonly order: number
  /** What the router believed when the request arrived: of an instance that came since it knows nothing. */
  readonly overlaps: ReadonlyMap<I, number>
}

/**
 * KV-aware routing (engine.md 8.8): each request goes to the instance with the least cost, prompt tokens still to be
 * computed there less what its prefix cache saves, plus the blocks it would then hold. When every instance is busy the
 * request waits in the router.
 */
export class KvRouter<I> {
  readonly #options: KvRouterOptions<I>
  readonly #config: RouterConfig
  readonly #loads: RouterLoads
  /** Instances that may be chosen, by ascending id; their lanes in that order, and as bits. */
  #registered: readonly I[] = []
  #lanes = new Int32Array(0)
  #laneBits = new Uint32Array(1)
  readonly #queue: Queued<I>[] = []
  #queuedSoFar = 0
  // Of the request that is looked at: leading blocks believed to be cached on each lane, and those held there by others.
  readonly #cached = new LaneDepths()
  readonly #held = new LaneDepths()
  /** By place in `#registered`. */
  #costs = new Float64Array(0)

  constructor(options: KvRouterOptions<I>) {
    const {config, paths, inputLength, blockSize, prefillEstimate, createPrefillLoad} = options
    this.#options = options
    this.#config = config
    this.#loads = new RouterLoads({
      blocksOf: request => Math.floor(inputLength[request]! / blockSize),
      sharedPaths: config.router_assume_kv_reuse && config.router_track_active_blocks ? paths : null,
      createPrefillLoad: createPrefillLoad ?? (() => new PrefillLoad()),
      shrinks: prefillEstimate !== null || createPrefillLoad !== undefined,
    })
  }

  get hearsCaches(): boolean {
    return this.#options.hearsCaches
  }

  /** Of the requests that it placed on a lane none is left. */
  isClear(lane: number): boolean {
    return this.#loads.isClear(lane)
  }

  get holders(): BlockHolders | null {
    return this.#options.holders
  }

  get queueLength(): number {
    return this.#queue.length
  }

  /** Instances that may be chosen, in ascending order of their ids. */
  setRegistered(instances: readonly I[]): void {
    this.#registered = instances
    this.#lanes = Int32Array.from(instances, this.#options.laneOf)
    this.#costs = new Float64Array(instances.length)
    this.#reserveLanes(this.#lanes.reduce((most, lane) => Math.max(most, lane + 1), 0))
    this.#laneBits.fill(0)
    for (const lane of this.#lanes) this.#laneBits[lane >>> 5]! |= 1 << (lane & 31)
  }

  /** The admission of a request that arrived, or null when it waits. */
  arrive(request: number, nowMs: number): Placement<I> | null {
    this.#readOverlaps(request)
    const isHeldBack = this.#options.queuesBehindOthers === true && this.#queue.length > 0
    if (!isHeldBack && !this.#isBusy(nowMs)) return this.#admit(request, nowMs)
    this.#enqueue(request, nowMs)
    return null
  }

  prefillCompleted(request: number, nowMs: number): readonly Placement<I>[] {
    this.#loads.settle(request, nowMs)
    return this.drain(nowMs)
  }

  freed(request: number, nowMs: number): readonly Placement<I>[] {
    this.#loads.free(request, nowMs)
    return this.drain(nowMs)
  }

  /** Admits waiting requests as long as some instance is not busy. */
  drain(nowMs: number): readonly Placement<I>[] {
    if (this.#queue.length === 0) return NO_PLACEMENTS
    const placements: Placement<I>[] = []
    while (this.#queue.length > 0 && this.#registered.length > 0 && !this.#isBusy(nowMs)) {
      const {request, overlaps} = this.#takeFirst()
      this.#cached.begin(this.#laneBits)
      this.#registered.forEach((instance, i) => {
        const blocks = overlaps.get(instance)
        if (blocks !== undefined) this.#cached.tell(this.#lanes[i]!, blocks)
      })
      placements.push(this.#admit(request, nowMs))
    }
    return placements
  }

  #reserveLanes(count: number): void {
    this.#loads.reserveLanes(count)
    this.#options.holders?.reserveLanes(count)
    this.#cached.reserveLanes(count)
    this.#held.reserveLanes(count)
    if (wordsFor(count) > this.#laneBits.length) this.#laneBits = new Uint32Array(wordsFor(count))
  }

  #isBusy(nowMs: number): boolean {
    const threshold = this.#config.router_queue_threshold
    if (threshold === null || this.#registered.length === 0) return false
    const limit = threshold * (this.#options.maxBatchedTokens ?? UNLIMITED_TOKENS)
    for (const lane of this.#lanes) if (this.#loads.prefillTokensAt(lane, nowMs) <= limit) return false
    return true
  }

  #readOverlaps(request: number): void {
    const {hearsCaches, holders, cachedBlocks} = this.#options
    this.#cached.begin(this.#laneBits)
    if (!hearsCaches) return
    if (holders !== null) {
      holders.follow(request, this.#cached)
      return
    }
    for (let i = 0; i < this.#lanes.length; i++) {
      const blocks = cachedBlocks!(this.#registered[i]!, request)
      if (blocks > 0) this.#cached.tell(this.#lanes[i]!, blocks)
    }
  }

  #enqueue(request: number, nowMs: number): void {
    const overlaps = new Map<I, number>()
    this.#registered.forEach((instance, i) => {
      const blocks = this.#cached.depthOf(this.#lanes[i]!)
      if (blocks > 0) overlaps.set(instance, blocks)
    })
    this.#queue.push({
      request,
      key: this.#queueKey(request, nowMs, overlaps),
      order: this.#queuedSoFar++,
      overlaps,
    })
  }

  #queueKey(request: number, nowMs: number, overlaps: ReadonlyMap<I, number>): number {
    switch (this.#config.router_queue_policy) {
      case 'lcfs':
        return nowMs
      case 'wspt': {
        const cached = Math.max(0, ...overlaps.values()) * this.#options.blockSize
        return 1 / Math.max(this.#options.inputLength[request]! - cached, 1)
      }
      default:
        return -nowMs
    }
  }

  #takeFirst(): Queued<I> {
    let best = 0
    for (let i = 1; i < this.#queue.length; i++) {
      const a = this.#queue[i]!
      const b = this.#queue[best]!
      if (a.key > b.key || (a.key === b.key && a.order < b.order)) best = i
    }
    return this.#queue.splice(best, 1)[0]!
  }

  /** Sends a request to the instance of least cost, by the overlaps just read. */
  #admit(request: number, nowMs: number): Placement<I> {
    if (this.#registered.length === 0)
      throw new RunError('a request arrived while no instance was registered')
    this.#computeCosts(request, nowMs)
    const chosen = this.#pick(this.#costs)
    const lane = this.#lanes[chosen]!
    const overlapBlocks = this.#cached.depthOf(lane)
    this.#loads.place(request, lane, this.#pendingPrefill(request, overlapBlocks), nowMs)
    return {request, instance: this.#registered[chosen]!, overlapBlocks}
  }

  #pendingPrefill(request: number, overlapBlocks: number): PendingPrefill | null {
    const {inputLength, blockSize, prefillEstimate} = this.#options
    if (!this.#config.router_track_prefill_tokens) return null
    const isl = inputLength[request]!
    const cached = Math.min(overlapBlocks * blockSize, isl)
    const tokens = isl - cached
    if (tokens === 0) return null
    const expectedMs = prefillEstimate === null ? null : prefillEstimate(tokens, cached)
    return {tokens, expectedNanos: expectedMs === null ? null : nanosFromSeconds(expectedMs / 1000)}
  }

  #computeCosts(request: number, nowMs: number): void {
    const {blockSize, inputLength} = this.#options
    const {router_track_prefill_tokens: tracksPrefill, router_track_active_blocks: tracksBlocks} =
      this.#config
    const {prefill_load_scale: scale, overlap_score_credit: credit} = this.#config
    const requestWeight = this.#config.decode_active_request_weight ?? 0
    const loads = this.#loads
    loads.refresh(this.#lanes, nowMs)
    this.#held.begin(this.#laneBits)
    if (tracksBlocks) loads.followHeld(request, this.#held)
    const decay = tracksPrefill ? (this.#config.overlap_score_credit_decay ?? 0) : 0
    const leastTokens = decay > 0 ? this.#leastPrefillTokens() : 0
    const isl = inputLength[request]!
    const blocks = Math.floor(isl / blockSize)
    for (let i = 0; i < this.#lanes.length; i++) {
      const lane = this.#lanes[i]!
      const pending = loads.prefillTokens[lane]!
      const tokens = tracksPrefill ? pending + isl : 0
      // Caches count less on an instance with more to compute than the least loaded one has (router-1.6.md 3).
      const kept =
        decay > 0
          ? 1 / (1 + decay * ((pending - leastTokens) / blockSize / Math.max(Math.ceil(isl / blockSize), 1)))
          : 1
      let cost = scale * Math.max(tokens / blockSize - credit * kept * this.#cached.depthOf(lane), 0)
      if (tracksBlocks) cost += loads.heldBlocks[lane]! + (blocks - this.#held.depthOf(lane))
      this.#costs[i] = cost + requestWeight * loads.requests[lane]!
    }
  }

  #leastPrefillTokens(): number {
    let least = Number.POSITIVE_INFINITY
    for (const lane of this.#lanes) least = Math.min(least, this.#loads.prefillTokens[lane]!)
    return least
  }

  /** Place of the least cost, or with a temperature of one chosen at random, low costs being likelier; ties are, too. */
  #pick(costs: Float64Array): number {
    let least = Number.POSITIVE_INFINITY
    let most = Number.NEGATIVE_INFINITY
    let ties = 0
    for (let i = 0; i < costs.length; i++) {
      const cost = costs[i]!
      if (cost > most) most = cost
      if (cost < least) {
        least = cost
        ties = 1
      } else if (cost === least) ties++
    }
    const temperature = this.#config.router_temperature
    if (temperature > 0 && most > least) return this.#sample(costs, least, (most - least) * temperature)
    let left = ties === 1 ? 0 : this.#options.random.nextInt(ties)
    for (let i = 0; i < costs.length; i++) if (costs[i] === least && left-- === 0) return i
    return costs.length - 1
  }

  #sample(costs: Float64Array, least: number, spread: number): number {
    const weights = costs.map(cost => exactExp(-(cost - least) / spread))
    let left = this.#options.random.next() * weights.reduce((sum, weight) => sum + weight, 0)
    for (let i = 0; i < weights.length - 1; i++) {
      left -= weights[i]!
      if (left < 0) return i
    }
    return weights.length - 1
  }
}

const NO_PLACEMENTS: readonly never[] = []

/** The reference's stand-in for an unlimited token budget in the busy test. */
const UNLIMITED_TOKENS = 10_000_000
