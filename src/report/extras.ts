import {formerPlanner} from '../config/former-scenario.ts'
import {VERSION} from '../config/link/version.ts'
import {objectiveOf} from '../config/objective.ts'
import {FIRST_RELEASE} from '../config/release.ts'
import type {PoolName, Scenario} from '../config/scenario.ts'
import type {EngineRecord} from '../engine/record/record.ts'
import type {PolicyDetail} from '../policies/policy-detail.ts'
import type {ScalingRecord} from '../scaling/record.ts'
import {
  billedGpuHours,
  fixedFleetGpuHours,
  gpusPerWorker,
  servingGpuHours,
  standbyGpuHours,
} from './gpu-hours.ts'
import type {PlannerReplayExtras, ReferenceReport} from './report.ts'
import {computeServiceBurn} from './service-burn.ts'
import {countAttained} from './service-level.ts'

export interface ExtrasInput {
  readonly scenario: Scenario
  readonly traceSha256: string
  readonly record: EngineRecord
  readonly report: ReferenceReport
  /** null for a plain run. */
  readonly scaling: ScalingRecord<PolicyDetail> | null
  readonly outsideMeasuredShare: number | null
  /** Money per GPU-hour, in any currency. */
  readonly pricePerGpuHour?: number
}

/** Our `planner_replay` object (contracts.md 3): what users felt, what it cost, and how to run it again. */
export function computeExtras(input: ExtrasInput): PlannerReplayExtras {
  const {scenario, record, report} = input
  const objective = objectiveOf(scenario)
  const attained = objective === null ? null : countAttained(record.requests, objective)
  const share = attained === null ? null : attained / Math.max(report.completed_requests, 1)
  const durationS = Math.max(report.duration_ms / 1000, 1e-9)
  const gpus = gpusPerWorker(scenario)
  const billed =
    billedGpuHours(record.workers, {lastTokenMs: report.duration_ms, gpus}) +
    standbyGpuHours(scenario, report.duration_ms)
  return {
    version: VERSION,
    config: {...scenario, ...formerPlanner(scenario)},
    trace_sha256: input.traceSha256,
    engine_timing: scenario.engineTiming,
    dynamo: scenario.release ?? FIRST_RELEASE,
    policy: scenario.scaling.policy,
    objective:
      objective === null
        ? null
        : {ttft_ms: objective.ttftMs, itl_ms: objective.itlMs, share: objective.share},
    meets_objective: objective === null || share === null ? null : share >= objective.share,
    sla_attainment: share,
    ...(objective === null ? {} : {burn: computeServiceBurn(record.requests, objective)}),
    goodput_rps: attained === null ? null : attained / durationS,
    gpu_hours: gpuHoursOf(input, gpus),
    ...policyExtras(input),
    billed_gpu_hours: billed,
    cost: input.pricePerGpuHour === undefined ? null : billed * input.pricePerGpuHour,
    outside_measured_share: input.outsideMeasuredShare,
  }
}

/** As Dynamo's planner counts them, from its first tick to its last; else the serving instances by time. */
function gpuHoursOf(
  {scenario, record, report, scaling}: ExtrasInput,
  gpus: ReadonlyMap<PoolName, number>,
): number {
  const lastTokenMs = report.duration_ms
  if (scaling === null) return fixedFleetGpuHours(scenario, lastTokenMs)
  if (scenario.scaling.policy === 'dynamo') return scaling.gpuHours
  return servingGpuHours(record.workers, {lastTokenMs, gpus})
}

/** What only a run under another policy says, so that other reports stay as they were. */
function policyExtras({scenario, scaling}: ExtrasInput): Partial<PlannerReplayExtras> {
  if (scaling === null || scenario.scaling.policy === 'dynamo') return {}
  return {replica_changes: scaling.scalingEvents.length}
}
