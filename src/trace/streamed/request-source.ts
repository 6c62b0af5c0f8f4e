import type {Workload} from '../workload.ts'

/** Requests one after the other in order of arrival, none of which is kept: each is a session of its own. Used up by one run. */
export interface RequestSource {
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
  /** Tokens of the next request. */
  readonly nextInputLength: number
  readonly nextOutputLength: number
  /** What prompts have in common; null = no two of them share a block. */
  readonly prefixes: NextPrefix | null
  /** Goes on to the request after it. */
  skip(): void
}

/** The prompt of the next request by hash ids, `hashIds[nextHash ..]`; low 32 bits of them. */
interface NextPrefix {
  /** Tokens one hash id stands for. */
  readonly traceBlockSize: number
  readonly hashIds: Uint32Array
  readonly nextHash: number
}
