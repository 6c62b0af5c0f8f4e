import type {FieldReader} from './field-reader.ts'
import type {StateSpaceConfig} from './model-config.ts'

/** Kinds of layers by the letters and words that config files of Nemotron-H have for them. */
const KINDS: Readonly<Record<string, keyof StateSpaceConfig['layers']>> = {
  M: 'mamba',
  mamba: 'mamba',
  '*': 'attention',
  attention: 'attention',
  E: 'experts',
  moe: 'experts',
  '-': 'wide',
  mlp: 'wide',
  dense: 'wide',
  ffn: 'wide',
}

/** The kinds of a model's layers, one by one. */
export function layerKinds(reader: FieldReader): readonly string[] {
  const pattern = reader.text('hybrid_override_pattern')
  return pattern === null ? reader.list('layers_block_type').map(String) : [...pattern]
}

/** State-space layers of Nemotron-H and Nemotron 3 (perf-model-012.md 16). */
export function readStateSpace(reader: FieldReader): StateSpaceConfig {
  const layers = {mamba: 0, attention: 0, experts: 0, wide: 0}
  const kinds = layerKinds(reader)
  reader.check(kinds.length > 0, 'hybrid_override_pattern', 'is missing: it says of which kind each layer is')
  for (const kind of kinds) {
    const known = KINDS[kind]
    reader.check(known !== undefined, 'hybrid_override_pattern', `names an unknown kind of layer, ${kind}`)
    if (known !== undefined) layers[known]++
  }
  return {
    layers,
    heads: reader.positive('mamba_num_heads'),
    headDim: reader.positive('mamba_head_dim'),
    stateSize: reader.positive('ssm_state_size'),
    groups: reader.positive('n_groups'),
    convWidth: reader.positive('conv_kernel'),
    sharedExpertSize: reader.optional('moe_shared_expert_intermediate_size'),
    latentSize: reader.optional('moe_latent_size'),
  }
}
