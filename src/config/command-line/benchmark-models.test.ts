import {expect, test} from 'vitest'
import type {Fleet} from '../scenario.ts'
import {readBenchmarkModels} from './benchmark-models.ts'

const FLAG = '--performance-model-metadata'
const AGG = {topology: 'agg'} as Fleet
const DISAGG = {topology: 'disagg'} as Fleet
const identity = (worker_type: string, tp = 1) => ({
  provider: 'ais',
  config: {model: 'Qwen/Qwen3-8B', backend: 'vllm', system: 'h200_sxm', worker_type, tp},
})
const read = (value: unknown, fleet: Fleet) =>
  readBenchmarkModels(new Map([[FLAG, typeof value === 'string' ? value : JSON.stringify(value)]]), fleet)

test('an aggregated fleet has one engine, under either name', () => {
  for (const role of ['aggregated', 'agg']) {
    expect(read({[role]: identity('aggregated', 2)}, AGG)).toMatchObject({
      ok: true,
      value: {benchmarkModels: {prefill: {aic_tp_size: 2}, decode: {aic_model_path: 'Qwen/Qwen3-8B'}}},
    })
  }
})

test('a disaggregated one has two', () => {
  const both = read({prefill: identity('prefill', 2), decode: identity('decode')}, DISAGG)
  expect(both).toMatchObject({
    ok: true,
    value: {benchmarkModels: {prefill: {aic_tp_size: 2}, decode: {aic_tp_size: 1}}},
  })
})

test('without the flag, or a role of the fleet, there is none', () => {
  expect(readBenchmarkModels(new Map(), AGG)).toEqual({ok: true, value: {}})
  expect(read({decode: identity('decode')}, AGG)).toEqual({ok: true, value: {}})
})

test.each([
  ['{', AGG, 'must be a JSON object'],
  [[1], AGG, 'must be a JSON object'],
  [{prefill: identity('prefill')}, DISAGG, "for both prefill and decode; missing ['decode']"],
  [{aggregated: identity('prefill')}, AGG, 'AIS worker_type must match engine role'],
  [
    {aggregated: {provider: 'dynamo_profile', config: {path: 'x'}}},
    AGG,
    'the provider of aggregated must be ais',
  ],
])('refuses %j', (value, fleet, words) => {
  const result = read(value, fleet)
  expect(result.ok ? '' : result.error.message).toContain(words)
})
