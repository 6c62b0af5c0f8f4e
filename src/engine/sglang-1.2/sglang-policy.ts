import {RadixCache} from './radix-cache.ts'
import type {SglangSequence} from './sglang-sequence.ts'
import type {TokenRuns} from './token-runs.ts'

/** Above this many waiting requests SGLang finds the ordering too dear and leaves it. */
export const MOST_ORDERED = 128

/** Up to this many cached tokens a request is compared with the others that wait. */
const SHORT_MATCH = 32

/**
 * Longest cached prefix first (engine.md 7.3, step 1). Of several waiting requests that share a prefix which is not
 * cached yet, all but the first are put last: once the first has run they find the prefix in the cache.
 */
export function longestPrefixFirst(
  waiting: readonly SglangSequence[],
  {cache, tokens, page}: {cache: RadixCache; tokens: TokenRuns; page: number},
): SglangSequence[] {
  const postponed = new Set<SglangSequence>()
  let among: RadixCache | null = null
  for (const sequence of waiting) {
    const {name, length} = sequence
    if (sequence.matchVersion !== cache.version) {
      sequence.matched = cache.cachedTokens(name, length)
      sequence.matchVersion = cache.version
    }
    if (sequence.matched > SHORT_MATCH) continue
    among ??= new RadixCache(page, tokens)
    if (among.cachedTokens(name, length) >= SHORT_MATCH) postponed.add(sequence)
    else among.insert(among.root, name, length - (length % page))
  }
  const late = (sequence: SglangSequence) => (postponed.has(sequence) ? 1 : 0)
  return waiting.toSorted((a, b) => late(a) - late(b) || b.matched - a.matched)
}
