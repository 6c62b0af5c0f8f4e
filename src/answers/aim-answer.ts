import type {ServiceObjective} from '../config/scenario.ts'
import {amount, percent} from '../report/findings/words.ts'
import type {FinishedRow} from '../sweep/points.ts'
import {REPEAT_WORDS, type RepeatKind} from '../sweep/repeats.ts'
import {type Configuration, configurationsOf, nearestHolding} from './configurations.ts'
import {comparePairs} from './paired.ts'

/** Targets of the planner by the path of their knob, and what of the objective they aim at. */
const AIMS: Readonly<Record<string, 'ttftMs' | 'itlMs'>> = {'planner.ttft': 'ttftMs', 'planner.itl': 'itlMs'}

/** Costs that differ by less are about the same. */
const SAME_COST = 0.02

export interface AimQuestion {
  readonly rows: readonly FinishedRow[]
  readonly axis: {readonly path: string; readonly name: string}
  readonly objective: ServiceObjective
  readonly repeatsOf: RepeatKind
}

/**
 * Of a sweep of what the planner aims at, all of it judged by the one objective: whether aiming lower than is asked for
 * serves more than aiming at it.
 */
export function answerAim({rows, axis, objective, repeatsOf}: AimQuestion): readonly string[] {
  const part = AIMS[axis.path]
  if (part === undefined) return []
  const all = configurationsOf(rows)
  const atIt = all.find(one => one.axes[axis.name] === objective[part])
  const best = nearestHolding(all)
  if (atIt === undefined || best === null) return []
  const own = `Aiming at the objective itself (${axis.name} ${objective[part]} ms) serves ${percent(atIt.share)}`
  if (best === atIt) return [`${own}, and no other aim serves more.`]
  const shares = (one: Configuration) => one.rows.map(row => row.sla_attainment!)
  const {isReal, larger, of} = comparePairs(shares(atIt), shares(best))
  const aim = `at ${String(best.axes[axis.name])} ms`
  const pairs = of > 1 ? ` (more in ${larger} of ${of} ${REPEAT_WORDS[repeatsOf]})` : ''
  if (!isReal) return [`${own}; aiming ${aim} serves about the same, ${percent(best.share)}.`]
  const more = best.gpuHours - atIt.gpuHours
  const isSame = Math.abs(more) < SAME_COST * atIt.gpuHours
  const cost = isSame
    ? 'at about the same cost'
    : `for ${amount(Math.abs(more))} GPU-hours ${more < 0 ? 'less' : 'more'}`
  return [`${own}; aiming ${aim} serves ${percent(best.share)}${pairs} ${cost}.`]
}
