import type {PlannerRecord, TickRecord} from '../policies/dynamo/record.ts'
import type {Report} from './report.ts'

export interface DiagnosedRun {
  readonly report: Report
  /** null for a plain run. */
  readonly planner: PlannerRecord | null
}

/**
 * The `--diagnostics-json` file: totals, scaling events, and one line per planner tick so that two runs can be
 * compared with diff. Absent values are left out; a plain run has no ticks and no events.
 */
export function formatDiagnosticsJson({report, planner}: DiagnosedRun): string {
  return [
    '{',
    `  "total_ticks": ${planner?.totalTicks ?? 0},`,
    `  "gpu_hours": ${JSON.stringify(report.planner_replay.gpu_hours)},`,
    `  "scaling_events": ${lines(planner?.scalingEvents ?? [])},`,
    `  "ticks": ${lines((planner?.ticks ?? []).map(exportedTick))}`,
    '}\n',
  ].join('\n')
}

/** The explanation of a tick repeats what the other fields say, at length, for the page alone. */
function exportedTick({explanation: _, ...tick}: TickRecord): object {
  return tick
}

function lines(items: readonly object[]): string {
  if (items.length === 0) return '[]'
  return `[\n${items.map(item => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`
}
