import {expect, test} from 'vitest'
import {fetchFromDisk, requestOf, unwrap} from '../../../../test/golden/perf012/fixtures.ts'
import {SYSTEMS} from '../../../config/gpus.ts'
import {loadAicModel} from '../load-aic-model.ts'
import {generationAttentionRoofline} from '../operators/roofline.ts'
import {ESTIMATORS} from '../request/estimator.ts'
import {LANE_STEPS, StepLane} from '../step-lane.ts'
import {DecodeLines} from './decode-lines.ts'
import {decodePack} from './decode-pack.ts'
import {GridReader} from './grid.ts'
import {TableSet} from './tables.ts'

const SLICE = {kvCache: 'fp8', kvHeads: 8, headDim: 128, window: 0} as const

test('the fast path gives the bits of the general reader, inside the grid, on its edge and beyond', async () => {
  const tables = new TableSet()
  decodePack(await fetchFromDisk('h200_sxm__vllm.pack'), tables)
  const grid = tables.grid('generation', 'fp8|8|128|0')!
  const reader = new GridReader(grid, generationAttentionRoofline(SYSTEMS.h200_sxm, SLICE), null, {
    outside: {hit: false},
    estimator: ESTIMATORS['1.2.1'],
  })
  for (const heads of [32, 20, 200]) {
    const lines = new DecodeLines(grid, heads, reader)
    for (const batch of [1, 2, 3, 9, 33, 64, 100, 2048, 5000]) {
      for (const length of [1, 2, 3, 17, 1000, 4096, 8192, 9000, 20_000, 65_537, 200_000]) {
        expect(lines.at(batch, length), `${heads} ${batch} ${length}`).toBe(
          slowMean(reader, heads, batch, length),
        )
      }
    }
  }
})

function slowMean(reader: GridReader, heads: number, batch: number, length: number): number {
  const low = Math.max(1, Math.trunc(length * 0.9))
  const high = Math.max(low, Math.trunc(length * 1.1))
  let total = 0
  for (let i = 0; i < 5; i++) total += reader.at(heads, batch, low + Math.floor(((high - low) * i) / 4))
  return total / 5
}

test('answers do not depend on what was asked before', async () => {
  const engine = {system: 'h200_sxm', backend: 'vllm', model: 'nvidia/Llama-3.1-8B-Instruct-FP8', tp: 1}
  const warm = unwrap(await loadAicModel(requestOf(engine), fetchFromDisk))
  for (let i = 1; i < 40_000; i += 7) warm.prefillMs(1 + (i % 3), i, i % 5)
  const cold = unwrap(await loadAicModel(requestOf(engine), fetchFromDisk))
  for (const tokens of [1, 512, 8192, 40_000]) {
    expect(warm.prefillMs(2, tokens, 64)).toBe(cold.prefillMs(2, tokens, 64))
    expect(warm.decodeMs(7, tokens, 2)).toBe(cold.decodeMs(7, tokens, 2))
  }
})

test.each(['nvidia/Llama-3.1-8B-Instruct-FP8', 'Qwen/Qwen3-32B'])(
  'a lane of steps has the bits of its steps one by one: %s',
  async id => {
    const model = unwrap(
      await loadAicModel(requestOf({system: 'h200_sxm', backend: 'vllm', model: id, tp: 1}), fetchFromDisk),
    )
    const lane = new StepLane()
    for (const batch of [1, 3, 16, 33, 700])
      for (const first of [0, 8, 4088, 8192, 20_000, 58_240, 65_536, 140_000]) {
        expect(model.fillLane(batch, first, lane)).toBe(true)
        const steps = Array.from({length: LANE_STEPS}, (_, i) => [
          model.decodeMs(batch, first + i, 2),
          Number(model.wasOutside),
        ])
        expect(
          steps.map((_, i) => [lane.ms[i], lane.isOutside[i]]),
          `${batch} ${first}`,
        ).toEqual(steps)
      }
  },
)
