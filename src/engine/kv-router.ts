import type {RouterConfig} from '../config/scenario.ts'
import type {RandomStream} from '../core/random.ts'
import {RunError} from '../core/result.ts'
import type {Instance} from './instance-pool.ts'
import type {Prompts} from './vllm-scheduler.ts'

/** A request sent to an instance, with the cached blocks the router believed it had there. */
export interface Admission {
  readonly request: number
  readonly instance: Instance
  readonly overlapBlocks: number
}

export interface KvRouterOptions {
  readonly config: RouterConfig
  readonly prompts: Prompts
  readonly blockSize: number
  /** Token budget of one instance, for the busy test; null = unlimited. */
  readonly maxBatchedTokens: number | null
  /** The reference breaks ties at random; a seeded stream makes ours reproducible. */
  readonly random: RandomStream
}

/** What the router knows of one instance's load: only what it sent there, never what the instance does with it. */
interface Load {
  /** Prompt tokens of requests whose prefill is not known to be complete. */
  prefillTokens: number
  /** Distinct prompt blocks of requests not yet freed, with the number of requests on each. */
  readonly blocks: Map<number, number>
  activeBlocks: number
}

interface Queued {
  readonly request: number
  readonly key: number
  readonly order: number
  readonly overlaps: ReadonlyMap<Instance, number>
}

interface Placed {
  readonly load: Load
  prefillTokens: number
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
    if (!this.#isBusy()) return this.#admit(request, overlaps)
    this.#enqueue(request, nowMs, overlaps)
    return null
  }

  prefillCompleted(request: number): Admission[] {
    const placed = this.#placed.get(request)
    if (placed !== undefined) {
      placed.load.prefillTokens -= placed.prefillTokens
      placed.prefillTokens = 0
    }
    return this.drain()
  }

  freed(request: number): Admission[] {
    const placed = this.#placed.get(request)
    if (placed !== undefined) {
      placed.load.prefillTokens -= placed.prefillTokens
      this.#placed.delete(request)
      this.#forgetBlocks(placed.load, request)
    }
    return this.drain()
  }

  /** Admits waiting requests as long as some instance is not busy. */
  drain(): Admission[] {
    const admissions: Admission[] = []
    while (this.#queue.length > 0 && this.#registered.length > 0 && !this.#isBusy()) {
      const next = this.#takeFirst()
      admissions.push(this.#admit(next.request, next.overlaps))
    }
    return admissions
  }

  #isBusy(): boolean {
    const threshold = this.#config.router_queue_threshold
    if (threshold === null || this.#registered.length === 0) return false
    const limit = threshold * (this.#options.maxBatchedTokens ?? UNLIMITED_TOKENS)
    return this.#registered.every(instance => this.#load(instance).prefillTokens > limit)
  }

  #overlaps(request: number): ReadonlyMap<Instance, number> {
    return new Map(this.#registered.map(instance => [instance, instance.scheduler.cachedBlocks(request)]))
  }

  #enqueue(request: number, nowMs: number, overlaps: ReadonlyMap<Instance, number>): void {
    this.#queue.push({
      request,
      key: this.#queueKey(request, nowMs, overlaps),
      order: this.#queuedSoFar++,
      overlaps,
    })
  }

  #queueKey(request: number, nowMs: number, overlaps: ReadonlyMap<Instance, number>): number {
    switch (this.#config.router_queue_policy) {
      case 'lcfs':
        return nowMs
      case 'wspt': {
        const cached = Math.max(0, ...overlaps.values()) * this.#options.blockSize
        return 1 / Math.max(this.#options.prompts.inputLength[request]! - cached, 1)
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

  #admit(request: number, overlaps: ReadonlyMap<Instance, number>): Admission {
    const instance = this.#choose(request, overlaps)
    const overlapBlocks = overlaps.get(instance) ?? 0
    const load = this.#load(instance)
    const isl = this.#options.prompts.inputLength[request]!
    const prefillTokens = isl - Math.min(overlapBlocks * this.#options.blockSize, isl)
    load.prefillTokens += prefillTokens
    this.#placed.set(request, {load, prefillTokens})
    this.#rememberBlocks(load, request)
    return {request, instance, overlapBlocks}
  }

  #choose(request: number, overlaps: ReadonlyMap<Instance, number>): Instance {
    if (this.#registered.length === 0)
      throw new RunError('a request arrived while no instance was registered')
    const costs = this.#registered.map(instance => this.#cost(request, instance, overlaps.get(instance) ?? 0))
    return this.#registered[this.#pick(costs)]!
  }

  #cost(request: number, instance: Instance, overlap: number): number {
    const {blockSize, prompts} = this.#options
    const config = this.#config
    const load = this.#load(instance)
    const tokens = config.router_track_prefill_tokens ? load.prefillTokens + prompts.inputLength[request]! : 0
    const prefillBlocks = Math.max(tokens / blockSize - config.overlap_score_credit * overlap, 0)
    const decodeBlocks = config.router_track_active_blocks
      ? load.activeBlocks + this.#newBlocks(load, request)
      : 0
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
    const weights = costs.map(cost => Math.exp(-(cost - least) / ((most - least) * temperature)))
    let left = this.#options.random.next() * weights.reduce((sum, weight) => sum + weight, 0)
    for (let i = 0; i < weights.length - 1; i++) {
      left -= weights[i]!
      if (left < 0) return i
    }
    return weights.length - 1
  }

  /** Prompt blocks the instance would hold in addition to those of its other requests. */
  #newBlocks(load: Load, request: number): number {
    const {blocks, blockStart} = this.#options.prompts
    const from = blockStart[request]!
    const to = blockStart[request + 1]!
    if (!this.#config.router_assume_kv_reuse) return to - from
    let held = from
    while (held < to && load.blocks.has(blocks[held]!)) held++
    return to - held
  }

  #rememberBlocks(load: Load, request: number): void {
    const {blocks, blockStart} = this.#options.prompts
    if (!this.#config.router_assume_kv_reuse) {
      load.activeBlocks += blockStart[request + 1]! - blockStart[request]!
      return
    }
    for (let i = blockStart[request]!; i < blockStart[request + 1]!; i++) {
      const count = load.blocks.get(blocks[i]!) ?? 0
      if (count === 0) load.activeBlocks++
      load.blocks.set(blocks[i]!, count + 1)
    }
  }

  #forgetBlocks(load: Load, request: number): void {
    const {blocks, blockStart} = this.#options.prompts
    if (!this.#config.router_assume_kv_reuse) {
      load.activeBlocks -= blockStart[request + 1]! - blockStart[request]!
      return
    }
    for (let i = blockStart[request]!; i < blockStart[request + 1]!; i++) {
      const count = load.blocks.get(blocks[i]!)! - 1
      if (count > 0) load.blocks.set(blocks[i]!, count)
      else {
        load.blocks.delete(blocks[i]!)
        load.activeBlocks--
      }
    }
  }

  #load(instance: Instance): Load {
    const known = this.#loads.get(instance)
    if (known !== undefined) return known
    const load: Load = {prefillTokens: 0, blocks: new Map(), activeBlocks: 0}
    this.#loads.set(instance, load)
    return load
  }
}

/** The reference's stand-in for an unlimited token budget in the busy test. */
const UNLIMITED_TOKENS = 10_000_000
