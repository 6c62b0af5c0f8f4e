import {describe, expect, it} from 'vitest'
import {parseEngineArgs} from '../../config/engine/engine-args.ts'
import type {EngineArgs} from '../../config/scenario.ts'
import {ms} from '../../core/units.ts'
import {polynomialModel} from '../../perf/polynomial.ts'
import {computeReport} from '../../report/compute-report.ts'
import {parseMooncake} from '../../trace/formats/mooncake.ts'
import type {Workload} from '../../trace/workload.ts'
import {ENGINE_1_2} from '../generation-1.2.ts'
import {Cluster} from '../loop-1.2/cluster.ts'
import {computePrompts} from '../prompts.ts'
import {constantStartup} from '../startup-model.ts'
import {SglangScheduler} from './sglang-scheduler.ts'

/** `[time, input, output, hash ids]`, the notation of engine.md 14. */
type Line = readonly [number, number, number, readonly number[]]

function args(value: Record<string, unknown>): EngineArgs {
  const parsed = parseEngineArgs({engine_type: 'sglang', ...value}, {flag: '--extra-engine-args'})
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value.args
}

function workloadOf(lines: readonly Line[]): Workload {
  const text = lines
    .map(([timestamp, input_length, output_length, hash_ids]) =>
      JSON.stringify({timestamp, input_length, output_length, hash_ids}),
    )
    .join('\n')
  const workload = parseMooncake(text, {fileName: 'test.jsonl', traceBlockSize: 512, arrivalSpeedupRatio: 1})
  if (!workload.ok) throw new Error(workload.error.message)
  return workload.value
}

function cluster(lines: readonly Line[], engine: Record<string, unknown>): Cluster {
  return new Cluster({
    generation: ENGINE_1_2,
    startupFor: (_, {startup_time}) => constantStartup(startup_time),
    fleet: {topology: 'agg', workers: {args: args(engine), initialWorkers: 1, gpusPerInstance: null}},
    workload: workloadOf(lines),
    perfModelFor: () => polynomialModel,
    router: null,
    prefillEstimate: null,
    concurrency: null,
    seed: 0,
    isObserved: true,
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

  it('goes on where the reference stands still because its full cache does not count as memory', () => {
    const lines = Array.from({length: 40}, (_, i): Line => [2000 * i, 1000, 10, [2 * i, 2 * i + 1]])
    const engine = cluster(lines, {num_gpu_blocks: 8000})
    while (!engine.runToEnd(1000));
    expect(engine.completedRequests).toBe(40)
    // Nothing is shared and nobody waits, so every request must find an empty queue and room for its whole prompt.
    const {firstAdmitMs, arrivalMs, reusedTokens, preemptions} = engine.record().requests
    expect(Array.from(firstAdmitMs)).toEqual(Array.from(arrivalMs))
    expect(Math.max(...reusedTokens, ...preemptions)).toBe(0)
  })

  it('notes when the reference would have come to a stand', () => {
    const {scheduler, run} = alone(
      [
        [0, 1000, 10, [1, 2]],
        [0, 1000, 10, [3, 4]],
      ],
      {num_gpu_blocks: 1500},
    )
    scheduler.receive(0, 10)
    run(10)
    expect(scheduler.stalledMs).toBeNull()
    scheduler.receive(1, 10)
    run(11)
    expect(scheduler.stalledMs).not.toBeNull()
    expect(scheduler.hasRequests).toBe(false)
  })

  it('gives lost slots back after a stall', () => {
    // Each pair computes the same prompt at the same time; the second one's slots are lost until the first stall.
    const lines = Array.from({length: 60}, (_, i): Line => [1000 * (i >> 1), 500, 5, [i >> 1]])
    const engine = cluster(lines, {num_gpu_blocks: 1600, sglang: {clip_max_new_tokens: 1}})
    while (!engine.runToEnd(1000));
    expect(engine.completedRequests).toBe(60)
  })

  it('stops with an error when a request never fits', () => {
    // It would just fit, but an admission asks for one slot more than it needs.
    const engine = cluster([[0, 500, 12, [1]]], {num_gpu_blocks: 512})
    expect(() => engine.runToEnd(1000)).toThrow(/request 1, which has 500 \+ 12 tokens does not fit/)
    const chunk = cluster([[0, 2000, 5, [1, 2, 3, 4]]], {
      num_gpu_blocks: 9000,
      sglang: {max_prefill_tokens: 1000},
    })
    expect(() => chunk.runToEnd(1000)).toThrow(/max_prefill_tokens 1000/)
  })

  it('gives the same results when steady passes are taken one by one', () => {
    const lines = Array.from(
      {length: 30},
      (_, i): Line => [137 * i, 700 + 61 * (i % 7), 20 + 13 * (i % 5), [1, 100 + i, 200 + i]],
    )
    for (const engineArgs of [{num_gpu_blocks: 60_000}, {num_gpu_blocks: 4000, block_size: 16}]) {
      const many = cluster(lines, engineArgs)
      while (!many.runToEnd(1000));
      const single = cluster(lines, engineArgs)
      // An observation every 3 ms leaves no room for a second pass.
      for (let at = 3; single.completedRequests < lines.length; at += 3)
        while (!single.runUntil(ms(at), 1000));
      expect(computeReport(single.record(), {wallTimeMs: 0})).toEqual(
        computeReport(many.record(), {wallTimeMs: 0}),
      )
    }
  })
})

/** A scheduler outside a cluster, and a function that runs passes until it is empty. */
function alone(lines: readonly Line[], engine: Record<string, unknown>) {
  const nothing = () => {}
  const observer = {
    admitted: nothing,
    token: nothing,
    gaps: nothing,
    stoppedAt: nothing,
    gapsBetweenStops: nothing,
    tokensUntil: nothing,
    prefillChunk: nothing,
    preempted: nothing,
  }
  const workload = workloadOf(lines)
  const scheduler = new SglangScheduler({
    args: args(engine),
    perf: polynomialModel,
    workload,
    prompts: computePrompts(workload, null),
    observer,
  })
  let now = 0
  const run = (passes: number) => {
    for (let i = 0; i < passes && scheduler.hasRequests; i++) now = scheduler.executePass(now).endMs
  }
  return {scheduler, run}
}
