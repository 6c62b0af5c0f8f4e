import type {Release} from '../config/release.ts'
import type {Cure} from '../report/findings/finding.ts'
import {amount, latency, percent} from '../report/findings/words.ts'
import {tellKnob} from '../sweep/keys.ts'
import {REPEAT_WORDS, type RepeatKind} from '../sweep/repeats.ts'

/** Costs that differ by less are the same. */
const SAME_COST = 0.02

/**
 * `Tried: with fewest replicas per pool (min_endpoint) 3, 71 % of requests meet the objective (54 % now), mean TTFT 925 ms [920–928 ms], at about
 * the same GPU-hours (2.94); better in 5 of 5 phases.`
 */
export function tellCure(cure: Cure, kind: RepeatKind, release: Release): string {
  const {change, won, of} = cure
  const what = Object.entries(change)
    .map(([knob, value]) => tellKnob(knob, value, release))
    .join(', ')
  const parts = [tellShare(cure), tellTtft(cure), tellCost(cure)].filter(part => part !== null)
  const where = of === 1 ? 'in the one run tried' : `in ${won} of ${of} ${REPEAT_WORDS[kind]}`
  return `Tried: with ${what}, ${parts.join(', ')}; better ${where}.`
}

function tellShare({figures, before}: Cure): string | null {
  if (figures.sla_attainment === undefined) return null
  const was = before?.sla_attainment
  const now = was === undefined ? '' : ` (${percent(was)} now)`
  return `${percent(figures.sla_attainment)} of requests meet the objective${now}`
}

function tellTtft({figures, ranges, of}: Cure): string | null {
  if (figures.mean_ttft_ms === undefined) return null
  const range = of === 1 ? undefined : ranges?.mean_ttft_ms
  const [from, to] = range === undefined ? ['', ''] : [latency(range[0]), latency(range[1])]
  const words = from === to ? '' : ` [${between(from, to)}]`
  return `mean TTFT ${latency(figures.mean_ttft_ms)}${words}`
}

/** The unit once, where both have the same. */
function between(from: string, to: string): string {
  const unit = to.slice(to.indexOf(' '))
  return from.endsWith(unit) ? `${from.slice(0, -unit.length)}–${to}` : `${from}–${to}`
}

function tellCost({figures, before}: Cure): string | null {
  const {gpu_hours: hours} = figures
  if (hours === undefined) return null
  const was = before?.gpu_hours
  if (was === undefined) return `${amount(hours)} GPU-hours`
  return Math.abs(hours - was) <= SAME_COST * was
    ? `at about the same GPU-hours (${amount(hours)})`
    : `${amount(hours)} GPU-hours (${amount(was)} now)`
}
