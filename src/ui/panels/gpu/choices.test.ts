import {readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {SYSTEM_NAMES} from '../../../config/gpus.ts'
import {computeOffer, type GpuOffer} from '../../../perf/aic/request/offer.ts'
import {parseManifest} from '../../../perf/aic/tables/manifest.ts'
import {CATALOGUE_MODELS} from '../../../perf/models/catalogue.ts'
import {
  changesFor,
  choicesFor,
  type GpuDraft,
  type GpuField,
  gpusOf,
  shownFields,
  standingOf,
} from './choices.ts'

const offer = publishedOffer()

function publishedOffer(): GpuOffer {
  const manifest = parseManifest(new Uint8Array(readFileSync('public/perf/manifest.json')), {
    name: 'manifest.json',
    edition: '0.12.0',
  })
  if (!manifest.ok) throw new Error(manifest.error.message)
  return computeOffer(manifest.value, [], CATALOGUE_MODELS)
}

const LLAMA: GpuDraft = {
  aic_system: 'h200_sxm',
  aic_backend: 'vllm',
  aic_model_path: 'nvidia/Llama-3.1-8B-Instruct-FP8',
  aic_tp_size: '1',
  aic_moe_tp_size: '',
  aic_moe_ep_size: '',
  aic_attention_dp_size: '',
}
const QWEN: GpuDraft = {
  ...LLAMA,
  aic_model_path: 'Qwen/Qwen3-30B-A3B',
  aic_tp_size: '4',
  aic_moe_tp_size: '1',
  aic_moe_ep_size: '4',
  aic_attention_dp_size: '1',
}

function problemsOf(field: GpuField, draft: GpuDraft): Record<string, string | null> {
  return Object.fromEntries(choicesFor(field, offer, draft).map(({value, problem}) => [value, problem]))
}

describe('choices', () => {
  test('name the published versions and refuse nothing for the guide model', () => {
    expect(choicesFor('aic_backend', offer, LLAMA).map(({label}) => label)).toEqual([
      'vllm 0.24.0',
      'sglang 0.5.14',
      'trtllm 1.3.0rc20',
    ])
    const systems = Object.fromEntries(SYSTEM_NAMES.map(name => [name, null]))
    expect(problemsOf('aic_system', LLAMA)).toEqual({...systems, a100_sxm: 'a100_sxm has no FP8 units'})
    expect(problemsOf('aic_tp_size', LLAMA)).toEqual({1: null, 2: null, 4: null, 8: null})
  })

  test('say why a model cannot be chosen', () => {
    const models = problemsOf('aic_model_path', LLAMA)
    expect(models['nvidia/Qwen3-235B-A22B-NVFP4']).toBe('h200_sxm has no FP4 units')
    expect(models['Qwen/Qwen3-8B']).toBeNull()
    expect(problemsOf('aic_model_path', {...LLAMA, aic_system: 'b200_sxm'})).toMatchObject({
      'nvidia/Qwen3-235B-A22B-NVFP4': null,
    })
  })

  test('keep a value that is not offered, an alias and an empty field', () => {
    expect(choicesFor('aic_system', offer, {...LLAMA, aic_system: 'v100'})[0]?.label).toBe(
      'v100 (not offered)',
    )
    expect(choicesFor('aic_system', offer, {...LLAMA, aic_system: 'b200'})[0]?.label).toBe('b200 (b200_sxm)')
    expect(choicesFor('aic_tp_size', offer, {...LLAMA, aic_tp_size: ''})[0]?.label).toBe('1 (default)')
    expect(choicesFor('aic_backend', offer, {...LLAMA, aic_backend: ''})[0]?.label).toBe('none')
  })

  test('show expert fields for models with experts only', () => {
    expect(shownFields(offer, LLAMA)).not.toContain('aic_moe_ep_size')
    expect(shownFields(offer, QWEN)).toContain('aic_moe_ep_size')
  })

  test('offer expert splits that fill the GPUs of the engine', () => {
    expect(Object.keys(problemsOf('aic_moe_tp_size', QWEN))).toEqual(['1', '2', '4'])
    expect(Object.keys(problemsOf('aic_attention_dp_size', QWEN))).toEqual(['1', '2'])
  })
})

describe('what a choice writes', () => {
  test('experts follow the GPUs, and go with the model that had them', () => {
    const {aic_model_path: model} = QWEN
    expect(changesFor('aic_model_path', model, offer, {...LLAMA, aic_tp_size: '4'})).toMatchObject({
      aic_model_path: model,
      aic_attention_dp_size: '1',
    })
    expect(changesFor('aic_tp_size', '2', offer, QWEN)).toEqual({
      aic_tp_size: '2',
      aic_moe_tp_size: '1',
      aic_moe_ep_size: '2',
      aic_attention_dp_size: '1',
    })
    expect(changesFor('aic_moe_tp_size', '4', offer, QWEN)).toMatchObject({
      aic_moe_tp_size: '4',
      aic_moe_ep_size: '1',
    })
    expect(changesFor('aic_model_path', LLAMA.aic_model_path, offer, QWEN)).toEqual({
      aic_model_path: LLAMA.aic_model_path,
      aic_moe_tp_size: '',
      aic_moe_ep_size: '',
      aic_attention_dp_size: '',
    })
  })

  test('always ends at an engine the tables are not known to refuse', () => {
    for (const start of [LLAMA, QWEN]) {
      for (const field of ['aic_system', 'aic_backend', 'aic_model_path', 'aic_tp_size'] as const) {
        for (const {value, problem} of choicesFor(field, offer, start)) {
          if (problem !== null) continue
          const next = {...start, ...changesFor(field, value, offer, start)}
          for (const size of ['aic_tp_size', 'aic_moe_tp_size', 'aic_moe_ep_size'] as const) {
            const chosen = choicesFor(size, offer, next).find(choice => choice.value === next[size])
            expect([field, value, chosen?.problem ?? null]).toEqual([field, value, null])
          }
        }
      }
    }
  })
})

test('the standing of an engine decides whether the tables must be asked', () => {
  expect(standingOf(offer, LLAMA)).toBe('good')
  expect(standingOf(offer, {...LLAMA, aic_system: 'h200', aic_tp_size: ''})).toBe('good')
  expect(standingOf(offer, {...LLAMA, aic_model_path: ''})).toBe('unnamed')
  expect(standingOf(offer, {...LLAMA, aic_model_path: 'own/model'})).toBe('unknown')
  expect(standingOf(offer, {...LLAMA, aic_tp_size: '3'})).toBe('unknown')
  expect(standingOf(offer, {...QWEN, aic_attention_dp_size: '2', aic_moe_ep_size: '8'})).toBe('unknown')
  expect(gpusOf({...QWEN, aic_attention_dp_size: '2'})).toBe(8)
})
