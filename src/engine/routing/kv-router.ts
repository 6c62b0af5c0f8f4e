import type {RouterConfig} from '../../config/scenario.ts'
import {nanosFromSeconds} from '../../core/duration.ts'
import {exactExp} from '../../core/exact-math.ts'
import type {RandomStream} from '../../core/random.ts'
import {RunError} from '../../core/result.ts'
import type {PromptPaths} from '../../trace/prompt-paths.ts'
import type {BlockHolders} from './block-holders.ts'
import {BusyTest} from './busy-test.ts'
import {CheapestLanes} from './cheapest-lanes.ts'
import {wordsFor} from './lane-bits.ts'
import {LaneCosts} from './lane-costs.ts'
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
  readonly #costs: LaneCosts
  readonly #cheapest: CheapestLanes
  /** null = a request never waits in the router. */
  readonly #busyTest: BusyTest | null
  /** Instances that may be chosen, by ascending id; their lanes in that order, and as bits. */
  #registered: readonly I[] = []
  #lanes = new Int32Array(0)
  #laneBits = new Uint32Array(1)
  #laneCount = 0
  readonly #queue: Queued<I>[] = []
  #queuedSoFar = 0

  constructor(options: KvRouterOptions<I>) {
    const {config, paths, inputLength, blockSize, prefillEstimate, createPrefillLoad} = options
    this.#options = options
    this.#config = config
    this.#loads = new RouterLoads({
      blocksOf: request => Math.floor(inputLength[request]! / blockSize),
      sharedPaths: config.router_assume_kv_reuse && config.router_track_active_blocks ? paths : null,
      createPrefillLoad: prefillEstimate === null ? null : (createPrefillLoad ?? (() => new PrefillLoad())),
      loadChanged: lane => {
        this.#cheapest.loadChanged(lane)
        this.#busyTest?.loadChanged(lane)
      },
    })
    this.#costs = new LaneCosts({config, inputLength, blockSize, loads: this.#loads})
    this.#cheapest = new CheapestLanes(this.#costs)
    const {router_queue_threshold: threshold} = config
    this.#busyTest =
      threshold === null
        ? null
        : new BusyTest(this.#loads, threshold * (options.maxBatchedTokens ?? UNLIMITED_TOKENS))
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
    this.#laneCount = this.#lanes.reduce((most, lane) => Math.max(most, lane + 1), this.#laneCount)
    this.#reserveLanes()
    this.#laneBits.fill(0)
    for (const lane of this.#lanes) this.#laneBits[lane >>> 5]! |= 1 << (lane & 31)
    this.#cheapest.setRegistered(this.#lanes, this.#laneCount)
    this.#busyTest?.setRegistered(this.#lanes, this.#laneCount)
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
      this.#costs.cached.begin(this.#laneBits)
      this.#registered.forEach((instance, i) => {
        const blocks = overlaps.get(instance)
        if (blocks !== undefined) this.#costs.cached.tell(this.#lanes[i]!, blocks)
      })
      placements.push(this.#admit(request, nowMs))
    }
    return placements
  }

  #reserveLanes(): void {
    const count = this.#laneCount
    this.#loads.reserveLanes(count)
    this.#costs.reserveLanes(count)
    this.#options.holders?.reserveLanes(count)
    if (wordsFor(count) > this.#laneBits.length) this.#laneBits = new Uint32Array(wordsFor(count))
  }

  #isBusy(nowMs: number): boolean {
    return this.#busyTest !== null && this.#registered.length > 0 && this.#busyTest.areAllBusy(nowMs)
  }

  #readOverlaps(request: number): void {
    const {hearsCaches, holders, cachedBlocks} = this.#options
    this.#costs.cached.begin(this.#laneBits)
    if (!hearsCaches) return
    if (holders !== null) {
      holders.follow(request, this.#costs.cached)
      return
    }
    for (let i = 0; i < this.#lanes.length; i++) {
      const blocks = cachedBlocks!(this.#registered[i]!, request)
      if (blocks > 0) this.#costs.cached.tell(this.#lanes[i]!, blocks)
    }
  }

  #enqueue(request: number, nowMs: number): void {
    const overlaps = new Map<I, number>()
    this.#registered.forEach((instance, i) => {
      const blocks = this.#costs.cached.depthOf(this.#lanes[i]!)
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
    this.#loads.refresh(this.#lanes, nowMs)
    this.#costs.begin(request, this.#lanes, this.#laneBits)
    const chosen = this.#config.router_temperature > 0 ? this.#sample() : this.#chooseCheapest()
    const lane = this.#lanes[chosen]!
    const overlapBlocks = this.#costs.cached.depthOf(lane)
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

  #chooseCheapest(): number {
    return this.#cheapest.choose(this.#options.random)
  }

  /** Place of a cost chosen at random, low ones being likelier; where all are equal they are ties. */
  #sample(): number {
    const costs = Float64Array.from(this.#lanes, lane => this.#costs.of(lane))
    const least = costs.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
    const most = costs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
    if (most === least) return this.#chooseCheapest()
    const spread = (most - least) * this.#config.router_temperature
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
