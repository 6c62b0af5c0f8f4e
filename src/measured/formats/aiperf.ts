import {isObject, type JsonObject} from '../../core/is-object.ts'
import {
  figure,
  type MeasuredMetric,
  type MeasuredRow,
  type MeasuredStatistic,
  type ReadMeasured,
} from '../measured-run.ts'

/** One line of `profile_export.jsonl`: `{"metadata": {…}, "metrics": {NAME: {"value", "unit"}}, "error"}`. */
export function isAiperfRecord({metadata, metrics}: JsonObject): boolean {
  return isObject(metadata) && isObject(metrics)
}

/** `profile_export_aiperf.json`: metrics by name, each with its unit and its percentiles. */
export function isAiperfSummary(document: JsonObject): boolean {
  return Object.values(METRICS).some(name => isObject(document[name]))
}

const METRICS: Readonly<Record<MeasuredMetric, string>> = {
  ttft: 'time_to_first_token',
  itl: 'inter_token_latency',
  e2e: 'request_latency',
}

const NS_PER_MS = 1e6

export function readAiperfRecords(records: readonly JsonObject[]): ReadMeasured {
  const rows: MeasuredRow[] = []
  let warmups = 0
  for (const {metadata, metrics} of records) {
    if (!isObject(metadata) || !isObject(metrics)) continue
    if (metadata.benchmark_phase === 'warmup') warmups++
    else
      rows.push({
        startMs: figure(metadata.request_start_ns) / NS_PER_MS,
        inputTokens: metricValue(metrics.input_sequence_length),
        outputTokens: metricValue(metrics.output_sequence_length),
        ttft: metricValue(metrics.time_to_first_token),
        itl: metricValue(metrics.inter_token_latency),
        e2e: metricValue(metrics.request_latency),
      })
  }
  const notices =
    warmups === 0
      ? []
      : [
          `${warmups === 1 ? '1 request of the warm-up was' : `${warmups} requests of the warm-up were`} left out.`,
        ]
  return {source: 'AIPerf records', rows, notices}
}

function metricValue(metric: unknown): number {
  return isObject(metric) ? figure(metric.value) * unitMs(metric.unit) : Number.NaN
}

/** Factor to ms; lengths and whatever names no unit of time stay as they are. */
function unitMs(unit: unknown): number {
  if (unit === 's' || unit === 'sec' || unit === 'seconds') return 1000
  if (unit === 'us') return 1 / 1000
  return unit === 'ns' ? 1 / NS_PER_MS : 1
}

export function readAiperfSummary(document: JsonObject): ReadMeasured {
  const statistics: MeasuredStatistic[] = []
  for (const metric of Object.keys(METRICS) as MeasuredMetric[]) {
    const block = document[METRICS[metric]]
    if (!isObject(block)) continue
    for (const [key, value] of Object.entries(block)) {
      const at = key === 'avg' ? 'mean' : Number(/^p(\d+(?:\.\d+)?)$/.exec(key)?.[1])
      const ms = figure(value) * unitMs(block.unit)
      if ((at === 'mean' || (at > 0 && at < 100)) && !Number.isNaN(ms)) statistics.push({metric, at, ms})
    }
  }
  return {source: 'AIPerf summary', rows: [], statistics}
}
