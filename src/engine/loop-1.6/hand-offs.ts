import type {EngineArgs} from '../../config/scenario.ts'
import type {Workload} from '../../trace/workload.ts'
import type {Instance16} from './instance.ts'
import {type RankedHeap, TRANSFER_DONE} from './ranked-heap.ts'

/** What a hand-off can do next. */
const SUBMIT = 0
const RESERVE = 1
const TRANSFER = 2
const ACTIVATE = 3
const RELEASE = 4
const COMPLETE = 5
const CANCEL_DESTINATION = 6
const KINDS = 8

/** What hand-offs need of the cluster around them. */
export interface HandOffHost {
  readonly workload: Workload
  readonly heap: RankedHeap
  readonly now: () => number
  /** Sends a request to the prefill or the decode pool: false when nobody there serves and it has to wait. */
  readonly placeForPrefill: (request: number) => boolean
  readonly placeForDecode: (request: number) => boolean
  readonly prefillInstance: (request: number) => Instance16 | undefined
  readonly decodeInstance: (request: number) => Instance16 | undefined
  /** The prefill instance has given the request's KV cache away: its router may place others. */
  readonly sourceReleased: (request: number, instance: Instance16) => void
  /** A request can run on its decode instance now. */
  readonly activated: (instance: Instance16) => void
  readonly destinationCancelled: (request: number, instance: Instance16) => void
  /** The decode instance can never serve it. */
  readonly refused: (request: number) => void
}

/**
 * The way of each request from the prefill to the decode pool (disagg-1.6.md 3): prompt computed and held, place
 * reserved, KV cache transferred, request activated, source released. What an instance has to do waits until it is
 * between two passes.
 */
export class HandOffs {
  readonly #host: HandOffHost
  /** SGLang: the place is reserved before the prompt is computed. */
  readonly #isDestinationFirst: boolean
  readonly #transferMs: (request: number, reservedTokens: number) => number
  /** Request and kind of what is to be done now, in order: request · 8 + kind. */
  readonly #pending: number[] = []
  #next = 0
  readonly #parkedForPrefill: number[] = []
  readonly #parkedForDecode: number[] = []
  readonly #reservedTokens: Int32Array
  /** Hand-offs are numbered by arrival: that orders transfers that end together. */
  readonly #number: Int32Array
  readonly #requestOf: number[] = []
  #open = 0

  constructor(host: HandOffHost, prefillArgs: EngineArgs) {
    this.#host = host
    this.#isDestinationFirst = prefillArgs.engine_type === 'sglang'
    this.#transferMs = transferDelay(prefillArgs, host.workload)
    this.#reservedTokens = new Int32Array(host.workload.requestCount)
    this.#number = new Int32Array(host.workload.requestCount)
  }

  /** No request is on its way, nor held after its last token. */
  get isIdle(): boolean {
    return this.#open === 0
  }

  /** Something is still to be done in this very moment. */
  get arePending(): boolean {
    return this.#pending.length > 0
  }

  /** Requests wait for a pool that has no instance. */
  get areParked(): boolean {
    return this.#parkedForPrefill.length > 0 || this.#parkedForDecode.length > 0
  }

  start(request: number): void {
    this.#number[request] = this.#requestOf.length
    this.#requestOf.push(request)
    this.#open++
    this.#push(request, this.#isDestinationFirst ? RESERVE : SUBMIT)
  }

  /** Prefill has finished a prompt and keeps its KV cache. */
  held(request: number): void {
    this.#push(request, this.#isDestinationFirst ? TRANSFER : RESERVE)
  }

  transferred(number: number): void {
    this.#push(this.#requestOf[number]!, ACTIVATE)
  }

  poolReady(isPrefill: boolean): void {
    const parked = isPrefill ? this.#parkedForPrefill : this.#parkedForDecode
    for (const request of parked) this.#push(request, isPrefill ? SUBMIT : RESERVE)
    parked.length = 0
  }

  /** The pass an instance was in is over: what waited for that is due. */
  passEnded(instance: Instance16): void {
    if (instance.deferred.length === 0) return
    this.#pending.push(...instance.deferred)
    instance.deferred.length = 0
  }

  /** A decode instance is between passes: its first accepted request may get its blocks now. */
  retryReservation(instance: Instance16): void {
    const destination = instance.scheduler.destination!
    const request = destination.tryReserve()
    if (request < 0) return
    this.#reservedTokens[request] = destination.reservedTokens
    this.#push(request, this.#isDestinationFirst ? SUBMIT : TRANSFER)
  }

  /** True if there was something to do. */
  runPending(): boolean {
    if (this.#pending.length === 0) return false
    while (this.#next < this.#pending.length) {
      const action = this.#pending[this.#next++]!
      this.#run(Math.floor(action / KINDS), action % KINDS)
    }
    this.#pending.length = 0
    this.#next = 0
    return true
  }

  /** A decode instance accepts a request the router sent there. */
  accept(request: number, instance: Instance16): void {
    const destination = instance.scheduler.destination!
    const maxOutput = this.#host.workload.outputLength[request]!
    if (destination.refuses(request, maxOutput)) {
      this.#refused(request)
      return
    }
    destination.accept(request, maxOutput)
    if (!instance.isBusy) this.retryReservation(instance)
  }

  /** Prefill rejected the request. */
  rejected(request: number): void {
    if (this.#isDestinationFirst) this.#push(request, CANCEL_DESTINATION)
    else this.#open--
  }

  /** The decode instance refused it: a prompt that was computed already is let go. */
  #refused(request: number): void {
    this.#host.refused(request)
    if (this.#isDestinationFirst) this.#open--
    else this.#push(request, RELEASE)
  }

  #push(request: number, kind: number): void {
    this.#pending.push(request * KINDS + kind)
  }

  #run(request: number, kind: number): void {
    const host = this.#host
    if (kind === SUBMIT) {
      if (!host.placeForPrefill(request)) this.#parkedForPrefill.push(request)
    } else if (kind === RESERVE) {
      if (!host.placeForDecode(request)) this.#parkedForDecode.push(request)
    } else if (kind === TRANSFER) this.#transfer(request)
    else if (kind === ACTIVATE) this.#activate(request)
    else if (kind === RELEASE) this.#release(request)
    else if (kind === CANCEL_DESTINATION) this.#cancelDestination(request)
    else this.#complete(request)
  }

  #transfer(request: number): void {
    const delayMs = this.#transferMs(request, this.#reservedTokens[request]!)
    if (delayMs > 0) this.#host.heap.push(this.#host.now() + delayMs, TRANSFER_DONE, this.#number[request]!)
    else this.#push(request, ACTIVATE)
  }

  #activate(request: number): void {
    const instance = this.#host.decodeInstance(request)!
    if (instance.isBusy) {
      instance.deferred.push(request * KINDS + ACTIVATE)
      return
    }
    instance.scheduler.destination!.activate(request)
    this.#host.activated(instance)
    this.#push(request, RELEASE)
    this.retryReservation(instance)
  }

  #release(request: number): void {
    const instance = this.#host.prefillInstance(request)!
    if (instance.isBusy) {
      instance.deferred.push(request * KINDS + RELEASE)
      return
    }
    instance.scheduler.releaseSource(request)
    this.#push(request, COMPLETE)
  }

  #cancelDestination(request: number): void {
    const instance = this.#host.decodeInstance(request)!
    if (instance.isBusy) {
      instance.deferred.push(request * KINDS + CANCEL_DESTINATION)
      return
    }
    instance.scheduler.destination!.cancel(request)
    this.#open--
    this.#host.destinationCancelled(request, instance)
    this.retryReservation(instance)
  }

  #complete(request: number): void {
    this.#open--
    this.#host.sourceReleased(request, this.#host.prefillInstance(request)!)
  }
}

/** KV transfer from prefill to decode in ms; nothing where the prefill engine's args do not say how fast it is. */
function transferDelay(
  args: EngineArgs,
  {inputLength}: Workload,
): (request: number, reservedTokens: number) => number {
  const {kv_bytes_per_token: bytes, kv_transfer_bandwidth: bandwidth} = args
  if (bytes === null || bandwidth === null || bandwidth <= 0) return () => 0
  const isMissingOnly = args.kv_transfer_timing_mode === 'destination_missing'
  return (request, reservedTokens) => {
    const tokens = isMissingOnly ? reservedTokens : inputLength[request]!
    return ((tokens * bytes) / (bandwidth * 1e9)) * 1000
  }
}
