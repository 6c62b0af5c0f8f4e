/** A batch whose requests get a token in every pass. The first of them, `together`, had their last token at one moment, `lastMs`. */
export interface BatchInStep {
  readonly size: number
  /** Their tokens. */
  readonly total: number
  readonly together: number
  readonly lastMs: number
}

/** A batch of whose last tokens nothing is known. */
export function batchOf(requests: readonly {readonly length: number}[]): BatchInStep {
  let total = 0
  for (let i = 0; i < requests.length; i++) total += requests[i]!.length
  return {size: requests.length, total, together: 0, lastMs: Number.NaN}
}
