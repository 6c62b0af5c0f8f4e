import {describe, expect, test} from 'vitest'
import {CATALOGUE_MODELS, findModel} from '../../models/catalogue.ts'
import {SAME_MODELS} from '../../models/same-models.ts'
import {candidateSplits} from './parallelism.ts'
import {type AicArgs, checkAicRequest, resolveAicRequest} from './request.ts'

const ARGS: AicArgs = {
  aic_system: 'h200_sxm',
  aic_backend: 'vllm',
  aic_backend_version: null,
  aic_model_path: 'nvidia/Llama-3.1-8B-Instruct-FP8',
  aic_tp_size: null,
  aic_moe_tp_size: null,
  aic_moe_ep_size: null,
  aic_attention_dp_size: null,
}

function resolve(changes: Partial<AicArgs>) {
  return resolveAicRequest({...ARGS, ...changes}, CATALOGUE_MODELS, '1.2.1')
}

function refusal(changes: Partial<AicArgs>): {message: string; field: string | undefined} {
  const result = resolve(changes)
  if (result.ok) throw new Error('expected a refusal')
  return {message: result.error.message, field: result.error.field}
}

describe('resolving engine args', () => {
  test('fills in the defaults of the reference', () => {
    const result = resolve({aic_system: null})
    expect(result).toMatchObject({
      ok: true,
      value: {system: 'h200_sxm', version: '0.24.0', tp: 1, notices: []},
    })
  })

  test('knows aliases, whatever their letter case', () => {
    expect(resolve({aic_system: 'B200', aic_backend: 'TensorRT-LLM'})).toMatchObject({
      ok: true,
      value: {system: 'b200_sxm', backend: 'trtllm', version: '1.3.0rc20'},
    })
  })

  test('maps the versions of old releases and says so', () => {
    const result = resolve({aic_backend: 'sglang', aic_backend_version: '0.5.6.post2'})
    expect(result).toMatchObject({ok: true, value: {version: '0.5.14'}})
    if (result.ok) expect(result.value.notices).toEqual([expect.stringContaining('0.5.14 is used instead')])
  })

  test('takes a model by any name under which its shapes are published, and says so', () => {
    const result = resolve({aic_model_path: 'meta-llama/Llama-3.1-8B-Instruct'})
    expect(result).toMatchObject({ok: true, value: {model: {id: 'meta-llama/Meta-Llama-3.1-8B'}}})
    if (result.ok)
      expect(result.value.notices).toEqual([expect.stringContaining('the pass times are the same')])
    for (const known of SAME_MODELS.values()) expect(findModel(CATALOGUE_MODELS, known), known).not.toBeNull()
  })

  test('suggests within the family alone', () => {
    expect(refusal({aic_model_path: 'deepseek-ai/DeepSeek-V4'}).message).toContain('DeepSeek-V3;')
    const gemma = refusal({aic_model_path: 'google/gemma-3-27b-it'}).message
    expect(gemma).not.toContain('nearest known')
    expect(gemma).toMatch(
      /Gemma3\w+ is not supported \(the estimator .* no model of it\); any other needs its config\.json/,
    )
  })

  test.each([
    ['Qwen/Qwen3-Next-80B-A3B-Instruct', 'gated delta net'],
    ['deepseek-ai/DeepSeek-V3.2', 'DSA'],
    ['zai-org/GLM-5', 'DSA'],
    ['zai-org/GLM-4.6', 'no model of it'],
    ['MiniMaxAI/MiniMax-M3', 'MSA'],
    ['mistralai/Mistral-7B-Instruct-v0.3', 'no model of it'],
    ['microsoft/phi-4', 'no model of it'],
  ])('of %s names what is missing', (aic_model_path, missing) => {
    expect(refusal({aic_model_path}).message).toContain(missing)
  })

  test.each([
    'moonshotai/Kimi-Linear-48B-A3B-Instruct',
    'Qwen/Qwen2.5-7B-Instruct',
    'meta-llama/Llama-4-Behemoth',
    'stepfun-ai/Step-3.5-Flash',
    'nvidia/Llama-3_3-Nemotron-Super-49B-v1',
    'Qwen/Qwen3.6-27B-FP8',
  ])('of %s, whose architecture is known, asks for its config.json alone', aic_model_path => {
    expect(refusal({aic_model_path}).message).not.toContain('not supported')
  })

  test.each([
    [{aic_system: 'h20_sxm'}, 'aic_system', 'did you mean h200_sxm'],
    [{aic_backend: 'vlm'}, 'aic_backend', 'did you mean vllm'],
    [{aic_backend_version: '0.25.0'}, 'aic_backend_version', 'nearest version is 0.24.0'],
    [{aic_model_path: 'Qwen/Qwen3-7B'}, 'aic_model_path', 'Qwen/Qwen3-8B'],
    [{aic_tp_size: 3}, 'aic_tp_size', 'nearest TP size is 2'],
    [{aic_tp_size: 0}, 'aic_tp_size', 'whole number of GPUs'],
    [{aic_model_path: 'Qwen/Qwen3-30B-A3B', aic_tp_size: 4}, 'aic_moe_tp_size', 'aic_moe_ep_size to 4'],
    [
      {aic_model_path: 'Qwen/Qwen3-30B-A3B-FP8', aic_tp_size: 8, aic_moe_tp_size: 8, aic_moe_ep_size: 1},
      'aic_moe_tp_size',
      'use aic_moe_ep_size instead',
    ],
    [
      {aic_model_path: 'openai/gpt-oss-20b', aic_tp_size: 64, aic_moe_ep_size: 64, aic_moe_tp_size: 1},
      'aic_moe_ep_size',
      'the largest aic_moe_ep_size is 32',
    ],
    [{aic_model_path: null}, 'aic_model_path', 'name a model'],
  ] as const)('refuses %o in one sentence', (changes, field, words) => {
    const {message, field: named} = refusal(changes)
    expect(named).toBe(field)
    expect(message).toContain(words)
    expect(message).not.toContain('\n')
  })
})

test('every split offered for a model passes the checks', () => {
  const model = findModel(CATALOGUE_MODELS, 'Qwen/Qwen3-235B-A22B-FP8')!
  const splits = candidateSplits({release: '1.2.1', system: 'h200_sxm', backend: 'vllm', model})
  expect(splits.map(({tp, moeTp, moeEp}) => [tp, moeTp, moeEp])).toEqual([
    [1, 1, 1],
    [2, 2, 1],
    [2, 1, 2],
    [4, 4, 1],
    [4, 1, 4],
    [8, 1, 8],
  ])
  for (const split of splits) expect(checkAicRequest(split).ok).toBe(true)
})
