import {parseDurationS} from '../../core/parse-duration.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import type {Aggregation, Gauge, Signal} from './signal.ts'

type Metric = Gauge | 'queued' | 'router' | 'inflight' | 'rate' | 'ttft' | 'saturation'

/** Metrics as servers name them, each without what is no letter or digit (policies.md 4.1). */
const METRICS: Readonly<Record<string, Metric>> = {
  waiting: 'waiting',
  num_requests_waiting: 'waiting',
  vllm_num_requests_waiting: 'waiting',
  sglang_num_queue_reqs: 'waiting',
  running: 'running',
  num_requests_running: 'running',
  vllm_num_requests_running: 'running',
  sglang_num_running_reqs: 'running',
  kv: 'kv',
  kv_cache_usage_perc: 'kv',
  vllm_kv_cache_usage_perc: 'kv',
  gpu_cache_usage_perc: 'kv',
  vllm_gpu_cache_usage_perc: 'kv',
  sglang_token_usage: 'kv',
  queue: 'queued',
  queued: 'queued',
  dynamo_frontend_queued_requests: 'queued',
  router: 'router',
  llm_d_epp_flow_control_queue_size: 'router',
  inflight: 'inflight',
  concurrency: 'inflight',
  dynamo_frontend_inflight_requests: 'inflight',
  llm_d_epp_request_running: 'inflight',
  rate: 'rate',
  rps: 'rate',
  request_success_total: 'rate',
  vllm_request_success_total: 'rate',
  dynamo_frontend_requests_total: 'rate',
  ttft: 'ttft',
  time_to_first_token_seconds: 'ttft',
  vllm_time_to_first_token_seconds: 'ttft',
  sglang_time_to_first_token_seconds: 'ttft',
  dynamo_frontend_time_to_first_token_seconds: 'ttft',
  saturation: 'saturation',
  llm_d_epp_flow_control_pool_saturation: 'saturation',
}

const DEFAULT_RATE_WINDOW_S = 60
const DEFAULT_TTFT_WINDOW_S = 300

/** Words for what can be named, in messages. */
const KNOWN = 'waiting, running, kv, queue, router, inflight, rate, ttft, saturation'

/**
 * Reads what an autoscaler asks for: a short word such as `sum(waiting)` or `ttft(p95,5m)`, a metric of vLLM, SGLang, Dynamo or
 * llm-d by its name, or one of the queries over them that public manifests use. What the simulator has no number for is
 * refused by name.
 */
export function parseSignal(text: string): Result<Signal> {
  const plain = withoutSelectors(text)
  const quantile = /^histogram_quantile\(([\d.]+),(.*)\)$/.exec(plain)
  if (quantile !== null) return readQuantile(Number(quantile[1]), quantile[2] ?? '', text)
  const short = /^ttft\((?:p(\d+(?:\.\d+)?)|([\d.]+))(?:,([^)]+))?\)$/.exec(plain)
  if (short !== null) {
    const share = short[1] === undefined ? Number(short[2]) : Number(short[1]) / 100
    return toTtft(share, short[3] ?? null, text)
  }
  const aggregated = /^(sum|avg|mean|max)\((.*)\)$/.exec(plain)
  if (aggregated === null) return readMetric(plain, 'none', text)
  const over = aggregated[1] === 'mean' ? 'avg' : (aggregated[1] as Aggregation)
  return readMetric(aggregated[2] ?? '', over, text)
}

/** Without spaces, label selectors, groupings, and the zero for an empty answer. */
function withoutSelectors(text: string): string {
  return text
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\b(?:by|without)\s*\([^)]*\)/g, '')
    .replace(/\bor\s+(?:on\s*\(\s*\)\s+)?vector\(\s*0\s*\)\s*$/, '')
    .replaceAll(/\s+/g, '')
}

function readMetric(expression: string, over: Aggregation, text: string): Result<Signal> {
  const rate = /^(?:rate|irate|increase)\(([^[\]()]+)\[([^\]]+)\]\)$/.exec(expression)
  const shortRate = /^(?:rate|rps)\(([^[\]()]+)\)$/.exec(expression)
  const name = rate?.[1] ?? (shortRate === null ? expression : 'rate')
  const metric = metricOf(name)
  if (metric === null)
    return fail(`asks for "${text}", which the simulator has no number for; it has ${KNOWN}`)
  if (metric === 'rate') return toRate(rate?.[2] ?? shortRate?.[1] ?? null, text)
  if (rate !== null) return fail(`asks for the rate of "${name}", which is no counter here`)
  switch (metric) {
    case 'waiting':
    case 'running':
    case 'kv':
      return ok({kind: 'gauge', gauge: metric, over})
    case 'ttft':
      return toTtft(0.95, null, text)
    default:
      return ok({kind: metric})
  }
}

function readQuantile(quantile: number, expression: string, text: string): Result<Signal> {
  const inner = /^(?:sum\()?rate\(([^[\]()]+)_bucket\[([^\]]+)\]\)\)?$/.exec(expression)
  if (inner === null || metricOf(inner[1] ?? '') !== 'ttft') {
    return fail(`asks for "${text}"; of quantiles the simulator has the time to first token's alone`)
  }
  return toTtft(quantile, inner[2] ?? null, text)
}

function toRate(window: string | null, text: string): Result<Signal> {
  const windowS = window === null ? DEFAULT_RATE_WINDOW_S : parseDurationS(window)
  if (windowS === null || windowS <= 0) return fail(`"${text}" has no window such as 1m`)
  return ok({kind: 'rate', windowS})
}

function toTtft(quantile: number, window: string | null, text: string): Result<Signal> {
  const windowS = window === null ? DEFAULT_TTFT_WINDOW_S : parseDurationS(window)
  if (windowS === null || windowS <= 0) return fail(`"${text}" has no window such as 5m`)
  if (!(quantile > 0 && quantile < 1))
    return fail(`"${text}" asks for a quantile that is not between 0 and 1`)
  return ok({kind: 'ttft', quantile, windowS})
}

function metricOf(name: string): Metric | null {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')
  return METRICS[plain] ?? null
}
