import {median} from '../figures.ts'
import type {Candidate} from '../finding.ts'
import {firstAtOrAfter, type RunFacts} from '../run-facts.ts'
import {stepsOf} from '../scaling-events.ts'
import {clock, percent, plural} from '../words.ts'

const WINDOW_S = 120
const LEAST_STEPS = 3
/** Share of prompt tokens that must be missing in the median. */
const LEAST_LOSS = 0.1

/** A new instance starts with an empty prefix cache: prompts that were cached elsewhere are computed again. */
export function findPrefixCacheLost(facts: RunFacts): Candidate[] {
  const ups = stepsOf(facts).filter(step => step.isUp)
  const losses = ups.flatMap(({atS}) => {
    const before = reuse(facts, atS - WINDOW_S, atS)
    const after = reuse(facts, atS, atS + WINDOW_S)
    return before === null || after === null ? [] : [{before, after}]
  })
  if (losses.length < LEAST_STEPS) return []
  const before = median(losses.map(loss => loss.before))
  const after = median(losses.map(loss => loss.after))
  if (before - after < LEAST_LOSS) return []
  const [first, last] = [ups[0]!, ups[ups.length - 1]!]
  const text =
    `${clock(first.atS)}–${clock(last.atS)}: prefix reuse falls when the fleet grows. Over ` +
    `${plural(losses.length, 'scale-up')}, ${percent(before)} of prompt tokens were found in the cache in the two minutes ` +
    `before and ${percent(after)} in the two minutes after (medians).`
  const figures = {reuse_before: before, reuse_after: after, scale_ups: losses.length}
  const finding = {
    rule: 'prefix-cache-lost',
    from_s: first.atS,
    to_s: last.atS,
    text,
    figures,
  } as const
  const remedies = facts.scenario.routerMode === 'round_robin' ? [{router_mode: 'kv_router'}] : []
  return [{finding, weight: facts.missedCount * (before - after), remedies}]
}

/** Share of prompt tokens found in a cache, of the requests that arrived in between; null where none did. */
function reuse(facts: RunFacts, fromS: number, toS: number): number | null {
  const {requests, record} = facts
  const {arrivalMs, inputLength, reusedTokens} = record.requests
  let input = 0
  let reused = 0
  for (let i = firstAtOrAfter(facts, fromS); i < requests.length; i++) {
    const request = requests[i]!
    if (arrivalMs[request]! >= toS * 1000) break
    input += inputLength[request]!
    reused += reusedTokens[request]!
  }
  return input === 0 ? null : reused / input
}
