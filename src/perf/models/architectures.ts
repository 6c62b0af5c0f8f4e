import type {ModelFamily} from './model-config.ts'

export type ActivationFamily = 'dense' | 'experts' | 'uncalibrated'

export interface Architecture {
  readonly family: ModelFamily
  readonly qkNorm: boolean
  readonly slidingWindow: number
  /** The language model of one that also sees: its shapes are nested under `text_config`. Pictures cost nothing here. */
  readonly isNested: boolean
  /** Which of the reference's calibrations of activation memory is its own. */
  readonly activations: ActivationFamily
}

const dense = {
  family: 'dense',
  qkNorm: false,
  slidingWindow: 0,
  isNested: false,
  activations: 'dense',
} as const
const moe = {family: 'moe', qkNorm: false, slidingWindow: 0, isNested: false, activations: 'experts'} as const
const mla = {family: 'mla', qkNorm: false, slidingWindow: 0, isNested: false, activations: 'experts'} as const

/** `architectures[0]` of a config.json -> how we model it (perf-model-012.md 3). */
export const ARCHITECTURES: ReadonlyMap<string, Architecture> = new Map<string, Architecture>([
  ['LlamaForCausalLM', dense],
  ['Qwen2ForCausalLM', dense],
  ['Qwen3ForCausalLM', {...dense, qkNorm: true}],
  ['MiMoForCausalLM', dense],
  ['MixtralForCausalLM', moe],
  ['GptOssForCausalLM', {...moe, slidingWindow: 128}],
  ['Qwen2MoeForCausalLM', moe],
  ['Qwen3MoeForCausalLM', {...moe, qkNorm: true}],
  ['MiniMaxM2ForCausalLM', {...moe, qkNorm: true}],
  ['DeepseekV3ForCausalLM', mla],
  // The reference gives these no norms of queries and keys, though they have them.
  ['Qwen3VLForConditionalGeneration', {...dense, isNested: true, activations: 'uncalibrated'}],
  ['Qwen3VLMoeForConditionalGeneration', {...moe, isNested: true, activations: 'uncalibrated'}],
  ['KimiK25ForConditionalGeneration', {...mla, isNested: true}],
])

/** Architectures the reference can model and we do not, with the reason a user should read. */
export const UNSUPPORTED_ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ['DeepseekV32ForCausalLM', 'its sparse attention needs tables that are not bundled'],
  ['GlmMoeDsaForCausalLM', 'its sparse attention needs tables that are not bundled'],
  ['DeepseekV4ForCausalLM', 'its compressed attention needs tables that are not bundled'],
  ['DeciLMForCausalLM', 'its layers differ from block to block'],
  ['NemotronForCausalLM', 'its layers differ from block to block'],
  ['NemotronHForCausalLM', 'its state-space layers need tables that are not bundled'],
  ['MiniMaxM3ForCausalLM', 'its sparse attention needs tables that are not bundled'],
  ['MiMoV2FlashForCausalLM', 'it mixes two attention geometries'],
  ['Llama4ForConditionalGeneration', 'it mixes local and global attention and has a vision encoder'],
  ['Gemma4ForConditionalGeneration', 'it mixes two attention geometries and has a vision encoder'],
  ['KimiK3ForConditionalGeneration', 'its linear attention needs tables that are not bundled'],
  ['Qwen3_5ForConditionalGeneration', 'its linear attention needs tables that are not bundled'],
  ['Qwen3_5MoeForConditionalGeneration', 'its linear attention needs tables that are not bundled'],
])
