import type {ModelFamily} from './model-config.ts'

interface Architecture {
  readonly family: ModelFamily
  readonly qkNorm: boolean
  readonly slidingWindow: number
}

const dense = {family: 'dense', qkNorm: false, slidingWindow: 0} as const
const moe = {family: 'moe', qkNorm: false, slidingWindow: 0} as const
const mla = {family: 'mla', qkNorm: false, slidingWindow: 0} as const

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
  ['KimiK25ForConditionalGeneration', 'it has a vision encoder'],
  ['KimiK3ForConditionalGeneration', 'its linear attention needs tables that are not bundled'],
  ['Qwen3VLForConditionalGeneration', 'it has a vision encoder'],
  ['Qwen3VLMoeForConditionalGeneration', 'it has a vision encoder'],
  ['Qwen3_5ForConditionalGeneration', 'its linear attention needs tables that are not bundled'],
  ['Qwen3_5MoeForConditionalGeneration', 'its linear attention needs tables that are not bundled'],
])
