import type {RouterConfig} from '../../config/scenario.ts'
import {nanosFromSeconds} from '../../core/duration.ts'
import {exactExp} from '../../core/exact-math.ts'
import type {RandomStream} from '../../core/random.ts'
import {RunError} from '../../core/result.ts'
import type {PromptPaths} from '../../trace/prompt-paths.ts'
import {HeldBlocks} from './held-blocks.ts'
import {type PendingPrefill, PrefillLoad, type PrefillLoadTracker} from './prefill-load.ts'

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
  readonly paths: PromptPaths
  readonly blockSize: number
  /** Instances tell the router what they cache. */
  readonly hearsCaches: boolean
  /** Leading prompt blocks of a request that an instance has, as far as the router was told. */
  readonly cachedBlocks: (instance: I, request: number) => number
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

/** What the router knows of one instance's load: only what it sent there, never what the instance does with it. */
interface Load {
  readonly prefill: PrefillLoadTracker
  /** Prompt blocks of requests not yet freed; null when requests are taken to have none in common. */
  readonly held: HeldBlocks | null
  unsharedBlocks: number
  requests: number
}

/** What the router believed of every instance it could have chosen, at the moment it looked. */
interface Overlaps<I> {
  readonly instances: readonly I[]
  readonly blocks: readonly number[]
}

interface Queued<I> {
  readonly request: number
  readonly key: number
  readonly order: number
  readonly overlaps: Overlaps<I>
}

interface Placed {
  readonly load: Load
  prefill: PendingPrefill | null
}

/**
 * KV-aware routing (engine.md 8.8): each request goes to the instance with the least cost, prompt tokens still to be
 * computed there less what its prefix cache saves, plus the blocks it would then hold. When every instance is busy the
 * request waits in the router.
 */
export class KvRouter<I> {
  readonly #options: KvRouterOptions<I>
  readonly #config: RouterConfig
  #registered: readonly I[] = []
  readonly #loads = new Map<I, Load>()
  readonly #placed = new Map<number, Placed>()
  readonly #queue: Queued<I>[] = []
  #queuedSoFar = 0

  constructor(options: KvRouterOptions<I>) {
    this.#options = options
    this.#config = options.config
  }

  get hearsCaches(): boolean {
    return this.#options.hearsCaches
  }

  get queueLength(): number {
    return this.#queue.length
  }

  /** Instances that may be chosen, in ascending order of their ids. */
  setRegistered(instances: readonly I[]): void {
    this.#registered = instances
  }

  /** The admission of a request that arrived, or null when it waits. */
  arrive(request: number, nowMs: number): Placement<I> | null {
    const overlaps = this.#overlaps(request)
    const isHeldBack = this.#options.queuesBehindOthers === true && this.#queue.length > 0
    if (!isHeldBack && !this.#isBusy(nowMs)) return this.#admit(request, overlaps, nowMs)
    this.#enqueue(request, nowMs, overlaps)
    return null
  }

  prefillCompleted(request: number, nowMs: number): Placement<I>[] {
    const placed = this.#placed.get(request)
    if (placed !== undefined) settlePrefill(placed, nowMs)
    return this.drain(nowMs)
  }

  freed(request: number, nowMs: number): Placement<I>[] {
    const placed = this.#placed.get(request)
    if (placed !== undefined) {
      settlePrefill(placed, nowMs)
      this.#placed.delete(request)
      this.#forgetBlocks(placed.load, request)
    }
    return this.drain(nowMs)
  }

  /** Admits waiting requests as long as some instance is not busy. */
  drain(nowMs: number): Placement<I>[] {
    const admissions: Placement<I>[] = []
    while (this.#queue.length > 0 && this.#registered.length > 0 && !this.#isBusy(nowMs)) {
      const next = this.#takeFirst()
      admissions.push(this.#admit(next.request, next.overlaps, nowMs))
    }
    return admissions
  }

  #isBusy(nowMs: number): boolean {
    const threshold = this.#config.router_queue_threshold
    if (threshold === null || this.#registered.length === 0) return false
    const limit = threshold * (this.#options.maxBatchedTokens ?? UNLIMITED_TOKENS)
    return this.#registered.every(instance => this.#load(instance).prefill.tokensAt(nowMs) > limit)
  }

  #overlaps(request: number): Overlaps<I> {
    const instances = this.#registered
    if (!this.#options.hearsCaches) return {instances, blocks: []}
    return {instances, blocks: instances.map(instance => this.#options.cachedBlocks(instance, request))}
  }

  #enqueue(request: number, nowMs: number, overlaps: Overlaps<I>): void {
    this.#queue.push({
      request,
      key: this.#queueKey(request, nowMs, overlaps),
      order: this.#queuedSoFar++,
      overlaps,
    })
  }

  #queueKey(request: number, nowMs: number, overlaps: Overlaps<I>): number {
    switch (this.#config.router_queue_policy) {
      case 'lcfs':
        return nowMs
      case 'wspt': {
        const cached = Math.max(0, ...overlaps.blocks) * this.#options.blockSize
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

  #admit(request: number, overlaps: Overlaps<I>, nowMs: number): Placement<I> {
    const instance = this.#choose(request, overlaps, nowMs)
    const overlapBlocks = overlapOf(overlaps, instance)
    const load = this.#load(instance)
    const prefill = this.#pendingPrefill(request, overlapBlocks)
    if (prefill !== null) load.prefill.add(prefill, nowMs)
    this.#placed.set(request, {load, prefill})
    this.#rememberBlocks(load, request)
    return {request, instance, overlapBlocks}
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

  #choose(request: number, overlaps: Overlaps<I>, nowMs: number): I {
    if (this.#registered.length === 0)
      throw new RunError('a request arrived while no instance was registered')
    const costs = this.#registered.map(instance =>
      this.#cost(request, instance, overlapOf(overlaps, instance), nowMs),
    )
    return this.#registered[this.#pick(costs)]!
  }

  #cost(request: number, instance: I, overlap: number, nowMs: number): number {
    const {blockSize, inputLength, paths} = this.#options
    const config = this.#config
    const load = this.#load(instance)
    const tokens = config.router_track_prefill_tokens
      ? load.prefill.tokensAt(nowMs) + inputLength[request]!
      : 0
    const credit = config.overlap_score_credit * this.#creditDecay(request, load, nowMs) * overlap
    const prefillCost = config.prefill_load_scale * Math.max(tokens / blockSize - credit, 0)
    const requestCost = (config.decode_active_request_weight ?? 0) * load.requests
    if (!config.router_track_active_blocks) return prefillCost + requestCost
    const decodeBlocks =
      load.held === null
        ? load.unsharedBlocks + paths.blockCount[request]!
        : load.held.count + load.held.missing(request)
    return prefillCost + decodeBlocks + requestCost
  }

  /** Caches count less on an instance with more to compute than the least loaded one has (router-1.6.md 3). */
  #creditDecay(request: number, load: Load, nowMs: number): number {
    const decay = this.#config.overlap_score_credit_decay ?? 0
    if (decay <= 0 || !this.#config.router_track_prefill_tokens) return 1
    let least = Number.POSITIVE_INFINITY
    for (const instance of this.#registered)
      least = Math.min(least, this.#load(instance).prefill.tokensAt(nowMs))
    const {blockSize, inputLength} = this.#options
    const excess = (load.prefill.tokensAt(nowMs) - least) / blockSize
    return 1 / (1 + decay * (excess / Math.max(Math.ceil(inputLength[request]! / blockSize), 1)))
  }

  #pick(costs: readonly number[]): number {
    const least = Math.min(...costs)
    const temperature = this.#config.router_temperature
    const most = Math.max(...costs)
    if (temperature <= 0 || most === least) {
      const tied = costs.flatMap((cost, i) => (cost === least ? [i] : []))
      return tied.length === 1 ? tied[0]! : tied[this.#options.random.nextInt(tied.length)]!
    }
    const weights = costs.map(cost => exactExp(-(cost - least) / ((most - least) * temperature)))
    let left = this.#options.random.next() * weights.reduce((sum, weight) => sum + weight, 0)
    for (let i = 0; i < weights.length - 1; i++) {
      left -= weights[i]!
      if (left < 0) return i
    }
    return weights.length - 1
  }

  #rememberBlocks(load: Load, request: number): void {
    load.requests++
    if (load.held !== null) load.held.add(request)
    else load.unsharedBlocks += this.#options.paths.blockCount[request]!
  }

  #forgetBlocks(load: Load, request: number): void {
    load.requests--
    if (load.held !== null) load.held.remove(request)
    else load.unsharedBlocks -= this.#options.paths.blockCount[request]!
  }

  #load(instance: I): Load {
    const known = this.#loads.get(instance)
    if (known !== undefined) return known
    const {router_assume_kv_reuse, router_track_active_blocks} = this.#config
    const shares = router_assume_kv_reuse && router_track_active_blocks
    const held = shares ? new HeldBlocks(this.#options.paths) : null
    const prefill = this.#options.createPrefillLoad?.() ?? new PrefillLoad()
    const load: Load = {prefill, held, unsharedBlocks: 0, requests: 0}
    this.#loads.set(instance, load)
    return load
  }
}

/** The reference's stand-in for an unlimited token budget in the busy test. */
const UNLIMITED_TOKENS = 10_000_000

function settlePrefill(placed: Placed, nowMs: number): void {
  if (placed.prefill === null) return
  placed.load.prefill.remove(placed.prefill, nowMs)
  placed.prefill = null
}

/** Instances come and go while a request waits: of one it never saw it knows nothing. */
function overlapOf<I>({instances, blocks}: Overlaps<I>, instance: I): number {
  return blocks[instances.indexOf(instance)] ?? 0
}
