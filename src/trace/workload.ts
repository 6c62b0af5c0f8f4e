import type {RequestGraph} from './request-graph.ts'

/**
 * A request trace ready to replay: columns over requests (a request is one turn of a session), in file order.
 * Times are milliseconds after normalisation and arrival speed-up (engine.md 1.3-1.5).
 */
export interface Workload {
  readonly requestCount: number
  readonly sessionCount: number
  /** Tokens per request, after clamping to the hash capacity. Int32, > 0. */
  readonly inputLength: Int32Array
  /** Tokens that the hash ids stand for, where prompts can come to be longer than that; absent = `inputLength`. */
  readonly hashedLength?: Int32Array
  /** Tokens per request. Int32, > 0. */
  readonly outputLength: Int32Array
  /** Release time of first turns, ms from the first arrival; NaN for later turns. */
  readonly arrivalMs: Float64Array
  /** Later turns: wait after the completion of the previous turn, ms; 0 for first turns. */
  readonly delayMs: Float64Array
  /** Session of each request, numbered by first appearance. */
  readonly session: Int32Array
  /** Turn number within the session, from 0. */
  readonly turn: Int32Array
  /** Request index of the session's next turn, or -1. */
  readonly nextTurn: Int32Array
  /** First turns in release order: by (time, session). */
  readonly releaseOrder: Int32Array
  /** `hashIds[hashStart[r] .. hashStart[r+1]]`: low 32 bits of the hash ids of request r (engine.md 1.2). */
  readonly hashStart: Uint32Array
  readonly hashIds: Uint32Array
  /** Tokens one hash id stands for. */
  readonly traceBlockSize: number
  /** The prompt of a later turn begins with the prompt and the answer of the turn before; absent = it says so itself. */
  readonly accumulates?: boolean
  /** What requests wait for in an agentic trace of 1.6.1; only its roots have an arrival. */
  readonly graph?: RequestGraph
}
