import {objectiveOf} from '../../../config/objective.ts'
import {isOneSetting} from '../../../config/one-setting.ts'
import {type ComparedRow, compareRuns, type IsLuck} from '../../../report/comparison/compare.ts'
import type {ReportBand} from '../../../report/report.ts'
import {judgeBy} from '../../model/compare/judged-run.ts'
import type {FinishedRun} from '../../model/run/run.svelte.ts'
import {bandOf} from './spread-words.ts'

/** A run's figures against those of a baseline, by key; both are judged by the run's own objective. */
export function baselineDifferences(
  run: FinishedRun,
  baseline: FinishedRun,
): ReadonlyMap<string, ComparedRow> {
  const objective = objectiveOf(run.scenario)
  const judged = [baseline, run].map(each => judgeBy(objective, each))
  const rows = compareRuns(judged, {pricePerGpuHour: null}, luckBetween(run, baseline))
  return new Map(rows.map(row => [row.metric.key, row]))
}

/** All is luck between two samples of one setting; else a figure is the same where the repeats of the run reach what the baseline, or one of its repeats, came to. */
function luckBetween(run: FinishedRun, baseline: FinishedRun): IsLuck {
  const isSample = isOneSetting(run.scenario, baseline.scenario)
  return key => {
    if (isSample) return true
    const own = bandOf(spreadOf(run), key)
    const theirs = bandOf(spreadOf(baseline), key) ?? valueBand(baseline, key)
    return own !== null && theirs !== null && theirs.min <= own.max && own.min <= theirs.max
  }
}

function spreadOf({outcome}: FinishedRun) {
  return outcome.result.report.planner_replay.spread
}

function valueBand({outcome}: FinishedRun, key: string): ReportBand | null {
  const {report} = outcome.result
  const figures: Readonly<Record<string, unknown>> = {...report, ...report.planner_replay}
  const value = figures[key]
  return typeof value === 'number' ? {min: value, median: value, max: value} : null
}
