import type {Candidate} from '../finding.ts'
import {missedBetween, type RunFacts} from '../run-facts.ts'
import {clock, percent} from '../words.ts'

/** Of the time in which its instances served. */
const LEAST_SHARE = 0.1

/** Instances whose KV cache was full for a good part of their time: prompts wait for blocks, not for compute. */
export function findKvFull(facts: RunFacts): Candidate[] {
  return facts.poolUse.flatMap(({pool, servingS, fullS, fullFromS, fullToS}) => {
    const share = fullS / servingS
    if (!(share >= LEAST_SHARE)) return []
    const {missed} = missedBetween(facts, fullFromS, fullToS)
    const where = pool === 'agg' ? 'The' : `The ${pool} pool’s`
    const text =
      `${clock(fullFromS)}–${clock(fullToS)}: ${where} KV cache was full for ${percent(share)} of the time that instances served: ` +
      'prompts wait for blocks, and more compute would not admit them sooner.'
    const figures = {full_share: share, full_s: fullS, serving_s: servingS}
    const finding = {rule: 'kv-full', from_s: fullFromS, to_s: fullToS, text, figures} as const
    return [{finding, weight: missed * share, remedies: []}]
  })
}
