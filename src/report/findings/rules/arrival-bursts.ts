import {median} from '../figures.ts'
import type {Candidate} from '../finding.ts'
import type {RunFacts} from '../run-facts.ts'
import {clock, count, duration, percent, tokens} from '../words.ts'

/** Requests that come this close together are one burst, ms: recordings that round timestamps jitter by a few. */
const TOGETHER_MS = 10
/** Bursts are the trace's own habit where the median one has this many requests … */
const LEAST_SIZE = 5
/** … and this share of the misses had first tokens that only a later place in its own burst delayed. */
const LEAST_SHARE = 0.3

interface Burst {
  readonly first: number
  readonly size: number
}

/**
 * The trace's timestamps are so coarse that many requests arrive at one instant: the last of a burst waits for the
 * prompts of the first, whatever the fleet. Says how many of the misses come from bursts whose first request was in time.
 */
export function findArrivalBursts(facts: RunFacts): Candidate[] {
  if (facts.holds || facts.missedCount === 0) return []
  const bursts = burstsOf(facts)
  const size = median(bursts.map(burst => burst.size))
  if (!(size >= LEAST_SIZE)) return []
  const {inputLength} = facts.record.requests
  const sizeTokens = bursts.map(({first, size: own}) => {
    let sum = 0
    for (let i = first; i < first + own; i++) sum += inputLength[facts.requests[i]!]!
    return sum
  })
  let behind = 0
  for (const {first, size: own} of bursts) {
    if (facts.missed[facts.requests[first]!] !== 0) continue
    for (let i = first + 1; i < first + own; i++) if (facts.missed[facts.requests[i]!] !== 0) behind++
  }
  const share = behind / facts.missedCount
  if (share < LEAST_SHARE) return []
  const times = bursts.map(({first}) => facts.record.requests.arrivalMs[facts.requests[first]!]! / 1000)
  const gapS = median(times.slice(1).map((atS, i) => atS - times[i]!))
  const largest = Math.max(...sizeTokens)
  const at = times[sizeTokens.indexOf(largest)]!
  const text =
    `Requests arrive in bursts: in the median ${count(size)} at once, every ${duration(gapS)} (the recording’s own grid), with ` +
    `${tokens(median(sizeTokens))} prompt tokens; at ${clock(at)} it was ${tokens(largest)}. ${percent(share)} of the misses ` +
    'stood behind others of their own burst whose first request was in time.'
  const figures = {
    burst_size: size,
    burst_gap_s: gapS,
    burst_tokens: median(sizeTokens),
    largest_burst_tokens: largest,
    missed_behind: behind,
    missed_share: share,
  }
  const finding = {
    rule: 'arrival-bursts',
    from_s: facts.firstArrivalS,
    to_s: facts.lastArrivalS,
    text,
    figures,
  } as const
  return [{finding, weight: behind, remedies: spreadOut(facts, gapS)}]
}

/** The same recording with its times spread over what they were rounded to: what real users would have felt. */
function spreadOut({scenario}: RunFacts, gapS: number): Candidate['remedies'] {
  const {synthetic, replayConcurrency, traceSelection, arrivalSpeedupRatio} = scenario
  const isRecorded = synthetic === undefined && replayConcurrency === undefined
  if (!isRecorded || (traceSelection?.spreadMs ?? 0) > 0) return []
  // The field counts in the recording's own time.
  return [{trace_spread_ms: Math.round(gapS * 1000 * arrivalSpeedupRatio)}]
}

/** Runs of requests of which each follows the one before it within `TOGETHER_MS`. */
function burstsOf({requests, record}: RunFacts): Burst[] {
  const {arrivalMs} = record.requests
  const bursts: {first: number; size: number}[] = []
  requests.forEach((request, i) => {
    const previous = requests[i - 1]
    const open = bursts[bursts.length - 1]
    if (
      open !== undefined &&
      previous !== undefined &&
      arrivalMs[request]! - arrivalMs[previous]! <= TOGETHER_MS
    )
      open.size++
    else bursts.push({first: i, size: 1})
  })
  return bursts
}
