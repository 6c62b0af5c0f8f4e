import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {BenchFigures} from '../../bench/bench-figures.ts'
import {formatBenchCsv, formatBenchJson} from '../../bench/bench-files.ts'
import type {BenchResult} from '../../bench/bench-result.ts'
import {readFinishedRow, writeAtomically} from '../sweep/sweep-folder.ts'
import type {PointTask} from '../sweep/sweep-point.ts'

/** What a bench took from a run before, if the folder holds that very run, judged the same way; null = it is to be run. */
export function readFinishedBench(folder: string, {facts, judge}: PointTask): BenchFigures | null {
  if (readFinishedRow(folder, facts) === null) return null
  // The row was in this file, so it can be read.
  const report = JSON.parse(readFileSync(join(folder, 'points', `${facts.id}.json`), 'utf8')) as {
    planner_replay: {bench?: BenchFigures}
  }
  const {bench} = report.planner_replay
  return bench !== undefined && bench.bins.binS === judge?.binS ? bench : null
}

export function writeBench(folder: string, result: BenchResult): void {
  writeAtomically(join(folder, 'bench.csv'), formatBenchCsv(result))
  writeAtomically(join(folder, 'bench.json'), formatBenchJson(result))
}
