import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {RunError} from '../../src/core/result.ts'
import {roomyArgs, tightArgs, traceLines} from './arbitrary.ts'
import {expectAscending, expectSoundInstances} from './expectations.ts'
import {digestOf, plannerConfig, type Replay, replay, tryReplay} from './replay.ts'
import {cases} from './sampling.ts'

const RUNS = cases(150)

const workers = fc.integer({min: 1, max: 4})
const planners = fc.option(
  fc
    .record({
      optimization_target: fc.constantFrom('sla' as const, 'throughput' as const, 'latency' as const),
      ttft: fc.constantFrom(20, 200, 2_000),
      itl: fc.constantFrom(6, 20, 200),
      max_gpu_budget: fc.constantFrom(2, 8, -1),
      load_adjustment_interval: fc.constantFrom(1, 2, 5),
    })
    .map(overrides =>
      plannerConfig({...overrides, enable_throughput_scaling: overrides.optimization_target === 'sla'}),
    ),
)

const plannerPhaseShiftS = fc.constantFrom(0, 0, 0.5, 2.5)

const roomyRuns = fc.record({
  lines: traceLines(),
  args: roomyArgs,
  workers,
  planner: planners,
  plannerPhaseShiftS,
})
const tightRuns = traceLines({spanMs: 3_000}).chain(lines =>
  fc.record({
    lines: fc.constant(lines),
    args: tightArgs(lines),
    workers,
    planner: planners,
    plannerPhaseShiftS,
  }),
)

describe.each([
  ['with room for all', roomyRuns],
  ['in a tight KV cache', tightRuns],
])('any run %s', (_, runs) => {
  test('completes every request with all of its tokens', () => {
    fc.assert(
      fc.property(runs, options => {
        const {result, workload} = replay(options)
        const {requests, tokenGaps} = result.engine
        expect(result.report.completed_requests).toBe(workload.requestCount)
        expect(requests.emittedTokens).toEqual(workload.outputLength)
        const gaps = tokenGaps.count.subarray(0, tokenGaps.length).reduce((sum, count) => sum + count, 0)
        expect(gaps).toBe(workload.outputLength.reduce((sum, tokens) => sum + tokens - 1, 0))
      }),
      RUNS,
    )
  })

  test('passes every request through the stages of its life in order', () => {
    fc.assert(
      fc.property(runs, options => expectOrderedLives(replay(options))),
      RUNS,
    )
  })

  test('reuses no more of a prompt than other prompts could have left, in whole blocks', () => {
    fc.assert(
      fc.property(runs, options => {
        const {result, workload} = replay(options)
        const blockSize = options.args.block_size!
        const {reusedTokens, preemptions} = result.engine.requests
        for (const [request, reused] of reusedTokens.entries()) {
          const prompt = workload.inputLength[request]!
          expect(reused).toBeLessThanOrEqual(prompt)
          // A pre-empted request may find the block back in which its prompt ends and its own tokens began.
          const foundOwnBlock = reused === prompt && preemptions[request]! > 0
          if (!foundOwnBlock) expect(reused % blockSize).toBe(0)
          if (options.args.enable_prefix_caching === false) expect(reused).toBe(0)
        }
      }),
      RUNS,
    )
  })

  test('keeps instances, their lives and their work within bounds', () => {
    fc.assert(
      fc.property(runs, options => expectSoundInstances(replay(options))),
      RUNS,
    )
  })

  test('never lets simulated time run backwards', () => {
    fc.assert(
      fc.property(runs, options => {
        const {result, progress} = replay(options)
        expectAscending(progress.map(({simulatedMs}) => simulatedMs))
        expectAscending(progress.map(({completedRequests}) => completedRequests))
        const ticks = result.scaling?.ticks ?? []
        expectAscending(ticks.map(({at_s}) => at_s))
        expectAscending(ticks.map(({now_s}) => now_s))
        for (const {at_s, now_s} of ticks) expect(now_s).toBeLessThanOrEqual(at_s)
        expectAscending(ticks.map(({gpu_hours}) => gpu_hours))
      }),
      RUNS,
    )
  })

  test('gives the same bytes again', () => {
    fc.assert(
      fc.property(runs, options => {
        expect(digestOf(replay(options))).toBe(digestOf(replay(options)))
      }),
      RUNS,
    )
  })
})

test('a request that no cache can hold ends the run with a sentence, whatever surrounds it', () => {
  fc.assert(
    fc.property(traceLines(), fc.nat(30_000), (lines, timestamp) => {
      const giant = {timestamp, input_length: 64 * 40, output_length: 1_000_000, hash_ids: Array(40).fill(7)}
      const outcome = tryReplay({lines: [...lines, giant], args: {num_gpu_blocks: 8_192, block_size: 64}})
      expect(outcome).toBeInstanceOf(RunError)
      expect((outcome as RunError).message).toMatch(/num_gpu_blocks/)
    }),
    cases(30),
  )
})

function expectOrderedLives({result, workload}: Replay): void {
  const {requests, endMs} = result.engine
  for (let request = 0; request < workload.requestCount; request++) {
    const life = [
      requests.arrivalMs[request]!,
      requests.firstAdmitMs[request]!,
      requests.firstTokenMs[request]!,
      workload.outputLength[request]! > 1
        ? requests.secondTokenMs[request]!
        : requests.firstTokenMs[request]!,
      requests.lastTokenMs[request]!,
      endMs,
    ]
    expectAscending(life)
    const next = workload.nextTurn[request]!
    if (next < 0) continue
    const released = requests.lastTokenMs[request]! + workload.delayMs[next]!
    expect(requests.arrivalMs[next]).toBeCloseTo(released, 6)
  }
}
