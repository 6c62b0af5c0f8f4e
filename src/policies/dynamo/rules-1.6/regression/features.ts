import type {PassShape} from '../pass-times/forward-pass.ts'

/** What an instance does in a fleet. */
export type InstanceRole = 'prefill' | 'decode' | 'aggregated'

/** Kinds of passes that are learned apart from each other. */
export type StoreKind = 'pure_decode' | 'contains_locally_mixed' | 'pure_prefill'

/** The stores of each role, in the reference's order. */
export const STORES: Record<InstanceRole, readonly StoreKind[]> = {
  prefill: ['pure_prefill'],
  decode: ['pure_decode'],
  aggregated: ['pure_decode', 'contains_locally_mixed', 'pure_prefill'],
}

export interface PassFeatures {
  readonly store: StoreKind
  /** Pairs of tokens that attend to each other, and context read. */
  readonly attention: number
  /** Tokens that go through the feed-forward layers. */
  readonly tokens: number
}

/** `empty`: nothing was scheduled. `invalid`: the reference fails on such a pass. */
export type PassReading = PassFeatures | 'empty' | 'invalid'

/** Features of the scheduled part of a pass (planner-1.6.md 6.2). */
export function readFeatures(role: InstanceRole, pass: PassShape): PassReading {
  const {prefillRequests, prefillTokens, prefillKvTokens, decodeRequests, decodeKvTokens} = pass
  const hasPrefill = prefillTokens > 0
  const hasDecode = decodeRequests > 0
  if (prefillRequests === 0 && (hasPrefill || prefillKvTokens > 0)) return 'invalid'
  if (!hasDecode && decodeKvTokens > 0) return 'invalid'
  if (role === 'prefill' && hasDecode) return 'invalid'
  if (role === 'decode' && hasPrefill) return 'invalid'
  if (!hasPrefill && !hasDecode) return 'empty'
  const pairs = hasPrefill
    ? (prefillKvTokens * prefillTokens) / prefillRequests +
      (prefillTokens * prefillTokens) / (2 * prefillRequests) +
      prefillTokens / 2
    : 0
  const context = hasPrefill ? prefillKvTokens : 0
  switch (role) {
    case 'prefill':
      return {store: 'pure_prefill', attention: context + pairs, tokens: prefillTokens}
    case 'decode':
      return {store: 'pure_decode', attention: decodeKvTokens, tokens: decodeRequests}
    case 'aggregated':
      return {
        store: storeOf(hasPrefill, hasDecode),
        attention: context + decodeKvTokens + pairs,
        tokens: prefillTokens + decodeRequests,
      }
  }
}

function storeOf(hasPrefill: boolean, hasDecode: boolean): StoreKind {
  if (!hasPrefill) return 'pure_decode'
  return hasDecode ? 'contains_locally_mixed' : 'pure_prefill'
}
