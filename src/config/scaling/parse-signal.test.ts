import {expect, test} from 'vitest'
import {parseSignal} from './parse-signal.ts'
import {formatSignal} from './signal.ts'

test.each([
  ['sum(waiting)', 'sum(waiting)'],
  ['vllm:gpu_cache_usage_perc', 'kv'],
  ['avg(vllm:kv_cache_usage_perc{namespace="a"})', 'avg(kv)'],
  ['max by (pod) (sglang:num_running_reqs)', 'max(running)'],
  ['sum(dynamo_frontend_queued_requests)', 'queued'],
  ['sum(rate(vllm:request_success_total[5m])) or vector(0)', 'rate(300s)'],
  ['rate', 'rate(60s)'],
  ['ttft(p95,5m)', 'ttft(0.95,300s)'],
  [
    'histogram_quantile(0.5, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[1m])))',
    'ttft(0.5,60s)',
  ],
  ['concurrency', 'inflight'],
])('%s is %s, which reads as itself', (text, expected) => {
  const signal = parseSignal(text)
  if (!signal.ok) throw new Error(signal.error.message)
  expect(formatSignal(signal.value)).toBe(expected)
  expect(parseSignal(expected)).toEqual(signal)
})

test.each([
  ['DCGM_FI_DEV_GPU_UTIL', 'no number for'],
  ['histogram_quantile(0.9, sum by (le) (rate(vllm:e2e_request_latency_seconds_bucket[1m])))', 'quantiles'],
  ['ttft(p0)', 'between 0 and 1'],
  ['rate(vllm:num_requests_waiting[1m])', 'no counter'],
])('%s is refused by name', (text, message) => {
  const signal = parseSignal(text)
  expect(signal.ok ? '' : signal.error.message).toContain(message)
})
