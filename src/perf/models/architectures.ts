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
const mixed = {
  family: 'mixed',
  qkNorm: false,
  slidingWindow: 0,
  isNested: false,
  activations: 'uncalibrated',
} as const
const step = {...mixed, qkNorm: true, activations: 'experts'} as const
const delta = {...mixed, family: 'delta', qkNorm: true} as const
const ssm = {...mixed, family: 'ssm'} as const
const blocks = {...mixed, family: 'blocks'} as const
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
  // These norm their queries and keys or not, whatever their config.json says: so does the reference.
  ['Llama4ForConditionalGeneration', {...mixed, isNested: true}],
  ['MiMoV2FlashForCausalLM', mixed],
  ['Step3p5ForCausalLM', step],
  ['Step3p5FlashForCausalLM', step],
  ['Step3p7FlashForCausalLM', {...step, isNested: true}],
  ['Step3p7ForConditionalGeneration', {...step, isNested: true}],
  ['Qwen3_5ForConditionalGeneration', {...delta, isNested: true}],
  ['Qwen3_5MoeForConditionalGeneration', {...delta, isNested: true}],
  ['NemotronHForCausalLM', ssm],
  ['DeciLMForCausalLM', blocks],
  ['Gemma4ForConditionalGeneration', {...mixed, isNested: true, activations: 'experts'}],
])

/** Architectures we have no model of, with the operator that is missing. */
export const UNSUPPORTED_ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ...each(
    ['DeepseekV32ForCausalLM', 'GlmMoeDsaForCausalLM'],
    'its sparse attention block (DSA) needs tables that are not bundled',
  ),
  ...each(
    ['DeepseekV4ForCausalLM', 'DeepseekV41ForCausalLM'],
    'its compressed attention and hyper-connection blocks (CSA, mHC) need tables that are not bundled',
  ),
  ['NemotronForCausalLM', 'its layers differ from block to block'],
  ...each(
    ['MiniMaxM3ForCausalLM', 'MiniMaxM3SparseForConditionalGeneration'],
    'its sparse attention block (MSA) needs tables that are not bundled',
  ),
  ...each(
    ['Qwen3_5MoeForCausalLM', 'Qwen3NextForCausalLM'],
    'its linear attention (gated delta net) needs tables that are not bundled',
  ),
  ['KimiK3ForConditionalGeneration', 'its linear attention (KDA) needs tables that are not bundled'],
  [
    'MuseGlimmerForConditionalGeneration',
    'its attention with a window of 2,048 needs tables that are not bundled',
  ],
])

function each(names: readonly string[], reason: string): [string, string][] {
  return names.map(name => [name, reason])
}
