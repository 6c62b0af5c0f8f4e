import {formerPlanner} from '../config/former-scenario.ts'
import {VERSION} from '../config/link/version.ts'
import {objectiveOf} from '../config/objective.ts'
import {FIRST_RELEASE} from '../config/release.ts'
import type {PoolName, Scenario} from '../config/scenario.ts'
import type {EngineRecord} from '../engine/record/record.ts'
import type {PolicyDetail} from '../policies/policy-detail.ts'
import type {PolicyRecord} from '../scaling/policy-record.ts'
import type {ScalingRecord} from '../scaling/record.ts'
import {
  billedGpuHours,
  fixedFleetGpuHours,
  gpusPerWorker,
  servingGpuHours,
  standbyGpuHours,
} from './gpu-hours.ts'
import type {PlannerReplayExtras, ReferenceReport} from './report.ts'
import {countAttained} from './service-level.ts'

export interface ExtrasInput {
  readonly scenario: Scenario
  readonly traceSha256: string
  readonly record: EngineRecord
  readonly report: ReferenceReport
  /** null for a plain run. */
  readonly planner: ScalingRecord<PolicyDetail> | null
  /** null but under a policy other than Dynamo's planner. */
  readonly policy?: PolicyRecord | null
  readonly outsideMeasuredShare: number | null
  /** Money per GPU-hour, in any currency. */
  readonly pricePerGpuHour?: number
}

/** Our `planner_replay` object (contracts.md 3): what users felt, what it cost, and how to run it again. */
export function computeExtras(input: ExtrasInput): PlannerReplayExtras {
  const {scenario, record, report, planner} = input
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
    goodput_rps: attained === null ? null : attained / durationS,
    gpu_hours: planner?.gpuHours ?? ownGpuHours(input, gpus),
    ...policyExtras(input),
    billed_gpu_hours: billed,
    cost: input.pricePerGpuHour === undefined ? null : billed * input.pricePerGpuHour,
    outside_measured_share: input.outsideMeasuredShare,
  }
}

/** Serving instances by time, where the reference has no planner to count them. */
function ownGpuHours(
  {scenario, record, report, policy}: ExtrasInput,
  gpus: ReadonlyMap<PoolName, number>,
): number {
  const lastTokenMs = report.duration_ms
  if (policy == null) return fixedFleetGpuHours(scenario, lastTokenMs)
  return servingGpuHours(record.workers, {lastTokenMs, gpus})
}

/** What only a run under another policy says, so that other reports stay as they were. */
function policyExtras({policy}: ExtrasInput): Partial<PlannerReplayExtras> {
  return policy == null ? {} : {replica_changes: policy.changes.length}
}
