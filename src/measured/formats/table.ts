import {fail, ok, type Result} from '../../core/result.ts'
import {columnUnitOf, normaliseName, withoutUnit} from '../../trace/formats/csv/csv-columns.ts'
import {CsvRows} from '../../trace/formats/csv/csv-rows.ts'
import {timeUnitMs} from '../../trace/formats/time-unit.ts'
import {
  emptyRow,
  type MeasuredMetric,
  type MeasuredRow,
  type MeasuredStatistic,
  type ReadMeasured,
} from '../measured-run.ts'

/** Names of columns, in lower case, with `_` for anything but letters and digits and without their unit. */
const METRICS: readonly (readonly [RegExp, MeasuredMetric])[] = [
  [/^(ttft|time_to_first_token|first_token(_latency)?)$/, 'ttft'],
  [/^(itl|tpot|inter_token_latency|time_per_output_token|avg_itl|mean_itl)$/, 'itl'],
  [/^(e2e(l|_latency)?|latency|request_latency|end_to_end(_latency)?|total_time|duration)$/, 'e2e'],
]
const START = /^(start(_time)?|request_start(_time)?|timestamp|time|arrival(_time)?|request_received)$/
const INPUT = /^(input|prompt)_?(tokens?|length|len)$|^(isl|input_sequence_length)$/
const OUTPUT = /^(output|completion|generated)_?(tokens?|length|len)$|^(osl|output_sequence_length)$/
const PERCENTILE = /^(percentile|quantile|stat(istic)?|metric)$/

/** A row per request with a column per latency, or a row per percentile, or a row per latency with percentiles as columns. */
export function readMeasuredCsv(bytes: Uint8Array, fileName: string): Result<ReadMeasured> {
  const rows: (readonly string[])[] = []
  const csv = new CsvRows(bytes, fileName)
  while (!csv.isDone) {
    const read = csv.readStep()
    if (!read.ok) return read
    for (const {cells} of read.value) rows.push(cells)
  }
  const [header, ...body] = rows
  if (header === undefined) return fail(`${fileName} is empty`)
  const names = header.map(normaliseName)
  const columns = names.map(name => metricOf(name))
  const statistic = names.findIndex(name => PERCENTILE.test(name))
  if (statistic >= 0 && columns.some(metric => metric !== null))
    return ok({source: 'CSV of percentiles', rows: [], statistics: byRow(body, {statistic, header, columns})})
  const percentiles = names.map(percentileOf)
  if (percentiles.some(at => at !== null))
    return ok({source: 'CSV of percentiles', rows: [], statistics: byColumn(body, percentiles)})
  if (columns.every(metric => metric === null))
    return fail(
      `${fileName}: no column is known to hold a TTFT, ITL or end-to-end latency (the file has ${header.slice(0, 12).join(', ')})`,
    )
  return ok({source: 'CSV of latencies', rows: body.map(cells => requestOf(cells, header, columns))})
}

interface TableLayout {
  readonly statistic: number
  readonly header: readonly string[]
  readonly columns: readonly (MeasuredMetric | null)[]
}

function byRow(
  body: readonly (readonly string[])[],
  {statistic, header, columns}: TableLayout,
): MeasuredStatistic[] {
  return body.flatMap(cells => {
    const at = percentileOf(normaliseName(cells[statistic] ?? ''))
    if (at === null) return []
    return columns.flatMap((metric, i) => {
      const ms = numberOf(cells[i]) * unitMs(header[i]!)
      return metric === null || Number.isNaN(ms) ? [] : [{metric, at, ms}]
    })
  })
}

/** `metric,mean,p50,p90`: the first cell of a row names the latency and perhaps its unit. */
function byColumn(
  body: readonly (readonly string[])[],
  percentiles: readonly (number | 'mean' | null)[],
): MeasuredStatistic[] {
  return body.flatMap(cells => {
    const metric = metricOf(normaliseName(cells[0] ?? ''))
    return percentiles.flatMap((at, i) => {
      const ms = numberOf(cells[i]) * unitMs(cells[0] ?? '')
      return metric === null || at === null || Number.isNaN(ms) ? [] : [{metric, at, ms}]
    })
  })
}

function requestOf(
  cells: readonly string[],
  header: readonly string[],
  columns: readonly (MeasuredMetric | null)[],
): MeasuredRow {
  const row = emptyRow()
  for (const [i, name] of header.entries()) {
    const metric = columns[i] ?? null
    const value = numberOf(cells[i])
    const bare = withoutUnit(normaliseName(name))
    if (metric !== null) row[metric] = value * unitMs(name)
    // Times of day are in seconds where their name does not say.
    else if (START.test(bare)) row.startMs = value * (columnUnitOf(name) === null ? 1000 : unitMs(name))
    else if (INPUT.test(bare)) row.inputTokens = value
    else if (OUTPUT.test(bare)) row.outputTokens = value
  }
  return row
}

function metricOf(name: string): MeasuredMetric | null {
  const bare = withoutUnit(name)
  return METRICS.find(([pattern]) => pattern.test(bare))?.[1] ?? null
}

/** `p90`, `90`, `median`, `mean`; null = none of these. */
function percentileOf(name: string): number | 'mean' | null {
  if (name === 'mean' || name === 'avg' || name === 'average') return 'mean'
  if (name === 'median') return 50
  const at = Number(/^p?(\d{1,2}(?:[._]\d+)?)(?:th)?$/.exec(name)?.[1]?.replace('_', '.'))
  return at > 0 && at < 100 ? at : null
}

/** ms where a name does not say. */
function unitMs(name: string): number {
  return timeUnitMs(columnUnitOf(name) ?? 'ms')
}

function numberOf(cell: string | undefined): number {
  const text = cell?.trim() ?? ''
  const value = text === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) && value >= 0 ? value : Number.NaN
}
