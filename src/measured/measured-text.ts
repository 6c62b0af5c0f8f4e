import type {MeasuredComparison, MetricComparison} from './compare-measured.ts'
import {formatError, METRIC_NAMES, percent} from './words.ts'

const PRINTED = [50, 90, 99]

/** A table for a terminal: measured beside simulated, and what kind of error each latency has. */
export function formatMeasured({
  source,
  fileName,
  matching,
  metrics,
  overheadMs,
  notices,
}: MeasuredComparison): string {
  const lines = [`Measured (${fileName}, ${source}) beside simulated, ms`, `  ${matching}`]
  if (overheadMs > 0)
    lines.push(
      `  ${overheadMs} ms of calibrated overhead are added to simulated TTFT and end-to-end latency.`,
    )
  for (const notice of notices) lines.push(`  ${notice}`)
  lines.push(row(['', 'statistic', 'measured', 'simulated', 'error']))
  for (const metric of metrics) lines.push(...rowsOf(metric))
  return `${lines.join('\n')}\n`
}

function rowsOf({metric, mean, quantiles, pairs, error}: MetricComparison): readonly string[] {
  const name = METRIC_NAMES[metric]
  const figures = [
    ...(mean === null ? [] : [{label: 'mean', ...mean}]),
    ...quantiles.filter(({at}) => PRINTED.includes(at)).map(one => ({label: `p${one.at}`, ...one})),
  ]
  const rows = figures.map(({label, measuredMs, simulatedMs}, i) =>
    row([
      i === 0 ? name : '',
      label,
      measuredMs.toFixed(2),
      simulatedMs.toFixed(2),
      formatError(simulatedMs / measuredMs - 1),
    ]),
  )
  const paired =
    pairs === null
      ? ''
      : `${pairs.count} requests: median ${formatError(pairs.median)}, half within ${percent(pairs.medianAbsolute)}, nine tenths within ${percent(pairs.p90Absolute)}; `
  return [...rows, `    ${name}: ${paired}${error.text}.`]
}

function row([name = '', ...cells]: readonly string[]): string {
  return `  ${name.padEnd(11)}${cells.map(cell => cell.padStart(12)).join('')}`
}
