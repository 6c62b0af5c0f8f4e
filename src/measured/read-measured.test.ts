import fc from 'fast-check'
import {strToU8} from 'fflate'
import {describe, expect, it} from 'vitest'
import {FUZZ} from '../../test/support/fuzz.ts'
import {guidellmReports} from '../../test/support/guidellm-reports.ts'
import type {MeasuredRun} from './measured-run.ts'
import {readMeasured} from './read-measured.ts'

function read(text: string): MeasuredRun {
  const run = readMeasured(strToU8(text), 'run')
  if (!run.ok) throw new Error(run.error.message)
  return run.value
}

function refused(text: string): string {
  const run = readMeasured(strToU8(text), 'run')
  return run.ok ? '' : run.error.message
}

const lines = (...rows: readonly object[]) => rows.map(row => JSON.stringify(row)).join('\n')
const aiperf = (start: number, metrics: object, phase = 'profiling') => ({
  metadata: {request_start_ns: start, benchmark_phase: phase},
  metrics,
  error: null,
})
const ms = (value: number) => ({value, unit: 'ms'})

describe('a measured run is read', () => {
  it('from the records of AIPerf, in order of their start, without the warm-up', () => {
    const records = lines(
      aiperf(2e9, {
        time_to_first_token: ms(20),
        request_latency: {value: 0.12, unit: 's'},
        output_sequence_length: {value: 11, unit: 'tokens'},
      }),
      aiperf(1e9, {time_to_first_token: ms(10), inter_token_latency: ms(5), request_latency: ms(60)}),
      aiperf(0, {time_to_first_token: ms(999)}, 'warmup'),
    )
    const {source, requests, notices} = read(records)
    expect(source).toBe('AIPerf records')
    expect([...requests!.startMs]).toEqual([1000, 2000])
    expect([...requests!.latencyMs.ttft]).toEqual([10, 20])
    expect([...requests!.latencyMs.itl]).toEqual([5, 10])
    expect([...requests!.latencyMs.e2e]).toEqual([60, 120])
    expect(notices).toEqual(['1 request of the warm-up was left out.'])
  })

  it('from the report of guidellm: its requests, else its percentiles', () => {
    const request = (start: number) => ({
      request_start_time: start,
      request_latency: 0.5,
      prompt_tokens: 300,
      output_tokens: 11,
      time_to_first_token_ms: 80,
      inter_token_latency_ms: 42,
    })
    const report = (benchmark: object) => JSON.stringify({benchmarks: [benchmark]})
    const requests = {successful: [request(8), request(3)], incomplete: [request(9)], errored: []}
    const run = read(report({requests}))
    expect(run.source).toBe('guidellm report')
    expect([...run.requests!.startMs]).toEqual([3000, 8000])
    expect(run.requests!.latencyMs).toEqual({
      ttft: new Float64Array([80, 80]),
      itl: new Float64Array([42, 42]),
      e2e: new Float64Array([500, 500]),
    })
    expect(run.notices).toEqual(['1 request that failed or was cut off is left out.'])
    const successful = {mean: 0.5, median: 0.4, percentiles: {p001: 0.1, p50: 0.4, p999: 2}}
    const none = {successful: [], incomplete: [], errored: []}
    expect(read(report({requests: none, metrics: {request_latency: {successful}}})).statistics).toEqual([
      {metric: 'e2e', at: 'mean', ms: 500},
      {metric: 'e2e', at: 0.1, ms: 100},
      {metric: 'e2e', at: 50, ms: 400},
      {metric: 'e2e', at: 99.9, ms: 2000},
    ])
  })

  it('from the summary of AIPerf, with its percentiles', () => {
    const summary = {
      input_config: {},
      time_to_first_token: {unit: 'ms', avg: 20, p50: 18, p99: 40, min: 1, count: 7},
      inter_token_latency: {unit: 'ms', avg: 5},
    }
    const {requests, statistics} = read(JSON.stringify(summary, null, 2))
    expect(requests).toBeNull()
    expect(statistics).toEqual([
      {metric: 'ttft', at: 'mean', ms: 20},
      {metric: 'ttft', at: 50, ms: 18},
      {metric: 'ttft', at: 99, ms: 40},
      {metric: 'itl', at: 'mean', ms: 5},
    ])
  })

  it('from a Dynamo request trace with its latencies, wrapped or not', () => {
    const event = (received: number, ttft: number) => ({
      schema: 'dynamo.request.trace.v1',
      event_type: 'request_end',
      request: {
        request_received_ms: received,
        ttft_ms: ttft,
        avg_itl_ms: 4,
        total_time_ms: 90,
        input_tokens: 7,
        output_tokens: 3,
      },
    })
    const {requests} = read(lines({timestamp: 1, event: event(50, 12)}, event(40, 11)))
    expect([...requests!.latencyMs.ttft]).toEqual([11, 12])
    expect([...requests!.inputTokens]).toEqual([7, 7])
  })

  it('from the benchmark of vLLM, with every request or with statistics alone', () => {
    const detailed = {
      backend: 'vllm',
      mean_ttft_ms: 11,
      input_lens: [100, 200, 300],
      output_lens: [3, 3, 0],
      ttfts: [0.01, 0.012, 0],
      itls: [[0.004, 0.006], [0.005], []],
      errors: ['', '', 'refused'],
    }
    const {requests, notices} = read(JSON.stringify(detailed))
    expect([...requests!.latencyMs.ttft]).toEqual([10, 12, Number.NaN])
    expect([...requests!.latencyMs.itl]).toEqual([5, 2.5, Number.NaN])
    expect([...requests!.latencyMs.e2e]).toEqual([20, 17, Number.NaN])
    expect(notices).toEqual(['1 of 3 measured requests have no latency: they failed.'])
    const {statistics} = read(
      '{"backend":"vllm","mean_ttft_ms":11,"median_tpot_ms":5,"p99_e2el_ms":300,"mean_itl_ms":9}',
    )
    expect(statistics).toEqual([
      {metric: 'ttft', at: 'mean', ms: 11},
      {metric: 'itl', at: 50, ms: 5},
      {metric: 'e2e', at: 99, ms: 300},
    ])
  })

  it('from the benchmark of SGLang, of which the last run counts', () => {
    const run = (mean: number) => ({backend: 'sglang', mean_ttft_ms: mean, median_e2e_latency_ms: 300})
    const {source, statistics, notices} = read(lines(run(1), run(2)))
    expect(source).toBe('SGLang benchmark')
    expect(statistics[0]).toEqual({metric: 'ttft', at: 'mean', ms: 2})
    expect(notices[0]).toContain('2 runs')
  })

  it('from a CSV of requests, of percentiles by row, and by column', () => {
    const {requests} = read('start_s,isl,osl,ttft_s,latency_ms\n0,100,11,0.02,120\n1,200,11,0.03,130\n')
    expect([...requests!.startMs]).toEqual([0, 1000])
    expect([...requests!.latencyMs.ttft]).toEqual([20, 30])
    expect([...requests!.latencyMs.itl]).toEqual([10, 10])
    const rows = read('stat;TTFT (ms);TPOT (ms)\np50;20;5\n99;40;6\n')
    expect(rows.statistics).toEqual([
      {metric: 'ttft', at: 50, ms: 20},
      {metric: 'itl', at: 50, ms: 5},
      {metric: 'ttft', at: 99, ms: 40},
      {metric: 'itl', at: 99, ms: 6},
    ])
    const columns = read(
      'Metric,avg,p50\nTime to First Token (ms),21,20\nRequest Latency (s),1,0.9\nErrors,0,0\n',
    )
    expect(columns.statistics.map(({ms: value}) => value)).toEqual([21, 20, 1000, 900])
  })

  it('or refused by its name, with what would do', () => {
    expect(refused('{"a":1}')).toContain('no measured run that is known')
    expect(refused('a,b\n1,2\n')).toContain('no column is known to hold a TTFT')
    expect(refused('ttft\nx\n')).toContain('no request with a TTFT')
    expect(refused('{"a":1}\n[2]\n')).toContain('line 2 is not a JSON object')
    expect(refused('')).toContain('is empty')
  })

  it('without a crash, whatever it holds, in ten thousand cases', () => {
    const keys = fc.constantFrom(
      'metadata',
      'metrics',
      'ttfts',
      'itls',
      'event',
      'schema',
      'request',
      'mean_ttft_ms',
      'time_to_first_token',
    )
    const values = fc.oneof(
      fc.jsonValue({maxDepth: 2}),
      fc.constantFrom('dynamo.request.trace.v1', 'request_end', null),
      fc.array(fc.oneof(fc.double(), fc.constant(null), fc.array(fc.double()))),
    )
    const documents = fc.array(fc.dictionary(keys, fc.oneof(values, fc.dictionary(keys, values))), {
      minLength: 1,
      maxLength: 3,
    })
    const json = documents.map(list => lines(...list))
    const cells = fc.constantFrom(
      'ttft',
      'p50',
      'latency_ms',
      '"',
      ',',
      '\n',
      '1',
      '-2',
      'x',
      ';',
      'mean',
      '',
    )
    const table = fc.array(cells, {maxLength: 30}).map(list => list.join(','))
    const bytes = fc.oneof(
      guidellmReports.map(text => strToU8(text)),
      json.map(text => strToU8(text)),
      table.map(text => strToU8(text)),
      fc.uint8Array({maxLength: 60}),
    )
    fc.assert(
      fc.property(bytes, input => {
        const run = readMeasured(input, 'run')
        if (!run.ok) return run.error.message.length > 0
        const {requests, statistics} = run.value
        const positive = statistics.every(({ms: value}) => value >= 0)
        return positive && (requests !== null || statistics.length > 0)
      }),
      FUZZ,
    )
  })
})
