import type {PoolName} from '../../config/scenario.ts'

/**
 * Everything a finished (or stopped) engine run leaves behind, as columns: reports and pictures are computed
 * from this alone. Recording never changes a run.
 */
export interface EngineRecord {
  readonly requests: RequestColumns
  readonly tokenGaps: TokenGaps
  readonly workers: readonly InstanceRecord[]
  /** By instance, in the order of `workers`. */
  readonly loads: InstanceLoads
  readonly requestEvents: RequestEvents
  /** Time of the last processed event, ms. */
  readonly endMs: number
  /** Of generation 1.6. */
  readonly totals?: EngineTotals
}

/** What generation 1.6 adds up over a run. */
export interface EngineTotals {
  /** Tokens of passes that ended, of requests that had prompt tokens in them; what was computed twice counts twice. */
  readonly committedPrefillTokens: number
  /** Instances, starting and draining ones included, times the time they were there, up to the last event. */
  readonly prefillWorkerSeconds: number
  readonly decodeWorkerSeconds: number
}

/** One entry per request of the workload, in file order, or for a sample of them. Times in ms; NaN = did not happen. */
export interface RequestColumns extends Partial<RequestOutcomes> {
  readonly count: number
  readonly arrivalMs: Float64Array
  /** Start of the pass that first admitted it. */
  readonly firstAdmitMs: Float64Array
  readonly firstTokenMs: Float64Array
  readonly secondTokenMs: Float64Array
  readonly lastTokenMs: Float64Array
  readonly inputLength: Int32Array
  readonly outputLength: Int32Array
  readonly emittedTokens: Int32Array
  /** Prompt tokens found in the prefix cache: the maximum over admissions (engine.md 6.6). */
  readonly reusedTokens: Int32Array
  readonly preemptions: Int32Array
  /** Instance that produced the tokens, and in disaggregated runs the one that did the prefill; -1 = none. */
  readonly workerId: Int32Array
  readonly prefillWorkerId: Int32Array
  /** Order in which requests arrived: sums run in this order (engine.md 11.4). */
  readonly arrivalOrder: Int32Array
  /** The rows are a sample, in the order of the trace; absent = all requests of the workload are here. */
  readonly sampled?: RequestSampling
}

export interface RequestSampling {
  /** Requests that it was taken from. */
  readonly of: number
  /** Place of each row's request among all of them. */
  readonly number: Int32Array
}

/** Of generation 1.6, where requests can end otherwise than by completing. */
export interface RequestOutcomes {
  /** End of the request, ms; NaN = it did not end. */
  readonly terminalMs: Float64Array
  /** 0 = not over, 1 = completed, 2 = rejected by an instance, 3 = refused by the decode pool. */
  readonly status: Uint8Array
  /** Prompt tokens found in the prefix cache at the first admission. */
  readonly firstReusedTokens: Int32Array
}

/** Gaps between consecutive tokens, run-length coded: `count[i]` gaps of `gapMs[i]`, i < length. */
export interface TokenGaps {
  readonly length: number
  readonly gapMs: Float64Array
  readonly count: Uint32Array
}

/** Life of one serving instance. Times in ms; null = did not happen. */
export interface InstanceRecord {
  readonly id: number
  readonly component: PoolName
  /** Start was requested (0 for initial instances). */
  readonly requestedMs: number
  /** Began to serve. */
  readonly readyMs: number | null
  /** Marked for removal, or its start was cancelled. */
  readonly drainMs: number | null
  /** Ceased to exist. */
  readonly exitMs: number | null
  readonly passes: number
  /** Sum of pass times. */
  readonly busyMs: number
}

/**
 * How busy each instance was, in bins of simulated time. Instance i has the bins `offset[i]` up to `offset[i + 1]`, the
 * first of them at `firstBin[i] * binMs`; after the last of them it ran no pass.
 */
export interface InstanceLoads {
  readonly binMs: number
  readonly offset: Int32Array
  readonly firstBin: Int32Array
  /** Time in passes, ms. */
  readonly busyMs: Float64Array
  /** Most requests left waiting on the instance by a pass, as it reports its queue. */
  readonly queued: Int32Array
  /** Highest share of KV blocks in use after a pass. */
  readonly kvShare: Float64Array
}

/** What happened to requests besides the times of `RequestColumns`; in order of time for each request on an instance. */
export interface RequestEvents {
  readonly chunks: PrefillChunks
  readonly preemptions: Preemptions
  /** Absent = no request was sent again. */
  readonly migrations?: Migrations
}

/** Parts of prompts computed, one per request and pass; after a pre-emption the prompt is computed again. */
export interface PrefillChunks {
  readonly length: number
  readonly request: Int32Array
  /** Of the pass, ms. */
  readonly startMs: Float64Array
  /** Of the prompts' part of the pass. */
  readonly endMs: Float64Array
  readonly tokens: Int32Array
  /** 1 = on an instance of the prefill pool of a disaggregated fleet. */
  readonly onPrefill: Uint8Array
}

/** Requests whose instance was ended at its draining limit, and which were sent again. */
export interface Migrations {
  readonly length: number
  readonly request: Int32Array
  readonly atMs: Float64Array
  /** Number of the instance that was ended, within its pool. */
  readonly instance: Int32Array
  readonly onPrefill: Uint8Array
  /** Tokens the request had emitted, which its prompt then ends with. */
  readonly tokens: Int32Array
}

export interface Preemptions {
  readonly length: number
  readonly request: Int32Array
  /** Start of the pass in which the request lost its KV blocks, ms. */
  readonly atMs: Float64Array
  readonly onPrefill: Uint8Array
}
