import {ARCHITECTURES} from './architectures.ts'
import {MIXED_MODELS} from './mixed-catalogue.ts'
import type {CheckpointQuant, LatentConfig, ModelConfig} from './model-config.ts'
import {SAME_MODELS} from './same-models.ts'

/**
 * Models that need no config.json: their geometry and number formats, as published on their model cards.
 * `preset` models are answered by the first table file of every GPU and backend; the others may fetch more.
 */
export interface CatalogueEntry {
  readonly model: ModelConfig
  readonly preset: boolean
}

const BF16: CheckpointQuant = {
  gemm: 'bfloat16',
  moe: 'bfloat16',
  kvCache: 'bfloat16',
  fmha: 'bfloat16',
  weightBlockSize: 128,
  excludedProjections: [],
  sharedExpertExcluded: false,
}
const FP8_STATIC: CheckpointQuant = {...BF16, gemm: 'fp8_static', moe: 'fp8', kvCache: 'fp8', fmha: 'fp8'}
const FP8_BLOCK: CheckpointQuant = {...FP8_STATIC, gemm: 'fp8_block', moe: 'fp8_block'}
const NVFP4: CheckpointQuant = {...FP8_STATIC, gemm: 'nvfp4', moe: 'nvfp4'}
const MXFP4_EXPERTS: CheckpointQuant = {...BF16, moe: 'w4a16_mxfp4', excludedProjections: ['q', 'kv', 'o']}

/** layers, hidden size, heads, KV heads, head size, intermediate size, vocabulary. */
type Geometry = readonly [number, number, number, number, number, number, number]

const LLAMA_8B: Geometry = [32, 4096, 32, 8, 128, 14336, 128256]
const LLAMA_70B: Geometry = [80, 8192, 64, 8, 128, 28672, 128256]
const LLAMA_405B: Geometry = [126, 16384, 128, 8, 128, 53248, 128256]
const QWEN3_32B: Geometry = [64, 5120, 64, 8, 128, 25600, 151936]
const QWEN3_30B_A3B: Geometry = [48, 2048, 32, 4, 128, 6144, 151936]
const QWEN3_235B_A22B: Geometry = [94, 4096, 64, 4, 128, 12288, 151936]
const QWEN3_480B_A35B: Geometry = [62, 6144, 96, 8, 128, 8192, 151936]
const DEEPSEEK_V3: Geometry = [61, 7168, 128, 128, 56, 18432, 129280]
const DEEPSEEK_LATENT: LatentConfig = {
  valueHeadDim: 128,
  cacheWidth: 576,
  rotaryWidth: 64,
  denseLayers: 3,
  sharedExperts: 1,
  isBfloat16: true,
}

const QWEN3_8B: Geometry = [36, 4096, 32, 8, 128, 12288, 151936]
const MIXTRAL_8X7B: Geometry = [32, 4096, 32, 8, 128, 14336, 32000]
const MIXTRAL_8X22B: Geometry = [56, 6144, 48, 8, 128, 16384, 32000]
const MINIMAX_M2: Geometry = [62, 3072, 48, 8, 128, 1536, 200064]
const KIMI_K2: Geometry = [61, 7168, 64, 64, 112, 18432, 163840]
const KIMI_LATENT: LatentConfig = {...DEEPSEEK_LATENT, denseLayers: 1}

/** [experts, experts per token, intermediate size of one expert] */
type Experts = readonly [number, number, number]

const QWEN3_30B_EXPERTS: Experts = [128, 8, 768]
const QWEN3_235B_EXPERTS: Experts = [128, 8, 1536]
const DEEPSEEK_EXPERTS: Experts = [256, 8, 2048]
const KIMI_EXPERTS: Experts = [384, 8, 2048]

export const CATALOGUE: readonly CatalogueEntry[] = [
  preset(dense('nvidia/Llama-3.1-8B-Instruct-FP8', 'LlamaForCausalLM', LLAMA_8B, FP8_STATIC)),
  preset(dense('nvidia/Llama-3.1-70B-Instruct-FP8', 'LlamaForCausalLM', LLAMA_70B, FP8_STATIC)),
  preset(dense('meta-llama/Meta-Llama-3.1-8B', 'LlamaForCausalLM', LLAMA_8B, BF16)),
  preset(dense('meta-llama/Meta-Llama-3.1-70B', 'LlamaForCausalLM', LLAMA_70B, BF16)),
  preset(dense('meta-llama/Meta-Llama-3.1-405B', 'LlamaForCausalLM', LLAMA_405B, BF16)),
  preset(dense('Qwen/Qwen3-0.6B', 'Qwen3ForCausalLM', [28, 1024, 16, 8, 128, 3072, 151936], BF16)),
  preset(dense('Qwen/Qwen3-8B', 'Qwen3ForCausalLM', QWEN3_8B, BF16)),
  preset(dense('Qwen/Qwen3-32B', 'Qwen3ForCausalLM', QWEN3_32B, BF16)),
  preset(dense('Qwen/Qwen3-32B-FP8', 'Qwen3ForCausalLM', QWEN3_32B, FP8_BLOCK)),
  preset(sparse('Qwen/Qwen3-30B-A3B', 'Qwen3MoeForCausalLM', QWEN3_30B_A3B, QWEN3_30B_EXPERTS, BF16)),
  preset(
    sparse('Qwen/Qwen3-30B-A3B-FP8', 'Qwen3MoeForCausalLM', QWEN3_30B_A3B, QWEN3_30B_EXPERTS, FP8_BLOCK),
  ),
  preset(
    sparse('Qwen/Qwen3-235B-A22B-FP8', 'Qwen3MoeForCausalLM', QWEN3_235B_A22B, QWEN3_235B_EXPERTS, FP8_BLOCK),
  ),
  preset(
    sparse(
      'openai/gpt-oss-20b',
      'GptOssForCausalLM',
      [24, 2880, 64, 8, 64, 2880, 201088],
      [32, 4, 2880],
      MXFP4_EXPERTS,
    ),
  ),
  preset(
    sparse(
      'openai/gpt-oss-120b',
      'GptOssForCausalLM',
      [36, 2880, 64, 8, 64, 2880, 201088],
      [128, 4, 2880],
      MXFP4_EXPERTS,
    ),
  ),
  preset(latent('deepseek-ai/DeepSeek-V3', FP8_BLOCK)),
  preset(latent('deepseek-ai/DeepSeek-R1', FP8_BLOCK)),
  other(dense('Qwen/Qwen3-1.7B', 'Qwen3ForCausalLM', [28, 2048, 16, 8, 128, 6144, 151936], BF16)),
  other(dense('XiaomiMiMo/MiMo-7B-Base', 'MiMoForCausalLM', [36, 4096, 32, 8, 128, 11008, 151680], BF16)),
  other(sparse('Qwen/Qwen3-235B-A22B', 'Qwen3MoeForCausalLM', QWEN3_235B_A22B, QWEN3_235B_EXPERTS, BF16)),
  other(
    sparse('nvidia/Qwen3-235B-A22B-NVFP4', 'Qwen3MoeForCausalLM', QWEN3_235B_A22B, QWEN3_235B_EXPERTS, NVFP4),
  ),
  other(
    sparse(
      'Qwen/Qwen3-Coder-480B-A35B-Instruct',
      'Qwen3MoeForCausalLM',
      QWEN3_480B_A35B,
      [160, 8, 2560],
      BF16,
    ),
  ),
  other(latent('nvidia/DeepSeek-V3.1-NVFP4', {...NVFP4, excludedProjections: ['q', 'kv']})),
  other(kimi('moonshotai/Kimi-K2-Instruct', 'DeepseekV3ForCausalLM', FP8_BLOCK)),
  other(
    kimi('nvidia/Kimi-K2.5-NVFP4', 'KimiK25ForConditionalGeneration', {
      ...NVFP4,
      excludedProjections: ['q', 'kv', 'o'],
    }),
  ),
  other(sparse('MiniMaxAI/MiniMax-M2.5', 'MiniMaxM2ForCausalLM', MINIMAX_M2, [256, 8, 1536], FP8_BLOCK)),
  other(sparse('mistralai/Mixtral-8x7B-v0.1', 'MixtralForCausalLM', MIXTRAL_8X7B, [8, 2, 14336], BF16)),
  other(sparse('mistralai/Mixtral-8x22B-v0.1', 'MixtralForCausalLM', MIXTRAL_8X22B, [8, 2, 16384], BF16)),
  other(dense('Qwen/Qwen3-VL-8B-Instruct', 'Qwen3VLForConditionalGeneration', QWEN3_8B, BF16)),
  other(
    sparse(
      'Qwen/Qwen3-VL-30B-A3B-Instruct',
      'Qwen3VLMoeForConditionalGeneration',
      QWEN3_30B_A3B,
      QWEN3_30B_EXPERTS,
      BF16,
    ),
  ),
  ...MIXED_MODELS.map(other),
]

export const CATALOGUE_MODELS: readonly ModelConfig[] = CATALOGUE.map(entry => entry.model)

/** By its own name alone. */
export function findModel(models: readonly ModelConfig[], id: string): ModelConfig | null {
  return models.find(model => model.id.toLowerCase() === id.toLowerCase()) ?? null
}

/** By its own name, or one under which the same shapes are published. */
export function findModelLike(models: readonly ModelConfig[], id: string): ModelConfig | null {
  return findModel(models, id) ?? findModel(models, SAME_MODELS.get(id.toLowerCase()) ?? '')
}

/** A sentence for whoever named a model that the catalogue has under another name; null for the name itself. */
export function sameModelNotice(model: ModelConfig, given: string): string | null {
  if (model.id.toLowerCase() === given.toLowerCase()) return null
  return `${given} has the shapes and number formats of ${model.id}: the pass times are the same.`
}

function preset(model: ModelConfig): CatalogueEntry {
  return {model, preset: true}
}

function other(model: ModelConfig): CatalogueEntry {
  return {model, preset: false}
}

function dense(id: string, architecture: string, geometry: Geometry, quant: CheckpointQuant): ModelConfig {
  const [layers, hiddenSize, heads, kvHeads, headDim, intermediateSize, vocabSize] = geometry
  const {family, qkNorm, slidingWindow} = ARCHITECTURES.get(architecture)!
  const size = {layers, hiddenSize, heads, kvHeads, headDim, intermediateSize, vocabSize}
  return {
    id,
    architecture,
    family,
    ...size,
    qkNorm,
    slidingWindow,
    experts: null,
    latent: null,
    mixed: null,
    deltaNet: null,
    stateSpace: null,
    blocks: null,
    quant,
  }
}

function sparse(
  id: string,
  architecture: string,
  geometry: Geometry,
  experts: Experts,
  quant: CheckpointQuant,
): ModelConfig {
  const [count, perToken, intermediateSize] = experts
  return {...dense(id, architecture, geometry, quant), experts: {count, perToken, intermediateSize}}
}

function latent(id: string, quant: CheckpointQuant): ModelConfig {
  return {
    ...sparse(id, 'DeepseekV3ForCausalLM', DEEPSEEK_V3, DEEPSEEK_EXPERTS, quant),
    latent: DEEPSEEK_LATENT,
  }
}

function kimi(id: string, architecture: string, quant: CheckpointQuant): ModelConfig {
  return {...sparse(id, architecture, KIMI_K2, KIMI_EXPERTS, quant), latent: KIMI_LATENT}
}
