import type {MeasuredComparison, MetricComparison} from './compare-measured.ts'
import type {CalibrationOutcome} from './fit-calibration.ts'
import type {MeasuredMetric} from './measured-run.ts'
import {formatError} from './words.ts'

const METRIC_NAMES: Readonly<Record<MeasuredMetric, string>> = {
  ttft: 'TTFT',
  itl: 'ITL',
  e2e: 'End to end',
}

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

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`
}

function row([name = '', ...cells]: readonly string[]): string {
  return `  ${name.padEnd(11)}${cells.map(cell => cell.padStart(12)).join('')}`
}

/** What the fit found, and what it did on the requests it had not seen. */
export function formatCalibrationOutcome({
  isAccepted,
  calibration,
  prefillFactor,
  decodeFactor,
}: CalibrationOutcome): string {
  const {errorBefore, errorAfter, requests, overheadMs} = calibration
  const found = `pass times of prompts × ${prefillFactor}, of decoding × ${decodeFactor}, ${overheadMs} ms of overhead`
  const judged = `on ${requests} requests that it was not fitted on, the error goes from ${percent(errorBefore)} to ${percent(errorAfter)}`
  return isAccepted
    ? `Calibration accepted: ${found}; ${judged}.\n`
    : `Calibration refused: ${found} would not do; ${judged}.\n`
}
