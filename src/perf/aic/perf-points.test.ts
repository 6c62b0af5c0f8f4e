import {describe, expect, test} from 'vitest'
import {pointSources, unwrap} from '../../../test/golden/perf012/fixtures.ts'
import {answerPerfPoints} from './perf-points.ts'

const ENGINE = {
  system: 'h200_sxm',
  backend: 'vllm',
  version: '0.24.0',
  model: 'nvidia/Llama-3.1-8B-Instruct-FP8',
  tp: 1,
}
const PREFILL = {kind: 'prefill', batch_size: 1, effective_isl: 128, prefix: 0}
const DECODE = {kind: 'decode', batch_size: 4, isl: 1300, osl: 2}

const answer = (input: unknown) => answerPerfPoints(input, pointSources('1.2.1'))

describe('answering points', () => {
  test('an object keeps its shared fields; old figures are replaced', async () => {
    const input = {...ENGINE, note: 'kept', points: [{...PREFILL, latency_ms: 1, error: 'x'}, DECODE]}
    expect(unwrap(await answer(input))).toEqual({
      ...ENGINE,
      note: 'kept',
      points: [
        {...PREFILL, latency_ms: 4.7256785333404325},
        {...DECODE, latency_ms: 3.567413646801974},
      ],
    })
  })

  test('a bare array names the engine in every point', async () => {
    const other = {...ENGINE, system: 'h100_sxm', backend: 'trtllm', version: undefined}
    const points = unwrap(
      await answer([
        {...ENGINE, ...PREFILL},
        {...other, ...DECODE},
      ]),
    ) as {latency_ms: number}[]
    expect(points[0]).toEqual({...ENGINE, ...PREFILL, latency_ms: 4.7256785333404325})
    expect(points[1]!.latency_ms).toBeGreaterThan(0)
  })

  test.each([
    ['heads that do not divide', {tp: 3}, PREFILL, 'AssertionError'],
    ['a missing expert split', {model: 'Qwen/Qwen3-30B-A3B', tp: 4}, DECODE, 'ValueError'],
    ['nothing new to compute', {}, {...PREFILL, effective_isl: 0}, 'ValueError'],
    ['FP4 on a GPU without it', {model: 'nvidia/Qwen3-235B-A22B-NVFP4'}, DECODE, 'MissingSystemFlopsError'],
    [
      'a table nobody measured',
      {backend: 'sglang', version: '0.5.14', model: 'deepseek-ai/DeepSeek-V3'},
      PREFILL,
      'PerfDataNotAvailableError',
    ],
  ])('%s is null with the short name of the error', async (_, engine, point, error) => {
    const result = unwrap(await answer({...ENGINE, ...engine, points: [point]})) as {points: unknown[]}
    expect(result.points).toEqual([{...point, latency_ms: null, error}])
  })
})

test.each([
  [5, 'expected an array of points'],
  [{...ENGINE}, 'expected an array of points'],
  [{...ENGINE, points: [7]}, 'points[0] is not an object'],
  [{...ENGINE, points: [{...PREFILL, kind: 'x'}]}, 'points[0]: "kind" must be'],
  [{...ENGINE, points: [PREFILL, {kind: 'decode', batch_size: 1}]}, 'points[1]: "isl" is missing'],
  [{...ENGINE, points: [{...PREFILL, batch_size: 1.5}]}, 'points[0]: "batch_size" must be a whole number'],
  [
    {...ENGINE, system: 'h800', points: [PREFILL]},
    'points[0]: unknown GPU system "h800": did you mean h200_sxm',
  ],
  [{...ENGINE, model: 'x', points: [PREFILL]}, 'points[0]: unknown model "x"'],
  [[PREFILL], 'points[0]: "system" is missing'],
])('refuses %o', async (input, words) => {
  const result = await answer(input)
  expect(result.ok ? '' : result.error.message).toContain(words)
})
