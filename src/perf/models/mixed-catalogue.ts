import {assert} from '../../core/assert.ts'
import type {JsonRecord} from './json.ts'
import type {ModelConfig} from './model-config.ts'
import {parseModelConfig} from './parse-model-config.ts'

/** Models whose layers are of several kinds, by what their published config.json say of the language model. */
export const MIXED_MODELS: readonly ModelConfig[] = [
  published('meta-llama/Llama-4-Scout-17B-16E-Instruct', llama4({experts: 16, step: 1})),
  published('meta-llama/Llama-4-Maverick-17B-128E-Instruct', llama4({experts: 128, step: 2})),
  published('google/gemma-4-26B-A4B', {
    architectures: ['Gemma4ForConditionalGeneration'],
    text_config: {
      ...shape(30, 2816, 16, 8, 256, 262144),
      intermediate_size: 2112,
      moe_intermediate_size: 704,
      num_experts: 128,
      top_k_experts: 8,
      layer_types: every(6, 30, layer => (layer === 5 ? 'full_attention' : 'sliding_attention')),
      sliding_window: 1024,
      num_global_key_value_heads: 2,
      global_head_dim: 512,
      attention_k_eq_v: true,
    },
  }),
  published('XiaomiMiMo/MiMo-V2-Flash', {
    architectures: ['MiMoV2FlashForCausalLM'],
    ...shape(48, 4096, 64, 4, 192, 152576),
    intermediate_size: 16384,
    moe_intermediate_size: 2048,
    n_routed_experts: 256,
    num_experts_per_tok: 8,
    hybrid_layer_pattern: [0, 1, 1, 1, 1, ...every(6, 42, layer => (layer === 0 ? 0 : 1)), 0],
    moe_layer_freq: [0, ...every(1, 47, () => 1)],
    v_head_dim: 128,
    swa_num_key_value_heads: 8,
    swa_head_dim: 192,
    swa_v_head_dim: 128,
    sliding_window_size: 128,
    quantization_config: {
      quant_method: 'fp8',
      weight_block_size: [128, 128],
      activation_scheme: 'dynamic',
    },
  }),
  published('Qwen/Qwen3.5-27B', {
    architectures: ['Qwen3_5ForConditionalGeneration'],
    text_config: {...qwen35(64, 5120, 24, 4, 48), intermediate_size: 17408},
  }),
  published('Qwen/Qwen3.5-35B-A3B', {
    architectures: ['Qwen3_5MoeForConditionalGeneration'],
    text_config: {...qwen35(40, 2048, 16, 2, 32), ...qwen35Experts(256, 8, 512)},
  }),
  published('Qwen/Qwen3.5-122B-A10B', {
    architectures: ['Qwen3_5MoeForConditionalGeneration'],
    text_config: {...qwen35(48, 3072, 32, 2, 64), ...qwen35Experts(256, 8, 1024)},
  }),
  published('Qwen/Qwen3.5-397B-A17B', {
    architectures: ['Qwen3_5MoeForConditionalGeneration'],
    text_config: {...qwen35(60, 4096, 32, 2, 64), ...qwen35Experts(512, 10, 1024)},
  }),
  published('nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16', {
    architectures: ['NemotronHForCausalLM'],
    ...shape(52, 2688, 32, 2, 128, 131072),
    ...stateSpace(64, 128),
    hybrid_override_pattern: `MEMEM*E${'MEMEM*E'.repeat(4)}MEMEMEM*EMEMEMEME`,
    intermediate_size: 1856,
    moe_intermediate_size: 1856,
    moe_shared_expert_intermediate_size: 3712,
    n_routed_experts: 128,
    num_experts_per_tok: 6,
  }),
  published('nvidia/Nemotron-H-56B-Base-8K', {
    architectures: ['NemotronHForCausalLM'],
    ...shape(118, 8192, 64, 8, 128, 131072),
    ...stateSpace(256, 256),
    hybrid_override_pattern: `M-M-M-M*${'-M-M-M-M-M*'.repeat(9)}-M-M-M-M-M-`,
    intermediate_size: 32768,
  }),
]

function published(id: string, config: JsonRecord): ModelConfig {
  const model = parseModelConfig(config, null, id)
  assert(model.ok, `${id} is described in full`)
  return model.value
}

/** @param valueHeads of the gated delta nets, which three of four layers are */
function qwen35(
  layers: number,
  hiddenSize: number,
  heads: number,
  kvHeads: number,
  valueHeads: number,
): JsonRecord {
  return {
    ...shape(layers, hiddenSize, heads, kvHeads, 256, 248320),
    layer_types: every(4, layers, layer => (layer === 3 ? 'full_attention' : 'linear_attention')),
    linear_num_key_heads: 16,
    linear_key_head_dim: 128,
    linear_num_value_heads: valueHeads,
    linear_value_head_dim: 128,
    linear_conv_kernel_dim: 4,
  }
}

function qwen35Experts(count: number, perToken: number, size: number): JsonRecord {
  return {
    num_experts: count,
    num_experts_per_tok: perToken,
    moe_intermediate_size: size,
    shared_expert_intermediate_size: size,
  }
}

function stateSpace(heads: number, stateSize: number): JsonRecord {
  return {
    mamba_num_heads: heads,
    mamba_head_dim: 64,
    ssm_state_size: stateSize,
    n_groups: 8,
    conv_kernel: 4,
  }
}

function llama4({experts, step}: {experts: number; step: number}): JsonRecord {
  return {
    architectures: ['Llama4ForConditionalGeneration'],
    text_config: {
      ...shape(48, 5120, 40, 8, 128, 202048),
      intermediate_size: 8192,
      intermediate_size_mlp: 16384,
      num_local_experts: experts,
      num_experts_per_tok: 1,
      interleave_moe_layer_step: step,
      attention_chunk_size: 8192,
    },
  }
}

function shape(
  layers: number,
  hiddenSize: number,
  heads: number,
  kvHeads: number,
  headDim: number,
  vocabSize: number,
): JsonRecord {
  return {
    num_hidden_layers: layers,
    hidden_size: hiddenSize,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    head_dim: headDim,
    vocab_size: vocabSize,
  }
}

/** A list whose entries come again every few layers. */
function every<T>(period: number, layers: number, entry: (layer: number) => T): T[] {
  return Array.from({length: layers}, (_, i) => entry(i % period))
}
