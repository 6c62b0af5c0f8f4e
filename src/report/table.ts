import {formatFixed, formatThousands} from '../core/python/python-number.ts'
import type {ScalingEvent} from '../scaling/record.ts'
import type {Distribution, ReferenceReport} from './report.ts'

/** One line of the metric table; null where the reference prints N/A. */
export interface TableRow {
  readonly label: string
  readonly values: readonly (number | null)[]
}

export const TABLE_TITLE = 'NVIDIA AIPerf | LLM Metrics'
export const TABLE_COLUMNS = ['avg', 'min', 'max', 'p99', 'p90', 'p75', 'std'] as const

/** The metric table of engine.md 11.5 as data: rows of the page's table and of the console's. */
export function tableRows(report: ReferenceReport): readonly TableRow[] {
  return [
    statisticsRow(report, 'Time to First Token (ms)', 'ttft_ms'),
    statisticsRow(report, 'Time to Second Token (ms)', 'ttst_ms'),
    statisticsRow(report, 'Request Latency (ms)', 'e2e_latency_ms'),
    statisticsRow(report, 'Inter Token Latency (ms)', 'itl_ms'),
    statisticsRow(
      report,
      'Output Token Throughput Per User (tokens/sec/user)',
      'output_token_throughput_per_user',
    ),
    singleRow('Output Token Throughput (tokens/sec)', report.output_throughput_tok_s),
    singleRow('Request Throughput (requests/sec)', report.request_throughput_rps),
    singleRow('Request Count (requests)', report.completed_requests),
  ]
}

/** The number format of the table: thousands commas, two decimals, `N/A` for nothing. */
export function formatCell(value: number | null): string {
  return value === null ? 'N/A' : formatThousands(value, 2)
}

/** Title, table and the two lines below it, as the reference prints them; no trailing newline. */
export function formatReportTable(report: ReferenceReport): string {
  const rows = tableRows(report).map(row => [row.label, ...row.values.map(formatCell)])
  return [
    TABLE_TITLE,
    renderTable([['Metric', ...TABLE_COLUMNS], ...rows]),
    `Wall Time (ms): ${formatCell(report.wall_time_ms)}`,
    `Prefix Cache Reused Ratio: ${formatCell(report.prefix_cache_reused_ratio)}`,
  ].join('\n')
}

/** The block before the table of a planner run; empty without events. */
export function formatScalingEvents(events: readonly ScalingEvent[]): string {
  if (events.length === 0) return ''
  const lines = events.map(
    event =>
      `  t=${formatFixed(event.at_s, 1)}s [${event.component}]: ` +
      `${event.from_count} -> ${event.to_count} workers (${event.reason})\n`,
  )
  return `\nScaling events:\n${lines.join('')}`
}

function statisticsRow(report: ReferenceReport, label: string, key: Distribution): TableRow {
  const statistics = ['mean', 'min', 'max', 'p99', 'p90', 'p75', 'std'] as const
  return {label, values: statistics.map(statistic => report[`${statistic}_${key}`])}
}

function singleRow(label: string, value: number): TableRow {
  return {label, values: TABLE_COLUMNS.map((_, column) => (column === 0 ? value : null))}
}

function renderTable(lines: readonly (readonly string[])[]): string {
  const [header = [], ...rows] = lines
  const widths = header.map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0)))
  const rule = (left: string, middle: string, right: string) =>
    left + widths.map(width => '━'.repeat(width + 2)).join(middle) + right
  const render = (line: readonly string[]) =>
    `┃${line.map((text, column) => ` ${padCell(text, column, widths[column] ?? 0)} `).join('┃')}┃`
  return [
    rule('┏', '┳', '┓'),
    render(header),
    rule('┡', '╇', '┩'),
    ...rows.map(render),
    rule('└', '┴', '┘'),
  ].join('\n')
}

/** The first column is text, the others are numbers. */
function padCell(text: string, column: number, width: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width)
}
