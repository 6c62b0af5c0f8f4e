import type {PolicyDetail} from '../policies/policy-detail.ts'
import type {PolicyRecord, PolicyTickRecord} from '../scaling/policy-record.ts'
import type {ScalingRecord, TickRecord} from '../scaling/record.ts'
import {dynamoTick} from './dynamo-ticks.ts'
import type {Report} from './report.ts'

export interface DiagnosedRun {
  readonly report: Report
  /** null for a plain run. */
  readonly planner: ScalingRecord<PolicyDetail> | null
  readonly policy?: PolicyRecord | null
}

/**
 * The `--diagnostics-json` file: totals, scaling events, and one line per planner tick so that two runs can be
 * compared with diff. Absent values are left out; a plain run has no ticks and no events.
 */
export function formatDiagnosticsJson({report, planner, policy}: DiagnosedRun): string {
  if (policy != null) return formatPolicyDiagnostics(report, policy)
  return [
    '{',
    `  "total_ticks": ${planner?.totalTicks ?? 0},`,
    ...gpuHours(report, planner),
    `  "scaling_events": ${lines(planner?.scalingEvents ?? [])},`,
    `  "ticks": ${lines((planner?.ticks ?? []).map(exportedTick))}`,
    '}\n',
  ].join('\n')
}

/** The same of a run under another policy: its ticks are told in that policy's own terms. */
function formatPolicyDiagnostics(report: Report, {ticks, changes}: PolicyRecord): string {
  const events = changes.map(({atS, component, from, to}) => ({
    at_s: atS,
    component,
    from_count: from,
    to_count: to,
    reason: to > from ? 'scale_up' : 'scale_down',
  }))
  return [
    '{',
    `  "total_ticks": ${ticks.length},`,
    `  "gpu_hours": ${JSON.stringify(report.planner_replay.gpu_hours)},`,
    `  "scaling_events": ${lines(events)},`,
    `  "ticks": ${lines(ticks.map(exportedPolicyTick))}`,
    '}\n',
  ].join('\n')
}

function exportedPolicyTick({atS, prefill, decode, target, reason, detail}: PolicyTickRecord): object {
  return {
    at_s: atS,
    active_prefill: prefill.active,
    active_decode: decode.active,
    starting_prefill: prefill.starting,
    starting_decode: decode.starting,
    draining_prefill: prefill.draining,
    draining_decode: decode.draining,
    scale_to: {num_prefill: target.prefill, num_decode: target.decode},
    reason,
    detail,
  }
}

/** 1.6.1 counts twice: what was provisioned, in its report, and what its planner saw serving. */
function gpuHours(report: Report, planner: DiagnosedRun['planner']): readonly string[] {
  const own = JSON.stringify(report.planner_replay.gpu_hours)
  const provisioned = (report as Partial<Record<'gpu_hours', number>>).gpu_hours
  if (planner === null || provisioned === undefined) return [`  "gpu_hours": ${own},`]
  return [`  "gpu_hours": ${JSON.stringify(provisioned)},`, `  "gpu_hours_active": ${own},`]
}

/** The explanation of a planner's tick repeats what the other fields say, at length, for the page alone. */
function exportedTick(tick: TickRecord<PolicyDetail>): object {
  const {detail} = tick
  if (detail.policy === 'dynamo' && detail.release === '1.6.1') return detail.fields
  const flat = dynamoTick(tick)
  if (flat === null) return tick
  const {explanation: _, ...exported} = flat
  return exported
}

function lines(items: readonly object[]): string {
  if (items.length === 0) return '[]'
  return `[\n${items.map(item => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`
}
