import type {Workload} from '../workload.ts'

/** A request that is about to come. */
export interface NextRequest {
  /** Tokens of the next request. */
  readonly nextInputLength: number
  readonly nextOutputLength: number
  /** Its place among all requests as the trace has them, from 0. */
  readonly nextNumber: number
  /** What prompts have in common, until another one's is asked for; null = no two of them share a block. */
  readonly prefixes: NextPrefix | null
  /** Goes on to the request after it. */
  skip(): void
}

/** Requests one after the other in order of arrival, none of which is kept: of sessions their first turns. Used up by one run. */
export interface RequestSource extends NextRequest {
  /** Of all turns. */
  readonly requestCount: number
  /** Over all requests. */
  readonly inputTokens: number
  readonly outputTokens: number
  /** About, where gaps between arrivals are drawn. */
  readonly lastArrivalMs: number
  /** As columns, those requests that no other exceeds in prompt or in total. */
  readonly largest: Pick<Workload, 'requestCount' | 'inputLength' | 'outputLength'>
  /** Arrival of the next request, ms from the first arrival; Infinity after the last. */
  readonly nextMs: number
  /** Sessions of several turns. */
  readonly sessions: number
  /** The turns that follow the next request; null = it is its session's only one. Asked for once of each. */
  nextSession(): LaterTurns | null
}

/** Turns of a session under way that are still to come, one after the other. */
export interface LaterTurns extends NextRequest {
  /** Place of the session among all, in order of arrival. */
  readonly session: number
  /** Wait of the next turn after the end of the one before it, ms. */
  readonly nextDelayMs: number
  /** None is left. */
  readonly isOver: boolean
}

/** The prompt of the next request by hash ids, `hashIds[nextHash ..]`; low 32 bits of them. */
export interface NextPrefix {
  /** Tokens one hash id stands for. */
  readonly traceBlockSize: number
  readonly hashIds: Uint32Array
  readonly nextHash: number
  /** How many more hash ids prompts of later turns have that begin with all of this one; absent = none do. */
  readonly laterIds?: number
}
