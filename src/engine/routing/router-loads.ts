import type {PromptPaths} from '../../trace/prompt-paths.ts'
import {HeldPaths} from './held-paths.ts'
import type {LaneDepths} from './lane-depths.ts'
import type {PendingPrefill, PrefillLoadTracker} from './prefill-load.ts'

interface Placed {
  readonly lane: number
  prefill: PendingPrefill | null
}

export interface RouterLoadOptions {
  /** Complete blocks of a request's prompt. */
  readonly blocksOf: (request: number) => number
  /** Blocks that requests have in common count once; null where they have none, or are taken to have none. */
  readonly sharedPaths: PromptPaths | null
  /** null = prompts do not shrink while they are computed, as far as the router believes. */
  readonly createPrefillLoad: (() => PrefillLoadTracker) | null
  /** Told of every lane whose load is another one; where prompts shrink, not of that. */
  readonly loadChanged: (lane: number) => void
}

/**
 * What a router knows of the load of each instance: only what it sent there, never what the instance does with it.
 * Columns by lane, so that all instances are compared in one run over memory.
 */
export class RouterLoads {
  readonly #options: RouterLoadOptions
  /** null when requests are taken to have no blocks in common. */
  readonly #held: HeldPaths | null
  /** By request; undefined where it is on no lane. */
  readonly #placed: (Placed | undefined)[] = []
  readonly #prefills: PrefillLoadTracker[] = []
  /** Prompt tokens still to be computed; where prompts shrink, as of the last `refresh`. */
  prefillTokens = new Float64Array(0)
  /** Prompt blocks of requests that were not freed yet. */
  heldBlocks = new Float64Array(0)
  /** Requests that were not freed yet. */
  requests = new Int32Array(0)

  constructor(options: RouterLoadOptions) {
    this.#options = options
    this.#held = options.sharedPaths === null ? null : new HeldPaths(options.sharedPaths)
  }

  /** Loads are others from moment to moment. */
  get shrinks(): boolean {
    return this.#options.createPrefillLoad !== null
  }

  reserveLanes(count: number): void {
    this.#held?.reserveLanes(count)
    if (count <= this.requests.length) return
    const {createPrefillLoad} = this.#options
    if (createPrefillLoad !== null)
      while (this.#prefills.length < count) this.#prefills.push(createPrefillLoad())
    const {prefillTokens, heldBlocks, requests} = this
    this.prefillTokens = new Float64Array(count)
    this.heldBlocks = new Float64Array(count)
    this.requests = new Int32Array(count)
    this.prefillTokens.set(prefillTokens)
    this.heldBlocks.set(heldBlocks)
    this.requests.set(requests)
  }

  /** Of the requests placed on a lane none is left; a lane may have had none ever. */
  isClear(lane: number): boolean {
    return lane >= this.requests.length || this.requests[lane] === 0
  }

  /** Brings `prefillTokens` of the given lanes up to this moment. */
  refresh(lanes: Int32Array, nowMs: number): void {
    if (!this.shrinks) return
    for (const lane of lanes) this.prefillTokens[lane] = this.#prefills[lane]!.tokensAt(nowMs)
  }

  prefillTokensAt(lane: number, nowMs: number): number {
    return this.shrinks ? this.#prefills[lane]!.tokensAt(nowMs) : this.prefillTokens[lane]!
  }

  /** Says for each of the lanes in `out` how many of the leading blocks of a prompt it holds already. */
  followHeld(request: number, out: LaneDepths): void {
    this.#held?.follow(request, out)
  }

  place(request: number, lane: number, prefill: PendingPrefill | null, nowMs: number): void {
    if (prefill !== null) {
      this.#prefills[lane]?.add(prefill, nowMs)
      this.prefillTokens[lane]! += prefill.tokens
    }
    this.#placed[request] = {lane, prefill}
    this.requests[lane]!++
    if (this.#held === null) this.heldBlocks[lane]! += this.#options.blocksOf(request)
    else {
      this.#held.add(request, lane)
      this.heldBlocks[lane] = this.#held.count(lane)
    }
    this.#options.loadChanged(lane)
  }

  /** The prompt of a request has been computed. */
  settle(request: number, nowMs: number): void {
    const placed = this.#placed[request]
    if (placed === undefined || placed.prefill === null) return
    this.#settle(placed, nowMs)
    this.#options.loadChanged(placed.lane)
  }

  /** A request left its instance. */
  free(request: number, nowMs: number): void {
    const placed = this.#placed[request]
    if (placed === undefined) return
    this.#settle(placed, nowMs)
    this.#placed[request] = undefined
    const {lane} = placed
    this.requests[lane]!--
    if (this.#held === null) this.heldBlocks[lane]! -= this.#options.blocksOf(request)
    else {
      this.#held.remove(request, lane)
      this.heldBlocks[lane] = this.#held.count(lane)
    }
    this.#options.loadChanged(lane)
  }

  #settle(placed: Placed, nowMs: number): void {
    const {lane, prefill} = placed
    if (prefill === null) return
    this.#prefills[lane]?.remove(prefill, nowMs)
    this.prefillTokens[lane]! -= prefill.tokens
    placed.prefill = null
  }
}
