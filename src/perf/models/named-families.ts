import {UNSUPPORTED_ARCHITECTURES} from './architectures.ts'

/** Names of published models by which their architecture is known, where none of it can be timed. */
const UNSUPPORTED_NAMES: readonly (readonly [RegExp, string])[] = [
  [/qwen3-next/, 'Qwen3NextForCausalLM'],
  [/deepseek-v3\.2/, 'DeepseekV32ForCausalLM'],
  [/deepseek-v4/, 'DeepseekV4ForCausalLM'],
  [/glm-5/, 'GlmMoeDsaForCausalLM'],
  [/glm-4/, 'Glm4MoeForCausalLM'],
  [/kimi-k3/, 'KimiK3ForConditionalGeneration'],
  [/minimax-m3/, 'MiniMaxM3ForCausalLM'],
  [/gemma-3/, 'Gemma3ForConditionalGeneration'],
  [/phi-?[34]/, 'Phi3ForCausalLM'],
  [/(mistral-(7b|nemo|small|large)|ministral|magistral)/, 'MistralForCausalLM'],
]

/** Why a model of this name cannot be timed, whatever its config.json says; null = its name says nothing of the kind. */
export function whyUnsupported(id: string): string | null {
  const lower = id.toLowerCase().replaceAll('_', '-')
  // Distilled from one family into the shapes of another.
  if (lower.includes('distill')) return null
  const architecture = UNSUPPORTED_NAMES.find(([pattern]) => pattern.test(lower))?.[1]
  return architecture === undefined ? null : `${architecture} is not supported (${reasonOf(architecture)})`
}

/** What an architecture lacks here: an operator, or a model of it at all. */
export function reasonOf(architecture: string): string {
  return UNSUPPORTED_ARCHITECTURES.get(architecture) ?? 'the estimator of the reference has no model of it'
}
