import type {Ms} from '../core/units.ts'

/**
 * What a policy may see of an engine, and what its driver does to it. The engine knows no policy: `src/scaling` drives
 * this interface (planner.md 0, engine.md 10).
 */
export interface ReplayEngine {
  /**
   * Processes events with time <= `untilMs`, at most about `maxEvents` of them.
   * @returns true when all of them are done, false when it stopped early and wants to be called again
   * @throws RunError where the reference would loop for ever
   */
  runUntil(untilMs: Ms, maxEvents: number): boolean
  /**
   * Moves the clock to a moment up to which everything is processed, for policies that act by the clock and not, as the
   * reference's planner did in 1.2.1, at the last event.
   */
  standAt(atMs: Ms): void
  /**
   * Processes all events there are, at most about `maxEvents` of them.
   * @returns true when the workload is over
   * @throws RunError where requests are left and nothing is going to happen
   */
  runToEnd(maxEvents: number): boolean
  /** State after the last `runUntil`, with all passes started since the last `observe`. Empties that buffer. */
  observe(): EngineObservation
  /** Absolute target counts. Aggregated fleets use `decode` and ignore `prefill`. */
  applyScaling(target: {readonly prefill: number; readonly decode: number}): void
  /** Traffic completed since the last drain; starts a new window. */
  drainTraffic(): TrafficWindow
  /** Requests completed so far, for progress. */
  readonly completedRequests: number
}

export interface EngineObservation {
  /** Time of the last processed event, not the time asked for. */
  readonly nowMs: Ms
  /** Nothing in flight, nothing to come. */
  readonly isDone: boolean
  /** Aggregated instances appear under `decode`; `prefill` is then empty. */
  readonly prefill: PoolObservation
  readonly decode: PoolObservation
  readonly fleet: FleetObservation
}

/** Counters in front of the pools, since the start, as a router's metrics endpoint would show them. */
export interface FleetObservation {
  readonly arrivedRequests: number
  readonly completedRequests: number
  /** Requests that arrived and have no first token yet. */
  readonly requestsWithoutToken: number
  /** First tokens by bucket of their time (`record/first-tokens.ts`). The engine's own array: it goes on counting. */
  readonly ttftBuckets: Float64Array
}

export interface PoolObservation {
  /** Serving instances: without starting and draining ones. */
  readonly activeCount: number
  /** All existing instances. */
  readonly totalCount: number
  readonly startingCount: number
  readonly drainingCount: number
  /** Passes in execution order, all instances interleaved. Valid until the next `runUntil`. */
  readonly passes: ForwardPasses

  // Gauges, worked out when they are read, so that whoever does not look pays nothing. Valid until the next `runUntil`.
  /** Requests on instances, draining ones included, that are not in a batch. */
  readonly waitingRequests: number
  /** Requests on instances, draining ones included, that are in a batch, until the end of their last pass. */
  readonly runningRequests: number
  /** Requests that hold KV blocks: the running ones, and waiting ones of which a part is computed. */
  readonly residentRequests: number
  /** Mean share of KV blocks in use over serving instances; 0 if there are none. */
  readonly kvShare: number
  /** Requests that wait in the router, on no instance yet. */
  readonly routerQueue: number
  /** Every existing instance, by ascending id. */
  instances(): readonly InstanceGauges[]
}

export type InstanceState = 'starting' | 'active' | 'draining'

/** One instance as a metrics endpoint would show it. */
export interface InstanceGauges {
  readonly id: number
  readonly state: InstanceState
  readonly waiting: number
  readonly running: number
  readonly resident: number
  /** Share of its KV blocks that requests hold, as the pass under way leaves it. */
  readonly kvShare: number
}

/**
 * Forward-pass snapshots as columns (engine.md 5.8); index 0 … count-1. Variances, which no planner reads, are
 * left out.
 */
export interface ForwardPasses {
  readonly count: number
  /** Rows in the order of execution; null or absent = as they stand. */
  readonly order?: Int32Array | null
  readonly instanceId: Int32Array
  /** Seconds. */
  readonly wallTimeS: Float64Array
  readonly numPrefillRequests: Int32Array
  readonly sumPrefillTokens: Float64Array
  /** Of generation 1.6: tokens of these prompts that were there before. */
  readonly sumPrefillKvTokens?: Float64Array
  readonly numDecodeRequests: Int32Array
  readonly sumDecodeKvTokens: Float64Array
  readonly numQueuedPrefill: Int32Array
  readonly sumQueuedPrefillTokens: Float64Array
  readonly numQueuedDecode: Int32Array
  readonly sumQueuedDecodeKvTokens: Float64Array
}

/** Traffic counted at completion (engine.md 10.3). Means are 0 where nothing was counted. */
export interface TrafficWindow {
  /** Seconds from the previous drain's event time to this one's. */
  readonly durationS: number
  readonly numReq: number
  /** Tokens. */
  readonly avgIsl: number
  readonly avgOsl: number
  readonly avgTtftMs: number
  readonly avgItlMs: number
  readonly avgKvHitRate: number
  /** Of generation 1.6: how many values each average is of. Its `numReq` counts arrivals, not completions. */
  readonly counts?: TrafficCounts
}

export interface TrafficCounts {
  /** Completed requests: behind `avgIsl` and `avgOsl`. */
  readonly shapes: number
  readonly ttfts: number
  readonly itls: number
  readonly hitRates: number
  /** Tokens of decode steps. */
  readonly decodeTokens: number
}
