import {formerPlanner} from '../config/former-scenario.ts'
import {VERSION} from '../config/link/version.ts'
import {objectiveOf} from '../config/objective.ts'
import {FIRST_RELEASE} from '../config/release.ts'
import type {PoolName, Scenario} from '../config/scenario.ts'
import type {EngineRecord} from '../engine/record/record.ts'
import type {PolicyDetail} from '../policies/policy-detail.ts'
import type {ScalingRecord} from '../scaling/record.ts'
import {computeCalibrated} from './calibrated.ts'
import {computeDrainLimit} from './drain-limit-report.ts'
import {
  billedByPool,
  billedGpuHours,
  fixedFleetGpuHours,
  gpusPerWorker,
  servingGpuHours,
  standbyGpuHours,
} from './gpu-hours.ts'
import {type PlannerReplayExtras, type ReferenceReport, SKETCHED_PERCENTILES} from './report.ts'
import {computeServiceBurn, type ServiceBurn} from './service-burn.ts'
import {countAttained} from './service-level.ts'
import type {RunTally} from './streamed/run-tally.ts'

export interface ExtrasInput {
  readonly scenario: Scenario
  readonly traceSha256: string
  readonly record: EngineRecord
  /** Of a streamed run, whose record has a sample of the requests alone; null = the record has all of them. */
  readonly tally: RunTally | null
  readonly report: ReferenceReport
  /** null for a plain run. */
  readonly scaling: ScalingRecord<PolicyDetail> | null
  readonly outsideMeasuredShare: number | null
  /** Money per GPU-hour, in any currency. */
  readonly pricePerGpuHour?: number
}

/** Our `planner_replay` object (contracts.md 3): what users felt, what it cost, and how to run it again. */
export function computeExtras(input: ExtrasInput): PlannerReplayExtras {
  const {scenario, record, report, tally} = input
  const objective = objectiveOf(scenario)
  const service = serviceOf(input)
  const attained = service?.attained ?? null
  const share = attained === null ? null : attained / Math.max(report.completed_requests, 1)
  const durationS = Math.max(report.duration_ms / 1000, 1e-9)
  const gpus = gpusPerWorker(scenario)
  const billed =
    billedGpuHours(record.workers, {lastTokenMs: report.duration_ms, gpus}) +
    standbyGpuHours(scenario, report.duration_ms)
  const byPool = billedByPool(scenario, record.workers, report.duration_ms)
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
    percentiles: tally === null ? 'exact' : SKETCHED_PERCENTILES,
    meets_objective: objective === null || share === null ? null : share >= objective.share,
    sla_attainment: share,
    ...(service === null ? {} : {burn: service.burn}),
    goodput_rps: attained === null ? null : attained / durationS,
    gpu_hours: gpuHoursOf(input, gpus),
    ...policyExtras(input),
    ...(scenario.drainLimitS === undefined
      ? {}
      : {drain_limit: computeDrainLimit(scenario.drainLimitS, record.requestEvents.migrations)}),
    ...(scenario.calibration === undefined
      ? {}
      : {
          calibrated: computeCalibrated(
            scenario.calibration,
            report,
            record.requests,
            tally === null ? objective : null,
          ),
        }),
    billed_gpu_hours: billed,
    ...(byPool === null ? {} : {billed_gpu_hours_by_pool: byPool}),
    cost: input.pricePerGpuHour === undefined ? null : billed * input.pricePerGpuHour,
    outside_measured_share: input.outsideMeasuredShare,
  }
}

/** How many requests met the objective, and when; null without one. */
function serviceOf({
  scenario,
  record: {requests},
  tally,
}: ExtrasInput): {readonly attained: number; readonly burn: ServiceBurn} | null {
  const objective = objectiveOf(scenario)
  if (objective === null) return null
  if (tally?.service) return {attained: tally.service.attained, burn: tally.service.burn.burn()}
  return {
    attained: countAttained(requests, objective),
    burn: computeServiceBurn(requests, objective),
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
