import type {RequestSource} from '../../trace/streamed/request-source.ts'
import type {RequestColumns} from '../record/record.ts'
import type {RequestSlots} from './request-slots.ts'

/** A run that keeps no columns over its requests: where they come from, and who is told what became of them. */
export interface StreamedRequests {
  readonly source: RequestSource
  readonly slots: RequestSlots
  readonly sink: RequestSink
}

export interface RequestSink {
  /**
   * A request completed, as row `slot` of the columns says until this returns; told in order of arrival.
   * @param number its place in the trace
   */
  finished(requests: RequestColumns, slot: number, number: number): void
  /** Gaps between tokens, in the order of `TokenGaps`. */
  gaps(gapMs: number, count: number): void
  /** Some of the requests, for pictures. */
  sample(): RequestColumns
}
