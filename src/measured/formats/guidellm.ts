import {isObject, type JsonObject} from '../../core/is-object.ts'
import {type GuidellmReport, guidellmNotices} from '../../trace/formats/records/guidellm.ts'
import {figure, type MeasuredMetric, type MeasuredStatistic, type ReadMeasured} from '../measured-run.ts'

/** The report of `guidellm benchmark`: its requests, or the percentiles of its one benchmark where it holds none. */
export function readGuidellm(report: GuidellmReport): ReadMeasured {
  const rows = report.requests.map(request => ({
    startMs: request.startMs,
    inputTokens: request.inputTokens,
    outputTokens: request.outputTokens,
    ttft: request.ttftMs,
    itl: request.itlMs,
    e2e: request.e2eMs,
  }))
  const [first = {}, ...others] = report.benchmarks
  const statistics = rows.length > 0 || others.length > 0 ? [] : statisticsOf(first)
  return {source: 'guidellm report', rows, statistics, notices: guidellmNotices(report)}
}

/** The report's name of each metric, and ms of its unit. */
const METRICS: readonly (readonly [MeasuredMetric, string, number])[] = [
  ['ttft', 'time_to_first_token_ms', 1],
  ['itl', 'inter_token_latency_ms', 1],
  ['e2e', 'request_latency', 1000],
]

function statisticsOf({metrics}: JsonObject): readonly MeasuredStatistic[] {
  return METRICS.flatMap(([metric, name, unitMs]) => {
    const summary = isObject(metrics) && isObject(metrics[name]) ? metrics[name].successful : null
    if (!isObject(summary)) return []
    const percentiles = isObject(summary.percentiles) ? Object.entries(summary.percentiles) : []
    return [['mean', summary.mean] as const, ...percentiles]
      .map(([key, value]) => ({
        metric,
        at: key === 'mean' ? key : percentileOf(key),
        ms: figure(value) * unitMs,
      }))
      .filter(
        (statistic): statistic is MeasuredStatistic => statistic.at !== null && !Number.isNaN(statistic.ms),
      )
  })
}

/** `p50`; `p01` and `p001` are 1 and 0.1, `p999` is 99.9. null = no percentile. */
function percentileOf(key: string): number | null {
  const digits = /^p(\d{2,3})$/.exec(key)?.[1]
  return digits === undefined ? null : Number(`${digits.slice(0, 2)}.${digits.slice(2)}`)
}
