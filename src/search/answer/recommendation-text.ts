import type {FieldValue} from '../../config/field-text.ts'
import {formatObjective as linkObjective} from '../../config/objective.ts'
import {countKnobOf} from '../../config/pool-fields.ts'
import {FIRST_RELEASE} from '../../config/release.ts'
import {poolsOf, type Scenario, type ServiceObjective} from '../../config/scenario.ts'
import {isEqual} from '../../core/is-equal.ts'
import {amount, latency, percent} from '../../report/findings/words.ts'
import {applySweepValue, findSweepKey, tellKnob} from '../../sweep/keys.ts'
import {REPEAT_WORDS} from '../../sweep/repeats.ts'
import {costOf, type Recommendation, type Told} from './recommendation.ts'

/** The answer, bottom line first; each sentence is of medians over the phases. */
export function tellRecommendation(answer: Recommendation): readonly string[] {
  const {best, surest, unverified, today, fixed, objective} = answer
  const runs = runsWord(answer)
  const {share} = objective
  if (best === null) {
    const first = unverified === null ? tellNothing(answer) : tellUnverified(unverified, answer)
    return [first, ...tellToday(answer)]
  }
  const lines = [
    `${capitalised(nameOf(best, answer))}: holds ${tellFigures(best, share)}${against(best, fixed, share)}.`,
  ]
  if (best.holds.in < best.holds.of) {
    lines.push(
      surest === null
        ? `It holds in ${best.holds.in} of ${best.holds.of} ${runs}; nothing tried holds in all of them.`
        : `It holds in ${best.holds.in} of ${best.holds.of} ${runs}; ${nameOf(surest, answer)} holds in all of them, ${tellFigures(surest, share)}.`,
    )
  } else if (best.holds.of > 1) lines.push(`It holds in all of ${best.holds.of} ${runs}.`)
  if (today !== null) lines.push(...tellToday(answer))
  return lines
}

/** What the runs of one setting differ in, after their number. */
export function runsWord({isGeneratedAnew}: Recommendation): string {
  return isGeneratedAnew ? `${REPEAT_WORDS.phase}, each with the trace generated anew` : REPEAT_WORDS.phase
}

/** Why the search ended. */
export function tellEnd({reason, best}: Recommendation): string {
  if (reason === 'budget') return 'the budget is used up'
  if (reason === 'time') return 'the time is used up'
  return `no further run is expected to ${best === null ? 'hold it' : 'save anything'}`
}

/**
 * `fewest replicas per pool (min_endpoint) 3, TTFT target (ttft) 900 ms (4 others as today)`: what differs from today's
 * setting.
 */
export function nameOf(one: Named, answer: Pick<Recommendation, 'today'>): string {
  const {changed, same} = againstToday(one, answer.today?.scenario)
  if (changed.length === 0) return TODAY
  const rest = same.length === 0 ? '' : ` (${same.length} ${same.length === 1 ? 'other' : 'others'} as today)`
  return `${changed.map(knob => tellOf(one, knob, false)).join(', ')}${rest}`
}

/** The same for a label: without keys, and without a word of the others. */
export function briefNameOf(one: Named, answer: Pick<Recommendation, 'today'>): string {
  const {changed} = againstToday(one, answer.today?.scenario)
  return changed.length === 0 ? TODAY : changed.map(knob => tellOf(one, knob, true)).join(', ')
}

/** The knobs that are as today, one by one. */
export function sameAsToday(one: Named, answer: Pick<Recommendation, 'today'>): readonly string[] {
  return againstToday(one, answer.today?.scenario).same.map(knob => tellOf(one, knob, false))
}

type Named = Pick<Told, 'values' | 'scenario'>
type Knob = readonly [path: string, value: FieldValue]

const TODAY = 'today’s setting'

function tellOf({scenario}: Named, [path, value]: Knob, isBrief: boolean): string {
  return tellKnob(path, value, scenario.release ?? FIRST_RELEASE, isBrief)
}

/** Knobs that change today's setting and those that leave it as it is; all are told while that is not run. */
function againstToday(
  {values}: Named,
  today: Scenario | undefined,
): {readonly changed: readonly Knob[]; readonly same: readonly Knob[]} {
  const knobs = Object.entries(values)
  const isSame = (knob: Knob) => today !== undefined && isAsToday(today, knob)
  return {changed: knobs.filter(knob => !isSame(knob)), same: knobs.filter(isSame)}
}

/** By scenario of today: a table of settings asks of the same few values again and again. */
const known = new WeakMap<Scenario, Map<string, boolean>>()

function isAsToday(today: Scenario, [path, value]: Knob): boolean {
  const own = known.get(today) ?? new Map<string, boolean>()
  known.set(today, own)
  const id = `${path}=${String(value)}`
  let isSame = own.get(id)
  if (isSame === undefined) {
    const key = findSweepKey(path)
    const applied = key.ok ? applySweepValue(today, key.value, value) : key
    isSame = applied.ok && isEqual(applied.value, today)
    own.set(id, isSame)
  }
  return isSame
}

/**
 * `95.2 % [94.6–95.9] for 3.31 GPU-hours`.
 * @param needed share by which it is judged: what misses it by a hair does not read as if it held
 */
export function tellFigures(one: Told, needed: number): string {
  return `${tellShares(one, needed)} for ${tellCost(one)}`
}

/** `95.2 % [94.6–95.9]`, the range only where there is one. */
export function tellShares({share, shareRange: [least, most]}: Told, needed: number): string {
  const range = most > least ? ` [${tellShare(least, needed)}–${tellShare(most, needed)}]` : ''
  return `${tellShare(share, needed)} %${range}`
}

export function tellCost({cost, gpuHours, billedGpuHours}: Told): string {
  const isCountedLess = Math.abs(billedGpuHours / gpuHours - 1) > UNLIKE
  const counted = isCountedLess ? ` paid for, ${amount(gpuHours)} as its planner counts` : ''
  const hours = `${amount(billedGpuHours)} GPU-hours${counted}`
  return cost === null ? hours : `${amount(cost)} (${hours})`
}

/** In percent, to so many digits that it is on its side of what is needed. */
function tellShare(share: number, needed: number): string {
  for (let digits = 1; digits < MOST_DIGITS; digits++) {
    const text = (share * 100).toFixed(digits)
    if (Number(text) >= needed * 100 === share >= needed) return text
  }
  return (share * 100).toFixed(MOST_DIGITS)
}

const MOST_DIGITS = 4

/** Part by which what a planner counts may differ from what is paid for before both are said. */
const UNLIKE = 0.03

/** Costs that differ by less are about the same. */
const SAME_COST = 0.005

function against(best: Told, fixed: Told | null, needed: number): string {
  if (fixed === null) return ''
  const part = 1 - costOf(best) / costOf(fixed)
  if (Math.abs(part) < SAME_COST) return `; about what the best fixed fleet costs (${fixedName(fixed)})`
  return `; ${percent(Math.abs(part))} ${part > 0 ? 'cheaper' : 'dearer'} than the best fixed fleet tried (${fixedName(fixed)}, ${tellFigures(fixed, needed)})`
}

/** `4 workers`, `2 prefill workers, 4 decode workers`: a fleet nobody scales, in the words of the form. */
export function fixedName({scenario}: Pick<Told, 'scenario'>): string {
  const {fleet, release = FIRST_RELEASE} = scenario
  return poolsOf(fleet)
    .map(([pool, {initialWorkers}]) => tellKnob(countKnobOf(pool), initialWorkers, release, true))
    .join(', ')
}

function tellToday({today, best, objective}: Recommendation): readonly string[] {
  if (today === null) return []
  const holds = today.share >= objective.share
  const state = `Today’s setting ${holds ? 'holds' : 'does not hold it:'} ${tellFigures(today, objective.share)}`
  if (best === null) return [`${state}.`]
  const part = costOf(best) / costOf(today) - 1
  if (Math.abs(part) < SAME_COST) return [`${state}, about the same cost.`]
  if (holds && part > 0)
    return [`${state}, ${percent(1 - costOf(today) / costOf(best))} less: nothing tried improves on it.`]
  return [
    `${state}; the recommended one ${part < 0 ? 'saves' : 'costs'} ${percent(Math.abs(part))}${part < 0 ? '' : ' more'}.`,
  ]
}

function tellNothing(answer: Recommendation): string {
  const {nearest, objective, tried, fixed, mostCost, dearer} = answer
  const {share} = objective
  if (tried.length === 0) return `No setting has been run on the whole trace yet.${tellFixed(fixed, answer)}`
  const none = `None of ${tried.length} settings tried holds ${tellAsked(objective)}${tellMost(answer)}`
  const isTooDear = nearest !== null && costOf(nearest) > (mostCost ?? Number.POSITIVE_INFINITY)
  const word =
    mostCost === null ? 'nearest is' : isTooDear ? 'the cheapest is' : 'the largest share for that has'
  const near = nearest === null ? '' : `; ${word} ${nameOf(nearest, answer)}, ${tellFigures(nearest, share)}`
  const more =
    dearer === null || dearer === nearest
      ? ''
      : ` ${capitalised(nameOf(dearer, answer))} holds it, ${tellFigures(dearer, share)}.`
  return `${none}${near}.${more}${tellFixed(fixed, answer)}`
}

/** ` for 4.00 at the most`; nothing where anything may be paid. */
export function tellMost({mostCost, tried}: Recommendation): string {
  if (mostCost === null) return ''
  const unit = tried.some(({cost}) => cost === null) ? ' GPU-hours' : ''
  return ` for ${amount(mostCost)}${unit} at the most`
}

/** What may hold: nothing speaks against it, but too little was run to say that it does. */
function tellUnverified(one: Told, answer: Recommendation): string {
  const {objective, fixed} = answer
  const {of, in: held} = one.holds
  const runs = of === 1 ? 'the one run' : `${held} of the ${of} runs`
  const more = {budget: ': a larger budget would tell', time: ': more time would tell', settled: ''}
  return (
    `${capitalised(nameOf(one, answer))} may hold ${tellAsked(objective)}${tellMost(answer)}: it does in ${runs} so far, ` +
    `${tellFigures(one, objective.share)}; nothing has been verified in all ${one.needed} ${runsWord(answer)}${more[answer.reason ?? 'settled']}.` +
    tellFixed(fixed, answer)
  )
}

function tellAsked({share, ttftMs, itlMs}: ServiceObjective): string {
  return `${percent(share)} within TTFT ${latency(ttftMs)} and ITL ${latency(itlMs)}`
}

function tellFixed(fixed: Told | null, {objective, mostCost}: Recommendation): string {
  if (fixed === null) return ''
  const does = costOf(fixed) > (mostCost ?? Number.POSITIVE_INFINITY) ? 'holds it' : 'does'
  return ` A fixed fleet ${does}: ${fixedName(fixed)}, ${tellFigures(fixed, objective.share)}.`
}

/** What could be promised with the nearest setting. */
export function tellHeld(held: ServiceObjective): string {
  return `What it does hold for ${percent(held.share)} of requests in every phase: TTFT ${latency(held.ttftMs)} and ITL ${latency(held.itlMs)} (--objective ${linkObjective(held).replaceAll(':', '=')}).`
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
