/**
 * What the planner is told of one forward pass of one rank of an instance (planner-1.6.md 4.1). Requests and tokens
 * are whole numbers. `prefillKvTokens` is context that was already there: cached prefix and earlier chunks.
 */
export interface ForwardPass {
  readonly instanceId: number
  readonly dpRank: number
  readonly wallTimeS: number
  readonly prefillRequests: number
  readonly prefillTokens: number
  readonly prefillKvTokens: number
  readonly decodeRequests: number
  readonly decodeKvTokens: number
  readonly queuedPrefillRequests: number
  readonly queuedPrefillTokens: number
  readonly queuedDecodeRequests: number
  readonly queuedDecodeKvTokens: number
}

/** The part of a pass that decides how long it takes. */
export type PassShape = Pick<
  ForwardPass,
  'prefillRequests' | 'prefillTokens' | 'prefillKvTokens' | 'decodeRequests' | 'decodeKvTokens'
>

/** The reference sorts ids as text, "10" before "2", and sums and trains in that order. */
export function inIdOrder(passes: readonly ForwardPass[]): readonly ForwardPass[] {
  return [...passes].sort((a, b) => {
    if (a.instanceId === b.instanceId) return a.dpRank - b.dpRank
    return String(a.instanceId) < String(b.instanceId) ? -1 : 1
  })
}

/** A pass of nothing: what an instance reports that finished none for a second, or an empty question. */
export const EMPTY_SHAPE: PassShape = {
  prefillRequests: 0,
  prefillTokens: 0,
  prefillKvTokens: 0,
  decodeRequests: 0,
  decodeKvTokens: 0,
}
