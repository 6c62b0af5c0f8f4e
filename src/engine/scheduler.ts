import type {Upcoming} from './arrivals.ts'
import type {PassFigures} from './record/pass-figures.ts'
import type {MomentLog} from './stretch/moment-log.ts'
import type {PassesBetweenStops} from './stretch/planned-stops.ts'
import type {StopLog} from './stretch/stop-log.ts'

/**
 * The batching scheduler of one instance: vLLM's or SGLang's, of one release. The loop around it is the same for all
 * (`EngineGeneration` chooses). It knows its own requests and nothing of other instances, routers or the planner; it
 * pushes no events and keeps no clock.
 */
export interface Scheduler {
  /** A request arrives at this instance. */
  receive(request: number, maxOutput: number): void
  /** There is something to run. */
  readonly hasRequests: boolean
  /** Leading complete prompt blocks of a request that a KV router believes this instance has, from what it was told. */
  cachedBlocks(request: number): number
  /** The instance is gone: what passes did is all told, and what it told a router no longer holds. Left out by those with nothing to do. */
  retire?(): void
  /** Runs one pass starting at `nowMs`; the outcome stays valid until the next pass. */
  executePass(nowMs: number): PassOutcome
  /**
   * Runs passes that do nothing but give every running request one more token, as long as they end before
   * `horizonMs` and nothing else can happen: no admission, completion or pre-emption. A single one may end later. A pass in
   * which requests take new blocks is run alone.
   * @param observer told of each such pass, or null
   * @returns the time the next pass starts; `nowMs` when there was no such pass
   */
  runSteadyPasses(nowMs: number, horizonMs: number, observer: SteadyPassObserver | null): number
  /**
   * Plans such passes beyond moments at which nothing reaches this instance; null when there are none. The caller tells of
   * what then happens (`PlannedPasses.tell`) before anything else of this instance is called. Left out by those that cannot.
   */
  planSteadyPasses?(nowMs: number, bounds: PlanBounds): PlannedPasses | null
  /**
   * Of an instance that is alone: runs such passes through stops at which nothing reaches it, as long as its KV blocks in use stay as the first
   * of them leaves them. Left out by those that cannot.
   * @returns whether there were any
   */
  runThrough?(stops: StopLog, observer: SteadyPassObserver | null): boolean
  /** Something about this instance the user should know, or null. */
  readonly notice: string | null
  /** Share of the KV blocks (or token slots) that requests hold now. */
  readonly kvShare: number
  // Gauges: requests as the pass under way leaves them, those that finish in it being gone already.
  readonly waitingRequests: number
  readonly runningRequests: number
  /** Requests that hold KV blocks: the running ones, and waiting ones of which a part is computed. */
  readonly residentRequests: number
  /** Passes of the last `runSteadyPasses`. */
  readonly steadyPasses: number
}

/**
 * Passes that only decode, up to the next *stop* of the instance and beyond it. An instance stops where the reference's clock
 * ends its turn: at the end of the last pass before the next arrival anywhere or, where that arrival falls into its next
 * pass, at the end of that.
 */
export interface PlannedPasses {
  /** Stops that are planned, at least one, and the moment of each from the beginning of the column on; none before they are found, where `PlanBounds` do not say them. */
  readonly stops: number
  readonly stopsMs: Float64Array
  readonly plannedFromMs: number
  readonly plannedToMs: number
  /** Stops up to the end of the pass that is under way at `nowMs`, or ends then. */
  stopsUntil(nowMs: number): number
  /**
   * Finds the stops up to there by what has happened meanwhile.
   * @param later what comes first after now of what was known at a moment, in ms; null = not before the plan is over
   */
  findStops(moments: MomentLog, nowMs: number, later: ((ms: number) => number) | null): void
  /**
   * Tells of the passes up to so many stops; the rest does not happen.
   * @param rank the instance's among those that stop at one moment, for all but the first turn
   */
  tell(stops: number, rank: number, observer: SteadyPassObserver | null): void
  /** Told of by the last `tell`, and when the last of them began. */
  readonly passes: number
  readonly lastStartMs: number
}

export interface PlanBounds {
  /** Moments at which instances stop; null = they are not known yet. */
  readonly upcoming: Upcoming | null
  /** The clock stops here. */
  readonly untilMs: number
  /** Only the first stop may be here or later. */
  readonly boundMs: number
}

export interface SteadyPassObserver {
  steadyPass(startMs: number, endMs: number, requests: number, kvTokens: number): void
  /** The same of passes one after the other, the ends of which stand in a column; `kvTokens` are the first one's. */
  steadyPasses(startMs: number, endMs: Float64Array, passes: number, requests: number, kvTokens: number): void
}

/** Which passes are told of, and by whom. */
export interface ToldPasses {
  /** The first that is told of. */
  readonly first: number
  readonly stops: number
  /** Requests that emit a token in each of them. */
  readonly count: number
  /** The instance's among those that stop at one moment, from the first stop on. */
  readonly rank: number
}

/** What one forward pass did. One object per instance, reused. Token counts unless said otherwise. */
export interface PassOutcome extends PassFigures {
  readonly endMs: number
  /** Requests that finished in this pass. */
  readonly completedCount: number
  /** Requests that emitted their first token or finished, in emission order, and whether they finished. */
  readonly signals: readonly number[]
  readonly signalCompleted: readonly boolean[]
}

/** What a scheduler tells the recorder, as it happens. */
export interface PassObserver {
  admitted(request: number, atMs: number, reusedTokens: number): void
  token(request: number, atMs: number): void
  /** `count` requests emitted a token `gapMs` after their last one; `tokensUntil` follows for each of them. */
  gaps(gapMs: number, count: number): void
  /**
   * The gaps told from here on belong to passes that an instance of this rank began at this moment, which may lie back.
   * Nobody says so where gaps are told as they happen.
   */
  stoppedAt(atMs: number, rank: number): void
  /** `gaps` of passes one after the other, and `stoppedAt` for each stop but the last. */
  gapsBetweenStops(passes: PassesBetweenStops, told: ToldPasses): void
  /** A request emitted `tokens` more tokens, already told by `gaps`, the last of them at `atMs`. */
  tokensUntil(request: number, tokens: number, atMs: number): void
  /** A pass that began at `atMs` computes `tokens` of a prompt until `endMs`. */
  prefillChunk(request: number, atMs: number, endMs: number, tokens: number): void
  /** A request lost its KV blocks in the pass that began at `atMs`. */
  preempted(request: number, atMs: number): void
}
