import type {TimeUnit, TraceFormat} from '../config/trace-options.ts'
import type {RequestGraph} from './request-graph.ts'

/**
 * A trace file read and checked once, before everything that depends on the scenario: clamping to the trace
 * block size, normalisation and speed-up. Sweeps share one and derive a `Workload` per point.
 */
export interface ParsedTrace {
  readonly fileName: string
  readonly format: TraceFormat
  /** Sentences on what the file does not say or what was left out. */
  readonly notices: readonly string[]
  /** Tokens one hash id stands for, if the file says so itself; null = as the scenario says. */
  readonly traceBlockSize: number | null
  readonly prompts: PromptIdentity
  readonly requestCount: number
  readonly sessionCount: number
  /** Line of each request in the file, from 1. */
  readonly line: Uint32Array
  /** Tokens as written; infinite where absent, so that clamping gives the hash capacity. */
  readonly inputLengthGiven: Float64Array
  readonly outputLength: Int32Array
  /** The unit that numeric times were taken to be in, where neither file nor format says it; absent = it is said. */
  readonly guessedUnit?: TimeUnit
  /** ms as written; NaN where absent. */
  readonly timestampMs: Float64Array
  /** Wait of later turns after the previous completion, ms; 0 for first turns. */
  readonly delayMs: Float64Array
  readonly session: Int32Array
  readonly turn: Int32Array
  readonly nextTurn: Int32Array
  /** Request index of each session's first turn. */
  readonly firstTurn: Int32Array
  /** Names of the sessions that have one in the file; the others are `request_<line>`. */
  readonly sessionNames: ReadonlyMap<number, string>
  readonly hashStart: Uint32Array
  readonly hashIds: Uint32Array
  /** What requests wait for, where that is more than the turn before; each is then a session of its own. */
  readonly graph?: RequestGraph
}

/**
 * What is known of the prompts beside their length. `hashes`: ids of their blocks. `none`: nothing, so no two share a
 * block. `growing`: each turn repeats the prompt before it (engine.md 1.8).
 */
export type PromptIdentity = 'hashes' | 'none' | 'growing'
