import type {PassFigures} from './record/pass-figures.ts'
import type {PlanBounds, PlannedPasses} from './scheduler.ts'
import type {StopLog} from './stretch/stop-log.ts'
import type {KvEventLog} from './vllm-1.6/kv-event-log.ts'

/**
 * The batching scheduler of one instance, generation 1.6: vLLM's, SGLang's or TensorRT-LLM's. The loop around it is the
 * same for all. Against 1.2's contract (`scheduler.ts`) requests can be rejected or complete without a token, a pass can
 * turn out to have done nothing, and prompts can go from one instance to another.
 */
export interface Scheduler16 {
  /** A request arrives at this instance. */
  receive(request: number, maxOutput: number): void
  /** There is something to run. */
  readonly hasRequests: boolean
  /** Nothing of any request is left here, held prompts and reserved places included. */
  readonly isEmpty: boolean
  /** Runs one pass starting at `nowMs`; the outcome stays valid until the next pass. */
  executePass(nowMs: number): PassOutcome16
  /**
   * As `Scheduler.runSteadyPasses`; the outcome then is that of the last such pass, but for `decodeTokens`, which are
   * those of all of them. Where it has signals, it was a single pass, in which requests completed.
   */
  runSteadyPasses(nowMs: number, horizonMs: number): number
  /**
   * As `Scheduler.planSteadyPasses`; null for passes in which blocks are completed or taken, or requests complete. The outcome is that of
   * the last pass that was told of, as after `runSteadyPasses`.
   */
  planSteadyPasses?(nowMs: number, bounds: PlanBounds): PlannedPasses | null
  /** As `Scheduler.runThrough`, but for passes in which requests complete; the outcome is as after `runSteadyPasses`. */
  runThrough?(stops: StopLog): boolean
  readonly steadyPasses: number
  readonly lastSteadyStartMs: number
  readonly outcome: PassOutcome16
  /** Share of the KV blocks (or token slots) that requests hold now. */
  readonly kvShare: number
  // Gauges, as in `Scheduler`.
  readonly waitingRequests: number
  readonly runningRequests: number
  readonly residentRequests: number
  /** What came into its cache and went since the log was last cleared; null if no router asked. */
  readonly kvEvents: KvEventLog | null
  /** The instance is ended: what passes did is all told. Left out by those that tell it as it happens. */
  retire?(): void
  /** Calls back for the stretches of identities in its cache. Left out by those that tell no router. */
  eachStretch?(visit: (first: number, count: number) => void): void
  /** Of a prefill instance: gives back the KV cache of a request whose destination has it. */
  releaseSource(request: number): void
  /** Of a decode instance; null elsewhere. */
  readonly destination: Destination | null
}

/** The part of a decode instance that takes in prompts computed elsewhere (disagg-1.6.md 4). */
export interface Destination {
  /** The request can never be served here. */
  refuses(request: number, maxOutput: number): boolean
  accept(request: number, maxOutput: number): void
  /** Reserves blocks for the first accepted request; that request, or -1. */
  tryReserve(): number
  /** Tokens of the blocks taken fresh by the last `tryReserve`. */
  readonly reservedTokens: number
  activate(request: number): void
  /** Forgets a request that was accepted or reserved and will not come. */
  cancel(request: number): void
}

/** What became of a request in a pass. */
export const FIRST_TOKEN = 0
export const COMPLETED = 1
export const REJECTED = 2

/** What one forward pass did. One object per instance, reused. Token counts unless said otherwise. */
export interface PassOutcome16 extends PassFigures {
  readonly endMs: number
  /** It admitted, pre-empted, scheduled or signalled something. */
  readonly hadEffect: boolean
  /** Requests that emitted their first token, finished or were rejected, in order, and which of these. */
  readonly signals: readonly number[]
  readonly signalKinds: readonly number[]
  /** Requests among them that leave the instance. */
  readonly completedCount: number
  /** Tokens emitted by its decode part. */
  readonly decodeTokens: number
  readonly sumPrefillKvTokens: number
}
