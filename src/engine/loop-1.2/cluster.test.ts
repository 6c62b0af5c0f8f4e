import {describe, expect, it} from 'vitest'
import {parseEngineArgs} from '../../config/engine/engine-args.ts'
import type {EngineArgs, Fleet} from '../../config/scenario.ts'
import {ms} from '../../core/units.ts'
import {polynomialModel} from '../../perf/polynomial.ts'
import {computeReport} from '../../report/compute-report.ts'
import {parseMooncake} from '../../trace/formats/mooncake.ts'
import {ENGINE_1_2} from '../generation-1.2.ts'
import {constantStartup} from '../startup-model.ts'
import {Cluster} from './cluster.ts'

/** `[time, input, output, hash ids, session?]`, the notation of engine.md 14. */
type Line = readonly [number, number, number, readonly number[], string?]

function args(value: Record<string, unknown>): EngineArgs {
  const parsed = parseEngineArgs(value, {flag: '--extra-engine-args'})
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value.args
}

function workloadOf(lines: readonly Line[]) {
  const text = lines
    .map(([timestamp, input_length, output_length, hash_ids, session_id]) =>
      JSON.stringify({timestamp, input_length, output_length, hash_ids, session_id}),
    )
    .join('\n')
  const workload = parseMooncake(text, {fileName: 'test.jsonl', traceBlockSize: 512, arrivalSpeedupRatio: 1})
  if (!workload.ok) throw new Error(workload.error.message)
  return workload.value
}

function agg(engine: Record<string, unknown>, initialWorkers = 1): Fleet {
  return {topology: 'agg', workers: {args: args(engine), initialWorkers, gpusPerInstance: null}}
}

function cluster(lines: readonly Line[], fleet: Fleet): Cluster {
  return new Cluster({
    generation: ENGINE_1_2,
    startupFor: (_, {startup_time}) => constantStartup(startup_time),
    fleet,
    workload: workloadOf(lines),
    perfModelFor: () => polynomialModel,
    router: null,
    prefillEstimate: null,
    concurrency: null,
    seed: 0,
    isObserved: true,
  })
}

function runReport(lines: readonly Line[], fleet: Fleet) {
  const engine = cluster(lines, fleet)
  while (!engine.runToEnd(1000));
  return computeReport(engine.record(), {wallTimeMs: 0})
}

describe('worked examples of engine.md 14, figures printed by the reference', () => {
  it('1: one request', () => {
    const report = runReport([[0, 100, 3, [1]]], agg({num_gpu_blocks: 1000}))
    expect(report.mean_ttft_ms).toBe(23.871891)
    expect(report.mean_itl_ms).toBeCloseTo(5.847917, 9)
    expect(report.duration_ms).toBeCloseTo(35.567725, 9)
    expect(report.output_throughput_tok_s).toBeCloseTo(84.3461312186821, 9)
  })

  it('2: two requests of one pass share a prefix', () => {
    const engine = cluster(
      [
        [1000, 600, 3, [1, 2]],
        [1000, 700, 2, [1, 3]],
      ],
      agg({}),
    )
    while (!engine.runToEnd(1000));
    const {passes} = engine.observe().decode
    expect([passes.numPrefillRequests[0], passes.sumPrefillTokens[0]]).toEqual([2, 788])
    const report = computeReport(engine.record(), {wallTimeMs: 0})
    expect(report.mean_ttft_ms).toBe(34.510225)
    expect(report.mean_itl_ms).toBeCloseTo(5.779543666, 8)
    expect(report.duration_ms).toBeCloseTo(46.066018, 9)
    expect(report.prefix_cache_reused_ratio).toBe(0.39384615384615385)
  })

  it('3: a prompt larger than the token budget is computed in chunks', () => {
    const report = runReport(
      [[0, 10000, 2, Array.from({length: 20}, (_, i) => i)]],
      agg({num_gpu_blocks: 1000}),
    )
    expect(report.mean_ttft_ms).toBeCloseTo(228.051291, 9)
    expect(report.duration_ms).toBeCloseTo(241.636396, 9)
  })

  it('4: a fully cached prompt needs no prefill', () => {
    const lines: Line[] = [
      [0, 512, 2, [1]],
      [100, 512, 2, [1]],
    ]
    const report = runReport(lines, agg({num_gpu_blocks: 1000}))
    expect(report.mean_ttft_ms).toBeCloseTo(18.363285, 9)
    expect(report.prefix_cache_reused_ratio).toBe(0.5)
    expect(report.duration_ms).toBeCloseTo(112.394438, 9)
  })

  it('5: a request waits for the pass under way', () => {
    const lines: Line[] = [
      [0, 100, 2, [1]],
      [15, 100, 2, [2]],
    ]
    const report = runReport(lines, agg({num_gpu_blocks: 1000}))
    expect(report.mean_ttft_ms).toBeCloseTo(28.361692, 9)
    expect(report.max_itl_ms).toBeCloseTo(23.979602, 9)
    expect(report.duration_ms).toBeCloseTo(53.69941, 9)
  })

  it('6: speed-ups divide pass times', () => {
    const fleet = agg({num_gpu_blocks: 1000, speedup_ratio: 3, decode_speedup_ratio: 2})
    expect(runReport([[0, 100, 3, [1]]], fleet).duration_ms).toBeCloseTo(8.93195, 9)
  })

  it('7: the next turn of a session starts after its delay', () => {
    const lines: Line[] = [
      [0, 512, 2, [1], 'a'],
      [1000, 1024, 2, [1, 2], 'a'],
    ]
    const report = runReport(lines, agg({num_gpu_blocks: 1000}))
    expect(report.duration_ms).toBeCloseTo(1074.414148, 9)
    expect(report.mean_ttft_ms).toBeCloseTo(30.769706, 9)
    expect(report.prefix_cache_reused_ratio).toBeCloseTo(512 / 1536, 12)
  })

  it('8: disaggregated, with and without KV transfer time', () => {
    const fleet = (prefill: Record<string, unknown>): Fleet => ({
      topology: 'disagg',
      prefill: {args: args({worker_type: 'prefill', ...prefill}), initialWorkers: 1, gpusPerInstance: null},
      decode: {args: args({worker_type: 'decode'}), initialWorkers: 1, gpusPerInstance: null},
    })
    const lines: Line[] = [[0, 1000, 3, [1, 2]]]
    const slow = runReport(lines, fleet({kv_bytes_per_token: 131072, kv_transfer_bandwidth: 64}))
    expect(slow.mean_ttft_ms).toBeCloseTo(39.946579, 9)
    expect(slow.duration_ms).toBeCloseTo(51.532019, 9)
    const instant = runReport(lines, fleet({}))
    expect(instant.mean_ttft_ms).toBeCloseTo(37.898579, 9)
    expect(instant.duration_ms).toBeCloseTo(49.484019, 9)
  })

  it('9: too few blocks, pre-emption of the newest and of the oldest', () => {
    const lines: Line[] = [
      [0, 300, 40, [1]],
      [0, 300, 40, [2]],
      [0, 100, 40, [3]],
    ]
    const engine = cluster(lines, agg({num_gpu_blocks: 12}))
    while (!engine.runToEnd(1000));
    const {passes} = engine.observe().decode
    expect(Math.max(...passes.numQueuedDecode.subarray(0, passes.count))).toBe(10)
    const lifo = computeReport(engine.record(), {wallTimeMs: 0})
    expect(lifo.duration_ms).toBeCloseTo(2023.73107, 8)
    expect(lifo.mean_itl_ms).toBeCloseTo(47.447594, 6)
    expect(lifo.prefix_cache_reused_ratio).toBe(0.3657142857142857)
    const fifo = runReport(lines, agg({num_gpu_blocks: 12, preemption_mode: 'fifo'}))
    expect(fifo.duration_ms).toBeCloseTo(2189.052265, 8)
    expect(fifo.prefix_cache_reused_ratio).toBe(0.7314285714285714)
  })

  it('10: scaling with start-up time', () => {
    const lines = Array.from({length: 60}, (_, i): Line => [100 * i, 512, 20, [i]])
    const engine = cluster(lines, agg({startup_time: 1}))
    const at = (untilMs: number) => {
      while (!engine.runUntil(ms(untilMs), 1000));
      const {decode} = engine.observe()
      return [decode.activeCount, decode.totalCount]
    }
    const scale = (decode: number) => {
      engine.applyScaling({prefill: 0, decode})
      return engine.observe().decode.totalCount
    }
    expect(at(1000)).toEqual([1, 1])
    expect(scale(3)).toBe(3)
    at(1500)
    expect(scale(2)).toBe(2)
    expect(at(2100)[0]).toBe(2)
    expect(scale(4)).toBe(4)
    expect(at(2200)).toEqual([2, 4])
    scale(1)
    expect(at(2300)).toEqual([1, 2])
    expect(at(2400)).toEqual([1, 1])
    at(1e6)
    expect(engine.observe().isDone).toBe(true)
    expect(engine.observe().nowMs).toBeCloseTo(6042.434361, 8)
    expect(engine.drainTraffic().numReq).toBe(60)
  })
})

describe('livelocks of the reference end in an error', () => {
  const error = (lines: readonly Line[], engine: Record<string, unknown>) => {
    const started = performance.now()
    expect(() => runReport(lines, agg(engine))).toThrowError(/num_gpu_blocks|makes no progress/)
    expect(performance.now() - started).toBeLessThan(1000)
  }
  it('a request larger than the KV cache', () => error([[0, 500, 20, [1]]], {num_gpu_blocks: 8}))
  it('a prompt over the budget without chunked prefill', () =>
    error([[0, 5000, 2, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]], {
      enable_chunked_prefill: false,
      max_num_batched_tokens: 1000,
    }))
})
