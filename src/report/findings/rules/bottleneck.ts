import type {Candidate} from '../finding.ts'
import {MISSED_ITL, MISSED_TTFT, type RunFacts} from '../run-facts.ts'
import {count, latency, percent} from '../words.ts'

/** One target explains this share of all misses. */
const MOST = 0.8

/** Which of the two targets the misses are about: the wait for the first token (prefill) or the gaps after it (decode). */
export function findBottleneck(facts: RunFacts): Candidate[] {
  if (facts.holds || facts.missedCount === 0) return []
  const withBit = (bit: number) =>
    facts.requests.filter(request => (facts.missed[request]! & bit) !== 0).length
  const ttft = withBit(MISSED_TTFT)
  const itl = withBit(MISSED_ITL)
  const {ttftMs, itlMs} = facts.objective
  const isPrefill = ttft >= MOST * facts.missedCount && itl <= (1 - MOST) * facts.missedCount
  const isDecode = itl >= MOST * facts.missedCount && ttft <= (1 - MOST) * facts.missedCount
  if (!isPrefill && !isDecode) return []
  const share = (isPrefill ? ttft : itl) / facts.missedCount
  const text = isPrefill
    ? `Prefill is the bottleneck: of ${count(facts.missedCount)} requests that missed the objective, ${percent(share)} waited ` +
      `longer than ${latency(ttftMs)} for the first token, and ${percent(itl / facts.missedCount)} had gaps over ${latency(itlMs)}.`
    : `Decode is the bottleneck: of ${count(facts.missedCount)} requests that missed the objective, ${percent(share)} had gaps ` +
      `over ${latency(itlMs)}, and ${percent(ttft / facts.missedCount)} waited longer than ${latency(ttftMs)} for the first token.`
  const figures = {missed: facts.missedCount, missed_ttft: ttft, missed_itl: itl}
  const finding = {
    rule: 'bottleneck',
    from_s: facts.firstArrivalS,
    to_s: facts.lastArrivalS,
    text,
    figures,
  } as const
  return [{finding, weight: facts.missedCount * 0.1, remedies: []}]
}
