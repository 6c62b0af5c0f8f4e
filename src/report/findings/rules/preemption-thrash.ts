import type {Candidate} from '../finding.ts'
import type {RunFacts} from '../run-facts.ts'
import {clock, count, percent, plural} from '../words.ts'

/** Below this share of requests pre-emption is an exception. */
const LEAST_SHARE = 0.02

/** Requests lost their KV blocks and had their prompt computed again. */
export function findPreemptionThrash(facts: RunFacts): Candidate[] {
  const {preemptions} = facts.record.requestEvents
  const hit = facts.requests.filter(request => facts.record.requests.preemptions[request]! > 0)
  if (preemptions.length === 0 || hit.length < LEAST_SHARE * facts.requests.length) return []
  const missed = hit.filter(request => facts.missed[request] !== 0).length
  let [fromMs, toMs] = [Number.POSITIVE_INFINITY, 0]
  for (let i = 0; i < preemptions.length; i++) {
    fromMs = Math.min(fromMs, preemptions.atMs[i]!)
    toMs = Math.max(toMs, preemptions.atMs[i]!)
  }
  const share = hit.length / facts.requests.length
  const text =
    `${clock(fromMs / 1000)}–${clock(toMs / 1000)}: the KV cache was too small for the requests admitted. ` +
    `${plural(preemptions.length, 'pre-emption')} hit ${count(hit.length)} requests (${percent(share)}), whose prompts were ` +
    `computed again; ${missed === hit.length ? 'all' : count(missed)} of them missed the objective.`
  const figures = {preemptions: preemptions.length, requests: hit.length, share, missed}
  const finding = {
    rule: 'preemption-thrash',
    from_s: fromMs / 1000,
    to_s: toMs / 1000,
    text,
    figures,
  } as const
  return [{finding, weight: missed * 0.75, remedies: []}]
}
