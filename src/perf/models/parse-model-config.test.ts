import {describe, expect, test} from 'vitest'
import {CATALOGUE_MODELS, findModel} from './catalogue.ts'
import {parseModelConfig} from './parse-model-config.ts'

const LLAMA_8B = {
  architectures: ['LlamaForCausalLM'],
  num_hidden_layers: 32,
  hidden_size: 4096,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  intermediate_size: 14336,
  vocab_size: 128256,
}
const FP8 = {quantization: {quant_algo: 'FP8', kv_cache_quant_algo: 'FP8', exclude_modules: ['lm_head']}}
const QWEN_MOE = {
  architectures: ['Qwen3MoeForCausalLM'],
  num_hidden_layers: 48,
  hidden_size: 2048,
  num_attention_heads: 32,
  num_key_value_heads: 4,
  head_dim: 128,
  intermediate_size: 6144,
  vocab_size: 151936,
  num_experts_per_tok: 8,
  num_experts: 128,
  moe_intermediate_size: 768,
}
const BLOCK_FP8 = {quant_method: 'fp8', activation_scheme: 'dynamic', weight_block_size: [128, 128]}
const DEEPSEEK = {
  architectures: ['DeepseekV3ForCausalLM'],
  num_hidden_layers: 61,
  hidden_size: 7168,
  num_attention_heads: 128,
  num_key_value_heads: 128,
  intermediate_size: 18432,
  vocab_size: 129280,
  num_experts_per_tok: 8,
  n_routed_experts: 256,
  moe_intermediate_size: 2048,
  v_head_dim: 128,
  kv_lora_rank: 512,
  qk_rope_head_dim: 64,
  first_k_dense_replace: 3,
  n_shared_experts: 1,
  torch_dtype: 'bfloat16',
}

describe('catalogue facts are what the published config files parse to', () => {
  test.each([
    ['nvidia/Llama-3.1-8B-Instruct-FP8', LLAMA_8B, FP8],
    ['meta-llama/Meta-Llama-3.1-8B', LLAMA_8B, null],
    ['Qwen/Qwen3-30B-A3B', QWEN_MOE, null],
    ['Qwen/Qwen3-30B-A3B-FP8', {...QWEN_MOE, quantization_config: BLOCK_FP8}, null],
    ['deepseek-ai/DeepSeek-V3', {...DEEPSEEK, quantization_config: BLOCK_FP8}, null],
    [
      'nvidia/DeepSeek-V3.1-NVFP4',
      DEEPSEEK,
      {
        quantization: {
          quant_algo: 'NVFP4',
          kv_cache_quant_algo: 'FP8',
          exclude_modules: [
            'lm_head',
            'model.layers.0.self_attn.q_a_proj',
            'model.layers.0.self_attn.kv_b_proj',
          ],
        },
      },
    ],
    [
      'openai/gpt-oss-20b',
      {
        architectures: ['GptOssForCausalLM'],
        num_hidden_layers: 24,
        hidden_size: 2880,
        num_attention_heads: 64,
        num_key_value_heads: 8,
        head_dim: 64,
        intermediate_size: 2880,
        vocab_size: 201088,
        num_experts_per_tok: 4,
        num_local_experts: 32,
        quantization_config: {
          quant_method: 'mxfp4',
          modules_to_not_convert: ['model.layers.*.self_attn', 'lm_head'],
        },
      },
      null,
    ],
  ])('%s', (id, config, hfQuant) => {
    expect(parseModelConfig(config, hfQuant, id)).toEqual({ok: true, value: findModel(CATALOGUE_MODELS, id)})
  })
})

describe('number formats', () => {
  const quantOf = (quantization_config: unknown, hfQuant: unknown = null) => {
    const result = parseModelConfig({...LLAMA_8B, quantization_config}, hfQuant, 'm')
    return result.ok ? result.value.quant : result.error
  }
  test.each([
    [undefined, {gemm: 'bfloat16', kvCache: 'bfloat16', fmha: 'bfloat16'}],
    [
      {quant_method: 'fp8', activation_scheme: 'dynamic'},
      {gemm: 'fp8', moe: 'fp8', kvCache: 'fp8', fmha: 'fp8'},
    ],
    [{quant_method: 'fp8'}, {gemm: 'fp8_static', kvCache: 'fp8'}],
    [
      {quant_method: 'mxfp4', kv_cache_quant_algo: 'fp8'},
      {moe: 'w4a16_mxfp4', kvCache: 'fp8', fmha: 'fp8'},
    ],
    [{kv_cache_scheme: {type: 'float', num_bits: 8}}, {gemm: 'bfloat16', kvCache: 'fp8', fmha: 'bfloat16'}],
    [
      {
        quant_method: 'compressed-tensors',
        config_groups: {a: {weights: {num_bits: 8, type: 'float', strategy: 'channel'}}},
        ignore: ['re:.*self_attn.*'],
      },
      {gemm: 'bfloat16', moe: 'fp8', kvCache: 'bfloat16', excludedProjections: ['q', 'kv', 'o']},
    ],
  ])('%o', (declared, expected) => expect(quantOf(declared)).toMatchObject(expected))

  test.each([
    [{quant_method: 'gptq'}, 'quantisation "gptq" has no measured tables'],
    [{quant_method: 'fp8', kv_cache_quant_algo: 'int4'}, 'KV cache format "int4" is not supported'],
    [
      {quant_method: 'compressed-tensors', config_groups: {a: {weights: {num_bits: 4, type: 'int'}}}},
      'only 8-bit float weights',
    ],
  ])('%o is refused with the reason', (declared, words) => {
    expect(quantOf(declared)).toMatchObject({message: expect.stringContaining(words)})
  })
})

test.each([
  [[], 'must hold one JSON object', undefined],
  [{...LLAMA_8B, architectures: undefined}, 'has no "architectures"', 'architectures'],
  [
    {...LLAMA_8B, architectures: ['BertModel']},
    'BertModel is not supported (the estimator of the reference has no model of it',
    'architectures',
  ],
  [{...LLAMA_8B, architectures: ['DeepseekV32ForCausalLM']}, 'sparse attention', 'architectures'],
  [{...LLAMA_8B, hidden_size: undefined}, '"hidden_size" in config.json is missing', 'hidden_size'],
  [{...LLAMA_8B, vocab_size: 1.5}, '"vocab_size" in config.json must be a whole number', 'vocab_size'],
  [{...LLAMA_8B, num_hidden_layers: '32'}, 'must be a whole number', 'num_hidden_layers'],
  [{...LLAMA_8B, num_key_value_heads: 64}, 'is larger than num_attention_heads (32)', 'num_key_value_heads'],
  [{...QWEN_MOE, num_experts: 0}, 'the architecture has routed experts', 'num_experts'],
  [
    {...QWEN_MOE, num_experts_per_tok: 200},
    'is larger than the number of experts (128)',
    'num_experts_per_tok',
  ],
  [{...DEEPSEEK, kv_lora_rank: undefined}, '"kv_lora_rank" in config.json is missing', 'kv_lora_rank'],
])('a config with a bad field is refused in a sentence that names it (%#)', (config, words, field) => {
  const result = parseModelConfig(config, null, 'own/model')
  if (result.ok) throw new Error('expected a refusal')
  expect(result.error.message).toContain(words)
  expect(result.error.field).toBe(field)
})
