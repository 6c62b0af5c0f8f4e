import {tellComparison} from '../../../answers/compare-answer.ts'
import {comparePairs} from '../../../answers/paired.ts'
import {SPREAD_FIGURES, type SpreadFigure} from '../../../answers/spread.ts'
import {isOneSetting} from '../../../config/one-setting.ts'
import type {IsLuck} from '../../../report/comparison/compare.ts'
import {computeObjectiveChanges} from '../../../report/comparison/objective-changes.ts'
import {type Band, computeBand} from '../../../sweep/repeats.ts'
import type {ComparisonState} from '../../model/compare/comparison.svelte.ts'
import {markOf} from './marks.ts'

type Compared = Pick<ComparisonState, 'runs' | 'objective' | 'repeated' | 'spread'>

/** Of every other run against the first; none without an objective. */
export function verdictsOf({runs, objective, repeated, spread}: Compared): readonly string[] {
  const [first, ...others] = runs
  if (objective === null || first === undefined) return []
  const {of, varies} = spread
  const judged = ({run}: typeof first) => ({
    requests: run.outcome.result.engine.requests,
    traceSha256: run.outcome.result.report.planner_replay.trace_sha256,
  })
  return others.flatMap((other, i) => {
    const changes = computeObjectiveChanges(judged(first), judged(other), objective)
    return tellComparison({
      first: {name: markOf(0).letter, runs: repeated[0] ?? []},
      second: {name: markOf(i + 1).letter, runs: repeated[i + 1] ?? []},
      objective,
      of,
      varies,
      isOneSetting: isOneSetting(first.run.scenario, other.run.scenario),
      changes: changes.ok ? changes.value : null,
    })
  })
}

/**
 * Whether a figure differs from the first run's by no more than its repeats do; nothing is luck before they are there. Between two
 * samples of one setting all is.
 */
export function luckIn({repeated, runs}: Pick<Compared, 'repeated' | 'runs'>): IsLuck {
  const [base] = runs
  const isLuck = runs.map(({run}) => base !== undefined && isOneSetting(base.run.scenario, run.scenario))
  return (key, run) => {
    if (isLuck[run]) return true
    const figure = figureOf(key)
    const [first, other] = [repeated[0], repeated[run]]
    if (figure === null || first === undefined || other === undefined) return false
    if (first.length < 2 && other.length < 2) return false
    const values = (of: typeof first) => of.flatMap(each => each[figure] ?? [])
    return !comparePairs(values(first), values(other)).isReal
  }
}

/** Median and range of a figure of a run, by its place; null without repeats or of a figure that is not repeated. */
export function bandsIn({repeated}: Pick<Compared, 'repeated'>): (key: string, run: number) => Band | null {
  return (key, run) => {
    const figure = figureOf(key)
    const runs = repeated[run] ?? []
    return figure === null || runs.length < 2 ? null : computeBand(runs.flatMap(each => each[figure] ?? []))
  }
}

function figureOf(key: string): SpreadFigure | null {
  return SPREAD_FIGURES.find(figure => figure === key) ?? null
}
