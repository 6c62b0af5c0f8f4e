import type {TokenRuns} from '../sglang-1.2/token-runs.ts'
import type {SglangSequence} from './sglang-sequence.ts'
import type {TokenPool} from './token-pool.ts'

/** Above this many waiting requests SGLang finds the ordering too dear and leaves it. */
export const MOST_ORDERED = 128

/** Up to this many cached tokens a request is compared with the others that wait. */
const SHORT_MATCH = 32

/**
 * Longest cached prefix first (sglang-trtllm-1.6.md 1.3): of several waiting requests that begin alike and find little in
 * the cache, all but the first are put last; once the first has run they find the prefix there.
 */
export function longestPrefixFirst(
  waiting: readonly SglangSequence[],
  {pool, tokens}: {readonly pool: TokenPool; readonly tokens: TokenRuns},
): SglangSequence[] {
  const compared = pool.pagesFor(SHORT_MATCH)
  const firsts: number[] = []
  const ranked = waiting.map(sequence => {
    const {name, length} = sequence
    const matched = pool.cachedTokens(name, length)
    let isLate = false
    if (matched <= SHORT_MATCH && length >= compared) {
      isLate = firsts.some(other => tokens.firstDifference(name, other, 0, compared) === compared)
      if (!isLate) firsts.push(name)
    }
    return {sequence, matched, isLate}
  })
  ranked.sort((a, b) => Number(a.isLate) - Number(b.isLate) || b.matched - a.matched)
  return ranked.map(({sequence}) => sequence)
}
