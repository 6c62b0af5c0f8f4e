import type {EngineArgs} from '../../config/scenario.ts'
import type {Workload} from '../../trace/workload.ts'
import type {EventQueue16} from './event-queue.ts'
import type {Instance16} from './instance.ts'
import {Numbered} from './numbered.ts'
import {TRANSFER_DONE} from './ranked-heap.ts'

/** What a hand-off can do next. */
const SUBMIT = 0
const RESERVE = 1
const TRANSFER = 2
const ACTIVATE = 3
const RELEASE = 4
const COMPLETE = 5
const CANCEL_DESTINATION = 6
const KINDS = 8

/** How far a hand-off has come: begun, left to the prefill pool, prompt computed, run by a decode instance, source released. */
const BEGUN = 0
const SUBMITTED = 1
const HELD = 2
const ACTIVE = 3
const DONE = 4

/** What hand-offs need of the cluster around them. */
export interface HandOffHost {
  readonly workload: Workload
  readonly heap: EventQueue16
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
  /** Nothing is left to do for the request here. */
  readonly closed: (request: number) => void
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
  /** null = they take no time. */
  readonly #transferMs: ((request: number, reservedTokens: number) => number) | null
  /** Hand-off and kind of what is to be done now, in order: number · 8 + kind. */
  readonly #pending: number[] = []
  #next = 0
  /** Numbers of hand-offs. */
  readonly #parkedForPrefill: number[] = []
  readonly #parkedForDecode: number[] = []
  readonly #reservedTokens: Int32Array
  /**
   * Hand-offs are numbered by arrival: that orders transfers that end together. A request that is sent again gets another number, and
   * what is still to come of the one before is left undone.
   */
  readonly #number: Int32Array
  readonly #requestOf = new Numbered()
  readonly #stage: Uint8Array
  /** Requests whose decode instance is gone, or whose prefill instance: they begin anew when the other has let go of them. */
  readonly #beginsAnew = new Set<number>()
  #open = 0

  constructor(host: HandOffHost, prefillArgs: EngineArgs) {
    this.#host = host
    this.#isDestinationFirst = prefillArgs.engine_type === 'sglang'
    this.#transferMs = transferDelay(prefillArgs, host.workload)
    this.#reservedTokens = new Int32Array(host.workload.requestCount)
    this.#number = new Int32Array(host.workload.requestCount)
    this.#stage = new Uint8Array(host.workload.requestCount)
  }

  /** No request is on its way, nor held after its last token. */
  get isIdle(): boolean {
    return this.#open === 0
  }

  get takesTime(): boolean {
    return this.#transferMs !== null
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
    this.#number[request] = this.#requestOf.add(request)
    this.#stage[request] = BEGUN
    this.#open++
    this.#push(request, this.#isDestinationFirst ? RESERVE : SUBMIT)
  }

  /** Prefill has finished a prompt and keeps its KV cache. */
  held(request: number): void {
    this.#stage[request] = HELD
    if (this.#beginsAnew.has(request)) this.#push(request, RELEASE)
    else this.#push(request, this.#isDestinationFirst ? TRANSFER : RESERVE)
  }

  transferred(number: number): void {
    this.#pending.push(number * KINDS + ACTIVATE)
  }

  /** Its decode instance has all it needs of the prompt. */
  hasActivated(request: number): boolean {
    return this.#stage[request]! >= ACTIVE
  }

  /** The prefill instance of a request that has not been activated is gone. */
  sourceLost(request: number): void {
    const isAlone = this.#host.decodeInstance(request) === undefined
    if (isAlone || this.#beginsAnew.has(request)) this.#beginAnew(request)
    else {
      this.#beginsAnew.add(request)
      this.#push(request, CANCEL_DESTINATION)
    }
  }

  /**
   * The decode instance of a request is gone. A prompt that is being computed is computed to its end: only then does the prefill
   * instance find that nobody is there to take it.
   */
  destinationLost(request: number): void {
    const stage = this.#stage[request]
    if (stage === DONE) this.start(request)
    else if (stage === BEGUN || this.#beginsAnew.has(request)) this.#beginAnew(request)
    else {
      this.#beginsAnew.add(request)
      if (stage === HELD) this.#push(request, RELEASE)
    }
  }

  #beginAnew(request: number): void {
    this.#beginsAnew.delete(request)
    this.#end(request)
    this.start(request)
  }

  #end(request: number): void {
    this.#open--
    this.#requestOf.drop(this.#number[request]!)
  }

  #close(request: number): void {
    this.#end(request)
    this.#host.closed(request)
  }

  poolReady(isPrefill: boolean): void {
    const parked = isPrefill ? this.#parkedForPrefill : this.#parkedForDecode
    for (const number of parked) this.#pending.push(number * KINDS + (isPrefill ? SUBMIT : RESERVE))
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
    if (instance.record.exitMs !== null) return
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
    const hasNoDestination = this.#beginsAnew.delete(request)
    if (this.#isDestinationFirst && !hasNoDestination) this.#push(request, CANCEL_DESTINATION)
    else this.#close(request)
  }

  /** The decode instance refused it: a prompt that was computed already is let go. */
  #refused(request: number): void {
    this.#host.refused(request)
    if (this.#isDestinationFirst) this.#close(request)
    else this.#push(request, RELEASE)
  }

  #push(request: number, kind: number): void {
    this.#pending.push(this.#number[request]! * KINDS + kind)
  }

  #run(number: number, kind: number): void {
    const host = this.#host
    const request = this.#requestOf.at(number)
    if (request < 0) return
    if (kind <= ACTIVATE && this.#beginsAnew.has(request)) return
    if (kind === SUBMIT) {
      if (host.placeForPrefill(request)) this.#stage[request] = SUBMITTED
      else this.#parkedForPrefill.push(number)
    } else if (kind === RESERVE) {
      if (!host.placeForDecode(request)) this.#parkedForDecode.push(number)
    } else if (kind === TRANSFER) this.#transfer(request)
    else if (kind === ACTIVATE) this.#activate(request)
    else if (kind === RELEASE) this.#release(request)
    else if (kind === CANCEL_DESTINATION) this.#cancelDestination(request)
    else this.#complete(request)
  }

  #transfer(request: number): void {
    const delayMs = this.#transferMs?.(request, this.#reservedTokens[request]!) ?? 0
    if (delayMs > 0) this.#host.heap.push(this.#host.now() + delayMs, TRANSFER_DONE, this.#number[request]!)
    else this.#push(request, ACTIVATE)
  }

  #activate(request: number): void {
    const instance = this.#host.decodeInstance(request)!
    if (instance.isBusy) {
      this.#defer(instance, request, ACTIVATE)
      return
    }
    this.#stage[request] = ACTIVE
    instance.scheduler.destination!.activate(request)
    this.#host.activated(instance)
    this.#push(request, RELEASE)
    this.retryReservation(instance)
  }

  #release(request: number): void {
    const instance = this.#host.prefillInstance(request)!
    if (instance.isBusy) {
      this.#defer(instance, request, RELEASE)
      return
    }
    instance.scheduler.releaseSource(request)
    this.#push(request, COMPLETE)
  }

  #cancelDestination(request: number): void {
    const instance = this.#host.decodeInstance(request)!
    if (instance.isBusy) {
      this.#defer(instance, request, CANCEL_DESTINATION)
      return
    }
    instance.scheduler.destination!.cancel(request)
    this.#end(request)
    this.#host.destinationCancelled(request, instance)
    this.retryReservation(instance)
    if (this.#beginsAnew.delete(request)) this.start(request)
    else this.#host.closed(request)
  }

  #complete(request: number): void {
    this.#end(request)
    this.#stage[request] = DONE
    this.#host.sourceReleased(request, this.#host.prefillInstance(request)!)
    if (this.#beginsAnew.delete(request)) this.start(request)
    else this.#host.closed(request)
  }

  #defer({deferred}: Instance16, request: number, kind: number): void {
    deferred.push(this.#number[request]! * KINDS + kind)
  }
}

/** KV transfer from prefill to decode in ms; null where the prefill engine's args do not say how fast it is. */
function transferDelay(
  args: EngineArgs,
  {inputLength}: Workload,
): ((request: number, reservedTokens: number) => number) | null {
  const {kv_bytes_per_token: bytes, kv_transfer_bandwidth: bandwidth} = args
  if (bytes === null || bandwidth === null || bandwidth <= 0) return null
  const isMissingOnly = args.kv_transfer_timing_mode === 'destination_missing'
  return (request, reservedTokens) => {
    const tokens = isMissingOnly ? reservedTokens : inputLength[request]!
    return ((tokens * bytes) / (bandwidth * 1e9)) * 1000
  }
}
