import type {ServiceObjective} from '../config/scenario.ts'
import type {RequestColumns} from '../engine/record/record.ts'
import type {PoolHours} from '../report/gpu-hours.ts'
import {tpotMs, ttftMs} from '../report/service-level.ts'
import type {RunResult} from '../run/run.ts'
import {type FleetPlan, planOfRun} from './fleet-plan.ts'

/** What the bench takes from a run; plain values, so that it crosses to another thread and into a file. */
export interface BenchFigures {
  /** Of the completed requests, those that kept the objective. */
  readonly share: number
  readonly holds: boolean
  readonly ttftMsP50: number
  readonly ttftMsP90: number
  /** Paid for: every instance from the decision to start it until it is gone. */
  readonly gpuHours: number
  /** Of a fleet of two pools; absent in runs kept before. */
  readonly gpuHoursByPool?: PoolHours
  /** Changes of what a pool is asked to have. */
  readonly scalings: number
  /** Seconds, in whole minutes of arrivals, in which less than the objective's share kept it. */
  readonly outOfObjectiveS: number
  /** Requests by their arrival, and those of them that missed the objective. */
  readonly bins: MissedBins
  readonly plan: FleetPlan
}

export interface MissedBins {
  readonly binS: number
  readonly arrived: readonly number[]
  readonly missed: readonly number[]
}

/** What all runs of a bench are judged by. */
export interface BenchJudge {
  readonly objective: ServiceObjective
  readonly binS: number
}

export function computeBenchFigures(result: RunResult, {objective, binS}: BenchJudge): BenchFigures {
  const {report, engine} = result
  const {requests} = engine
  const {sla_attainment, billed_gpu_hours, billed_gpu_hours_by_pool: byPool} = report.planner_replay
  const share = sla_attainment ?? 0
  const topology = engine.workers.some(({component}) => component === 'agg') ? 'agg' : 'disagg'
  const plan = planOfRun(engine.workers, topology)
  return {
    share,
    holds: share >= objective.share,
    ttftMsP50: report.median_ttft_ms,
    ttftMsP90: report.p90_ttft_ms,
    gpuHours: billed_gpu_hours,
    ...(byPool === undefined ? {} : {gpuHoursByPool: byPool}),
    scalings: plan.decode.length - 1 + (plan.prefill === null ? 0 : plan.prefill.length - 1),
    outOfObjectiveS: secondsOutside(countMissed(requests, objective, 60), objective.share),
    bins: countMissed(requests, objective, binS),
    plan,
  }
}

function countMissed(requests: RequestColumns, objective: ServiceObjective, binS: number): MissedBins {
  const arrived: number[] = []
  const missed: number[] = []
  for (let r = 0; r < requests.count; r++) {
    const arrivalMs = requests.arrivalMs[r]!
    if (Number.isNaN(arrivalMs)) continue
    const bin = Math.floor(arrivalMs / 1000 / binS)
    while (arrived.length <= bin) arrived.push(0)
    while (missed.length <= bin) missed.push(0)
    arrived[bin]!++
    // A request without tokens has NaN latencies, which keep nothing.
    const isKept = ttftMs(requests, r) <= objective.ttftMs && tpotMs(requests, r) <= objective.itlMs
    if (!isKept) missed[bin]!++
  }
  return {binS, arrived, missed}
}

function secondsOutside({binS, arrived, missed}: MissedBins, share: number): number {
  const outside = arrived.filter((count, i) => count > 0 && count - missed[i]! < share * count)
  return outside.length * binS
}
