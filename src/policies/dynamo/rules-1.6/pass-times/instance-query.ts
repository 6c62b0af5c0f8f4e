import type {InstanceRole} from '../regression/features.ts'
import type {PassShape} from './forward-pass.ts'

/** What a question about an instance is answered from. */
export interface InstanceQuery {
  readonly role: InstanceRole
  readonly limits: InstanceLimits
  readonly averages: LoadAverages
  readonly estimateS: PassTimeEstimator
}

/** Limits of one instance, as the queries need them (planner-1.6.md 2). */
export interface InstanceLimits {
  readonly maxBatchedTokens: number
  readonly maxSeqs: number
  readonly maxKvTokens: number
}

/** What a typical instance does, over the last passes observed. */
export interface LoadAverages {
  /** Fresh prompt tokens per request of a pass. */
  readonly isl: number
  /** KV tokens per decoding request. */
  readonly decodeLength: number
  readonly prefillRequests: number
  readonly prefillTokens: number
}

/** Seconds; 0 for a pass of nothing, null without an answer. */
export type PassTimeEstimator = (pass: PassShape) => number | null

/** Largest part of the prompt the prefix cache may be credited with. */
const MAX_HIT_RATE = 0.95

export function usableHitRate(kvHitRate: number | null): number {
  if (kvHitRate === null || Number.isNaN(kvHitRate)) return 0
  return Math.min(Math.max(kvHitRate, 0), MAX_HIT_RATE)
}

export function wholeUp(value: number): number {
  return value <= 0 ? 0 : Math.ceil(value)
}

/** Seconds for `tokens` cut into chunks; null where one has no answer. */
export function sumOverChunks(
  tokens: number,
  chunkTokens: number,
  passS: (tokens: number) => number | null,
): number | null {
  const full = Math.floor(tokens / chunkTokens)
  const rest = tokens % chunkTokens
  let sumS = 0
  if (full > 0) {
    const chunkS = passS(chunkTokens)
    if (chunkS === null) return null
    sumS += chunkS * full
  }
  if (rest > 0) {
    const restS = passS(rest)
    if (restS === null) return null
    sumS += restS
  }
  return sumS
}
