import type {WorkloadOptions} from '../trace/parsed-trace.ts'

/** Columns over more requests than this, and the copies that results take, come near the 2 GB a browser tab is sure of. */
export const STREAMED_ABOVE = 1_000_000

/** From which size on a file is read in pieces, and how many requests are not kept. */
export interface StreamLimits {
  readonly above: number
  readonly fileBytes: number
}

/** A million rows have several times as many bytes, compressed or not. */
export const STREAM_LIMITS: StreamLimits = {above: STREAMED_ABOVE, fileBytes: 4 * 2 ** 20}

/** Whether all rows of a file are replayed as they stand, which alone can be done a piece at a time. */
export function isWholeFile({traceFormat = {}, traceSelection = {}, traceSeed}: WorkloadOptions): boolean {
  const isWhole = Object.values(traceSelection).every(value => value === undefined)
  return isWhole && traceSeed === undefined && traceFormat.leaveOut === undefined
}
