import {describe, expect, it} from 'vitest'
import {parseEngineArgs} from '../config/engine-args.ts'
import type {EngineArgs} from '../config/scenario.ts'
import {polynomialModel} from '../perf/polynomial.ts'
import {computeReport} from '../report/compute-report.ts'
import {parseMooncake} from '../trace/mooncake.ts'
import {Cluster} from './cluster.ts'

/** `[time, input, output, hash ids]`, the notation of engine.md 14. */
type Line = readonly [number, number, number, readonly number[]]

function args(value: Record<string, unknown>): EngineArgs {
  const parsed = parseEngineArgs({engine_type: 'sglang', ...value}, {flag: '--extra-engine-args'})
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value.args
}

function cluster(lines: readonly Line[], engine: Record<string, unknown>): Cluster {
  const text = lines
    .map(([timestamp, input_length, output_length, hash_ids]) =>
      JSON.stringify({timestamp, input_length, output_length, hash_ids}),
    )
    .join('\n')
  const workload = parseMooncake(text, {fileName: 'test.jsonl', traceBlockSize: 512, arrivalSpeedupRatio: 1})
  if (!workload.ok) throw new Error(workload.error.message)
  return new Cluster({
    fleet: {topology: 'agg', workers: {args: args(engine), initialWorkers: 1}},
    workload: workload.value,
    perfModelFor: () => polynomialModel,
    router: null,
    concurrency: null,
    seed: 0,
    observed: true,
  })
}

describe('SglangScheduler', () => {
  it('gives the pass times, chunks and reuse of worked example 10', () => {
    const engine = cluster(
      [
        [0, 1000, 4, [1, 2]],
        [1, 1000, 4, [1, 3]],
        [200, 9000, 3, Array.from({length: 20}, (_, i) => 20 + i)],
      ],
      {num_gpu_blocks: 200_000},
    )
    while (!engine.runToEnd(1000));
    const {passes} = engine.observe().decode
    const walls = Array.from(passes.wallTimeS.subarray(0, passes.count), seconds => seconds * 1000)
    const expected = [
      38.115265, 30.28899, 6.278328, 6.278863, 6.010213, 169.136918, 37.162822, 8.118585, 8.118843,
    ]
    expect(walls).toHaveLength(expected.length)
    for (const [i, wall] of walls.entries()) expect(wall).toBeCloseTo(expected[i]!, 9)
    const report = computeReport(engine.record(), {wallTimeMs: 0})
    expect(report.duration_ms).toBeCloseTo(422.537168, 9)
    expect(report.mean_ttft_ms).toBeCloseTo(103.939753, 6)
    expect(report.prefix_cache_reused_ratio).toBe(0.7912727272727272)
  })
})
