import {mkdirSync, mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {loadLocalModel} from './local-model.ts'

const CONFIG = {
  architectures: ['LlamaForCausalLM'],
  hidden_size: 4096,
  intermediate_size: 14336,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  num_hidden_layers: 32,
  vocab_size: 128256,
}

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'model-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

test('a folder, or the file in it, is a model that goes by its path', () => {
  const folder = folderOf({'config.json': JSON.stringify(CONFIG)})
  for (const path of [folder, join(folder, 'config.json')]) {
    expect(loadLocalModel(path)).toMatchObject({
      ok: true,
      value: {id: path, layers: 32, headDim: 128, quant: {gemm: 'bfloat16'}},
    })
  }
})

test('the number formats of a quantised checkpoint lie beside its config', () => {
  const quantization = {quant_algo: 'FP8', kv_cache_quant_algo: 'FP8'}
  const folder = folderOf({
    'config.json': JSON.stringify(CONFIG),
    'hf_quant_config.json': JSON.stringify({quantization}),
  })
  expect(loadLocalModel(folder)).toMatchObject({value: {quant: {gemm: 'fp8_static', kvCache: 'fp8'}}})
})

test('infinity may stand in it, as Python writes it', () => {
  const text = JSON.stringify({...CONFIG, time_step_limit: 0}).replace(
    '"time_step_limit":0',
    '"limit":Infinity',
  )
  expect(loadLocalModel(folderOf({'config.json': text}))?.ok).toBe(true)
})

test('a name of the hub is no place; what looks like one must be there', () => {
  expect(loadLocalModel('meta-llama/Meta-Llama-3.1-8B')).toBeNull()
  expect(loadLocalModel('')).toBeNull()
  const empty = folderOf({})
  mkdirSync(join(empty, 'inner'))
  for (const path of ['./nowhere', '/nowhere', 'nowhere.json', empty, join(empty, 'inner')]) {
    const loaded = loadLocalModel(path)
    expect(loaded?.ok === false ? loaded.error.message : '', path).toContain('no such file')
  }
  const broken = loadLocalModel(folderOf({'config.json': '{'}))
  expect(broken?.ok === false ? broken.error.message : '').toContain('config.json is not JSON')
})
