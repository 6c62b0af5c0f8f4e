import type {RouterConfig} from '../../config/scenario.ts'
import {nanosFromSeconds} from '../../core/duration.ts'
import {exactExp} from '../../core/exact-math.ts'
import type {RandomStream} from '../../core/random.ts'
import {RunError} from '../../core/result.ts'
import type {PromptPaths} from '../../trace/prompt-paths.ts'
import type {Admission, Instance} from '../instance.ts'
import {HeldBlocks} from './held-blocks.ts'
import {type PendingPrefill, PrefillLoad} from './prefill-load.ts'

/** How long the prefill of one prompt takes by itself, in ms; null where nobody can say. */
export type PrefillEstimate = (newTokens: number, cachedTokens: number) => number | null

export interface KvRouterOptions {
  readonly config: RouterConfig
  readonly inputLength: Int32Array
  readonly paths: PromptPaths
  readonly blockSize: number
  /** Instances tell the router what they cache. */
  readonly hearsCaches: boolean
  /** null = the load of a prompt stays until its first token. */
  readonly prefillEstimate: PrefillEstimate | null
  /** Token budget of one instance, for the busy test; null = unlimited. */
  readonly maxBatchedTokens: number | null
  /** The reference breaks ties at random; a seeded stream makes ours reproducible. */
  readonly random: RandomStream
}

/** What the router knows of one instance's load: only what it sent there, never what the instance does with it. */
interface Load {
  readonly prefill: PrefillLoad
  /** Prompt blocks of requests not yet freed; null when requests are taken to have none in common. */
  readonly held: HeldBlocks | null
  unsharedBlocks: number
}

/** What the router believed of every instance it could have chosen, at the moment it looked. */
interface Overlaps {
  readonly instances: readonly Instance[]
  readonly blocks: readonly number[]
}

interface Queued {
  readonly request: number
  readonly key: number
  readonly order: number
  readonly overlaps: Overlaps
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
export class KvRouter {
  readonly #options: KvRouterOptions
  readonly #config: RouterConfig
  #registered: readonly Instance[] = []
  readonly #loads = new Map<Instance, Load>()
  readonly #placed = new Map<number, Placed>()
  readonly #queue: Queued[] = []
  #queuedSoFar = 0

  constructor(options: KvRouterOptions) {
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
  setRegistered(instances: readonly Instance[]): void {
    this.#registered = instances
  }

  /** The admission of a request that arrived, or null when it waits. */
  arrive(request: number, nowMs: number): Admission | null {
    const overlaps = this.#overlaps(request)
    if (!this.#isBusy(nowMs)) return this.#admit(request, overlaps, nowMs)
    this.#enqueue(request, nowMs, overlaps)
    return null
  }

  prefillCompleted(request: number, nowMs: number): Admission[] {
    const placed = this.#placed.get(request)
    if (placed !== undefined) settlePrefill(placed, nowMs)
    return this.drain(nowMs)
  }

  freed(request: number, nowMs: number): Admission[] {
    const placed = this.#placed.get(request)
    if (placed !== undefined) {
      settlePrefill(placed, nowMs)
      this.#placed.delete(request)
      this.#forgetBlocks(placed.load, request)
    }
    return this.drain(nowMs)
  }

  /** Admits waiting requests as long as some instance is not busy. */
  drain(nowMs: number): Admission[] {
    const admissions: Admission[] = []
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

  #overlaps(request: number): Overlaps {
    const instances = this.#registered
    if (!this.#options.hearsCaches) return {instances, blocks: []}
    return {instances, blocks: instances.map(({scheduler}) => scheduler.cachedBlocks(request))}
  }

  #enqueue(request: number, nowMs: number, overlaps: Overlaps): void {
    this.#queue.push({
      request,
      key: this.#queueKey(request, nowMs, overlaps),
      order: this.#queuedSoFar++,
      overlaps,
    })
  }

  #queueKey(request: number, nowMs: number, overlaps: Overlaps): number {
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

  #takeFirst(): Queued {
    let best = 0
    for (let i = 1; i < this.#queue.length; i++) {
      const a = this.#queue[i]!
      const b = this.#queue[best]!
      if (a.key > b.key || (a.key === b.key && a.order < b.order)) best = i
    }
    return this.#queue.splice(best, 1)[0]!
  }

  #admit(request: number, overlaps: Overlaps, nowMs: number): Admission {
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

  #choose(request: number, overlaps: Overlaps, nowMs: number): Instance {
    if (this.#registered.length === 0)
      throw new RunError('a request arrived while no instance was registered')
    const costs = this.#registered.map(instance =>
      this.#cost(request, instance, overlapOf(overlaps, instance), nowMs),
    )
    return this.#registered[this.#pick(costs)]!
  }

  #cost(request: number, instance: Instance, overlap: number, nowMs: number): number {
    const {blockSize, inputLength, paths} = this.#options
    const config = this.#config
    const load = this.#load(instance)
    const tokens = config.router_track_prefill_tokens
      ? load.prefill.tokensAt(nowMs) + inputLength[request]!
      : 0
    const prefillBlocks = Math.max(tokens / blockSize - config.overlap_score_credit * overlap, 0)
    if (!config.router_track_active_blocks) return config.prefill_load_scale * prefillBlocks
    const decodeBlocks =
      load.held === null
        ? load.unsharedBlocks + paths.blockCount[request]!
        : load.held.count + load.held.missing(request)
    return config.prefill_load_scale * prefillBlocks + decodeBlocks
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
    if (load.held !== null) load.held.add(request)
    else load.unsharedBlocks += this.#options.paths.blockCount[request]!
  }

  #forgetBlocks(load: Load, request: number): void {
    if (load.held !== null) load.held.remove(request)
    else load.unsharedBlocks -= this.#options.paths.blockCount[request]!
  }

  #load(instance: Instance): Load {
    const known = this.#loads.get(instance)
    if (known !== undefined) return known
    const {router_assume_kv_reuse, router_track_active_blocks} = this.#config
    const shares = router_assume_kv_reuse && router_track_active_blocks
    const held = shares ? new HeldBlocks(this.#options.paths) : null
    const load: Load = {prefill: new PrefillLoad(), held, unsharedBlocks: 0}
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
function overlapOf({instances, blocks}: Overlaps, instance: Instance): number {
  return blocks[instances.indexOf(instance)] ?? 0
}
