import {describe, expect, test} from 'vitest'
import {RunError} from '../../src/core/result.ts'
import {parseMooncake} from '../../src/trace/formats/mooncake.ts'
import {plannerConfig, type ReplayOptions, replay, TRACE_BLOCK_SIZE, tryReplay} from './replay.ts'

/** Inputs on which the reference loops for ever (engine.md 5.7, planner.md 2): here each ends within a second. */
const LIMIT_S = 1

/** CPU seconds of this process, so that a busy machine fails no test. */
function cpuSeconds(): number {
  const {user, system} = process.cpuUsage()
  return (user + system) / 1e6
}

const plain = {timestamp: 0, input_length: 640, output_length: 10, hash_ids: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}

const DEAD_ENDS: readonly (readonly [string, ReplayOptions, RegExp])[] = [
  [
    'a request larger than the KV cache',
    {lines: [plain], args: {num_gpu_blocks: 10}},
    /request 1 .*num_gpu_blocks/,
  ],
  [
    'the same in the middle of a trace, under a planner',
    {
      lines: [
        {...plain, output_length: 5},
        {...plain, timestamp: 60_000, output_length: 100_000},
      ],
      args: {num_gpu_blocks: 100},
      planner: plannerConfig(),
    },
    /request 2 .*num_gpu_blocks/,
  ],
  [
    'a prompt over the token budget without chunking',
    {lines: [plain], args: {enable_chunked_prefill: false, max_num_batched_tokens: 639}},
    /token|chunk/,
  ],
  [
    'the same behind requests that fit',
    {
      lines: [{...plain, input_length: 100, hash_ids: [1, 2]}, plain, {...plain, timestamp: 5_000}],
      args: {enable_chunked_prefill: false, max_num_batched_tokens: 200},
      workers: 2,
      planner: plannerConfig(),
    },
    /token|chunk/,
  ],
  [
    'requests that each fit, and take the KV blocks of each other by turns',
    {
      lines: [
        {timestamp: 0, input_length: 576, output_length: 769, hash_ids: [0, 1, 2, 3, 4, 5, 6, 7, 8]},
        {timestamp: 100, input_length: 320, output_length: 961, hash_ids: [9, 10, 11, 12, 13]},
        {timestamp: 300, input_length: 64, output_length: 769, hash_ids: [14]},
      ],
      args: {num_gpu_blocks: 24, max_num_batched_tokens: 512},
      workers: 1,
    },
    /requests 1 and 2 .*num_gpu_blocks/,
  ],
  [
    'a budget that takes the last worker away',
    {
      lines: Array.from({length: 200}, (_, i) => ({...plain, timestamp: i * 100})),
      planner: plannerConfig({max_gpu_budget: 0}),
    },
    /worker|instance/,
  ],
]

describe('ends in a sentence within a second:', () => {
  test.each(DEAD_ENDS)('%s', (_, options, sentence) => {
    const startedAt = cpuSeconds()
    const outcome = tryReplay(options)
    expect(cpuSeconds() - startedAt).toBeLessThan(LIMIT_S)
    expect(outcome).toBeInstanceOf(RunError)
    expect((outcome as RunError).message).toMatch(sentence)
  })

  test('no output at all', () => {
    const text = JSON.stringify({...plain, output_length: 0})
    const read = parseMooncake(text, {
      fileName: 'x',
      traceBlockSize: TRACE_BLOCK_SIZE,
      arrivalSpeedupRatio: 1,
    })
    expect(read).toMatchObject({
      ok: false,
      error: {message: expect.stringMatching(/any requests with output: 1 had output_length 0/)},
    })
  })
})

describe('steps over, within a second and with a notice:', () => {
  test.each([
    ['a pause longer than the load interval', 95_000],
    ['a pause of hours', 6 * 3_600_000],
  ])('%s', (_, pauseMs) => {
    const burst = Array.from({length: 20}, (_, i) => ({...plain, timestamp: i * 200}))
    const later = burst.map(line => ({...line, timestamp: line.timestamp + pauseMs}))
    const startedAt = cpuSeconds()
    const {result} = replay({
      lines: [...burst, ...later],
      planner: plannerConfig({load_adjustment_interval: 10}),
    })
    expect(cpuSeconds() - startedAt).toBeLessThan(LIMIT_S)
    expect(result.report.completed_requests).toBe(40)
    expect([...result.notices, ...result.scaling!.notices].join(' ')).toMatch(/reference/)
  })
})
