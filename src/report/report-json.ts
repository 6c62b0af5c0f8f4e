import {formatFloat} from '../core/python/python-number.ts'
import type {ReferenceReport, Report} from './report.ts'
import {formatSorted} from './sorted-json.ts'

/** The only whole numbers of the reference's report; everything else it prints as a float (`300.0`). */
const INTEGER_KEYS: ReadonlySet<string> = new Set<keyof ReferenceReport>([
  'num_requests',
  'completed_requests',
  'total_input_tokens',
  'total_output_tokens',
  'processed_tokens',
])

/**
 * The report file: sorted keys, indented by two, newline at the end. The reference's keys are printed as Python
 * prints them, so that a diff with its file shows real differences only; `planner_replay` is ours and plain JSON.
 */
export function formatReportJson(report: Report | ReferenceReport): string {
  const entries = Object.entries(report).sort(([a], [b]) => (a < b ? -1 : 1))
  const lines = entries.map(([key, value]) => `  ${JSON.stringify(key)}: ${formatValue(key, value)}`)
  return `{\n${lines.join(',\n')}\n}\n`
}

function formatValue(key: string, value: unknown): string {
  if (typeof value !== 'number') return indent(formatSorted(value, 2))
  return INTEGER_KEYS.has(key) ? String(value) : formatFloat(value)
}

function indent(text: string): string {
  return text.replaceAll('\n', '\n  ')
}
