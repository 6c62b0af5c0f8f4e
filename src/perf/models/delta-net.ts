import type {FieldReader} from './field-reader.ts'
import type {JsonRecord} from './json.ts'
import type {CommonShape} from './mixed-layers.ts'
import type {DeltaNetConfig} from './model-config.ts'

/**
 * Gated delta nets of Qwen3.5 and 3.6 from a config.json (perf-model-012.md 15).
 * @param whole the config.json itself, which may say the state's number format where the language model's part does not
 */
export function readDeltaNet(reader: FieldReader, shape: CommonShape, whole: JsonRecord): DeltaNetConfig {
  const types = reader.list('layer_types')
  const named = types.filter(type => type === 'linear_attention' || type === 'full_attention')
  reader.check(
    named.length === shape.layers,
    'layer_types',
    `names ${named.length} kinds for ${shape.layers} layers`,
  )
  const {quant, exclusions} = shape
  const isExcluded = (...parts: readonly string[]) =>
    exclusions.some(pattern => parts.some(part => pattern.toLowerCase().includes(part)))
  const excludesWide = exclusions
    .map(pattern => pattern.toLowerCase())
    .some(pattern => pattern.includes('.mlp') && !pattern.includes('shared_expert'))
  return {
    layers: types.filter(type => type === 'linear_attention').length,
    keyHeads: reader.positive('linear_num_key_heads'),
    keyDim: reader.positive('linear_key_head_dim'),
    valueHeads: reader.positive('linear_num_value_heads'),
    valueDim: reader.positive('linear_value_head_dim'),
    convWidth: reader.positive('linear_conv_kernel_dim'),
    stateBytes: stateBytes(reader.text('mamba_ssm_dtype') ?? whole.mamba_ssm_dtype),
    sharedExpertSize: reader.optional('shared_expert_intermediate_size'),
    modes: {
      projections: isExcluded('linear_attn', 'self_attn') ? 'bfloat16' : quant.gemm,
      wide: excludesWide ? 'bfloat16' : quant.gemm,
      shared: isExcluded('shared_expert') ? 'bfloat16' : quant.gemm,
    },
  }
}

/** The state is kept in four bytes a number unless two are asked for. */
function stateBytes(format: unknown): number {
  return format === 'bfloat16' || format === 'float16' ? 2 : 4
}
