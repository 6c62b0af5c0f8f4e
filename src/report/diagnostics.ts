import type {PolicyDetail} from '../policies/policy-detail.ts'
import type {ScalingRecord, TickRecord} from '../scaling/record.ts'
import {dynamoTick} from './dynamo-ticks.ts'
import type {Report} from './report.ts'

export interface DiagnosedRun {
  readonly report: Report
  /** null for a plain run. */
  readonly scaling: ScalingRecord<PolicyDetail> | null
}

/**
 * The `--diagnostics-json` file: totals, scaling events, and one line per tick so that two runs can be
 * compared with diff. Absent values are left out; a plain run has no ticks and no events.
 */
export function formatDiagnosticsJson({report, scaling}: DiagnosedRun): string {
  return [
    '{',
    `  "total_ticks": ${scaling?.totalTicks ?? 0},`,
    ...gpuHours(report, scaling),
    `  "scaling_events": ${lines(scaling?.scalingEvents ?? [])},`,
    `  "ticks": ${lines((scaling?.ticks ?? []).map(exportedTick))}`,
    '}\n',
  ].join('\n')
}

/** 1.6.1 counts twice: what was provisioned, in its report, and what its planner saw serving. */
function gpuHours(report: Report, planner: DiagnosedRun['scaling']): readonly string[] {
  const own = JSON.stringify(report.planner_replay.gpu_hours)
  const provisioned = (report as Partial<Record<'gpu_hours', number>>).gpu_hours
  const isPlanned = planner !== null && report.planner_replay.policy === 'dynamo'
  if (!isPlanned || provisioned === undefined) return [`  "gpu_hours": ${own},`]
  return [`  "gpu_hours": ${JSON.stringify(provisioned)},`, `  "gpu_hours_active": ${own},`]
}

/** Dynamo's planner's under its own names; the explanation repeats them at length, for the page alone. */
function exportedTick(tick: TickRecord<PolicyDetail>): object {
  const {detail} = tick
  if (detail.policy !== 'dynamo') return exportedPolicyTick(tick)
  if (detail.release === '1.6.1') return detail.fields
  const {explanation: _, ...exported} = dynamoTick(tick)!
  return exported
}

/** Of a policy in the cluster, which acts at the tick itself and says of each pool what it wants, or null. */
function exportedPolicyTick({at_s, scale_to, reason, detail, ...tick}: TickRecord<PolicyDetail>): object {
  const {
    active_prefill,
    active_decode,
    starting_prefill,
    starting_decode,
    draining_prefill,
    draining_decode,
  } = tick
  return {
    at_s,
    ...{active_prefill, active_decode, starting_prefill, starting_decode, draining_prefill, draining_decode},
    scale_to: {num_prefill: scale_to?.num_prefill ?? null, num_decode: scale_to?.num_decode ?? null},
    reason,
    detail,
  }
}

function lines(items: readonly object[]): string {
  if (items.length === 0) return '[]'
  return `[\n${items.map(item => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`
}
