import {objectiveOf} from '../../../config/objective.ts'
import type {Scenario, ServiceObjective} from '../../../config/scenario.ts'
import type {ComparedFigures} from '../../../report/comparison/compared-figures.ts'
import {countAttained} from '../../../report/service-level.ts'
import {computeFigures, type PointFigures} from '../../../sweep/points.ts'
import type {FinishedRun} from '../run/run.svelte.ts'

/** What all of a comparison is judged by: the first's objective, else the first there is; null = nobody has one. */
export function commonObjective(scenarios: readonly Scenario[]): ServiceObjective | null {
  return scenarios.map(objectiveOf).find(objective => objective !== null) ?? null
}

/** A run's figures with its share of requests counted by the comparison's objective, whatever it was run with. */
export interface JudgedRun extends ComparedFigures {
  readonly point: PointFigures
}

export function judgeBy(objective: ServiceObjective | null, {outcome: {result}}: FinishedRun): JudgedRun {
  const {report, scaling, engine} = result
  if (objective === null) return {report, scaling, point: computeFigures(result)}
  const {requests} = engine
  // Of a sample as many as its share stands for.
  const stoodFor = requests.sampled === undefined ? 1 : requests.sampled.of / requests.count
  const attained = countAttained(requests, objective) * stoodFor
  const share = report.completed_requests === 0 ? null : attained / report.completed_requests
  const judged = {
    sla_attainment: share,
    goodput_rps: report.duration_ms > 0 ? attained / (report.duration_ms / 1000) : null,
  }
  const planner_replay = {...report.planner_replay, ...judged}
  return {report: {...report, planner_replay}, scaling, point: {...computeFigures(result), ...judged}}
}
