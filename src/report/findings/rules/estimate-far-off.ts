import {plannerOf} from '../../../config/scenario.ts'
import type {Candidate} from '../finding.ts'
import {missedBetween, type RunFacts} from '../run-facts.ts'
import {spansOf, totalSeconds} from '../spans.ts'
import {clock, duration, percent, plural} from '../words.ts'

/** An estimate is far off where it is so many times what the slowest last pass took. */
const FAR = 5
/** For a shorter part of the run it explains little. */
const LEAST_SHARE = 0.1

/**
 * The planner of 1.6.1 estimated an ITL over its target while passes took a fraction of it: it answers for a pass with a
 * prompt in it by the mixed passes it learned, which may all have been full chunks (planner-1.6.md 14).
 */
export function findEstimateFarOff(facts: RunFacts): Candidate[] {
  const target = plannerOf(facts.scenario)?.itl ?? 0
  const ticks = facts.ticks.filter(tick => tick.isLoad)
  const isFar = ({judgedItl}: (typeof ticks)[number]) =>
    judgedItl !== null && judgedItl.estimateMs > target && judgedItl.estimateMs > FAR * judgedItl.tookMs
  const spans = spansOf(ticks, tick => tick.atS, isFar, 1)
  const far = ticks.filter(isFar)
  const spanS = facts.lastArrivalS - facts.firstArrivalS
  const farS = totalSeconds(spans)
  if (far.length === 0 || farS < LEAST_SHARE * spanS) return []
  const [from_s, to_s] = [spans[0]!.fromS, spans[spans.length - 1]!.toS]
  const estimateMs = middleOf(far.map(tick => tick.judgedItl!.estimateMs))
  const tookMs = middleOf(far.map(tick => tick.judgedItl!.tookMs))
  const missed = spans.reduce((sum, {fromS, toS}) => sum + missedBetween(facts, fromS, toS).missed, 0)
  const share = Math.min(farS / spanS, 1)
  const text =
    `${clock(from_s)}–${clock(to_s)}: for ${duration(farS)} (${percent(share)} of the run, ${far.length} of ` +
    `${plural(ticks.length, 'load tick')}) the planner estimated an ITL of ${Math.round(estimateMs)} ms in the median, over the ` +
    `target of ${target} ms, while the slowest last pass took ${Math.round(tookMs)} ms: it judges light passes by the mixed passes it learned.`
  const figures = {
    far_ticks: far.length,
    load_ticks: ticks.length,
    far_s: farS,
    far_share: share,
    estimated_itl_ms: estimateMs,
    slowest_pass_ms: tookMs,
    missed,
  }
  // It bears on what the fleet costs, more than on any request: told, but after what requests felt.
  return [{finding: {rule: 'estimate-far-off', from_s, to_s, text, figures}, weight: missed, remedies: []}]
}

function middleOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[(sorted.length - 1) >> 1] ?? 0
}
