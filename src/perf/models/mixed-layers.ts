import type {FieldReader} from './field-reader.ts'
import type {JsonRecord} from './json.ts'
import type {CheckpointQuant, LayerGroup, MixedLayers} from './model-config.ts'

/** What all layers of a model share. */
export interface CommonShape {
  readonly layers: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  readonly intermediateSize: number
  readonly quant: CheckpointQuant
  /** Names of parts that the checkpoint leaves unquantised. */
  readonly exclusions: readonly string[]
}

/**
 * The kinds of layers of a model, from its config.json (perf-model-012.md 14).
 * @param whole the config.json itself, of which the reader may see the language model's part alone
 */
export function readMixedLayers(
  architecture: string,
  reader: FieldReader,
  shape: CommonShape,
  whole: JsonRecord,
): MixedLayers {
  if (architecture === 'Llama4ForConditionalGeneration') return llama4Layers(reader, shape)
  if (architecture === 'MiMoV2FlashForCausalLM') return mimoLayers(reader, shape)
  if (architecture === 'Gemma4ForConditionalGeneration') return gemma4Layers(reader, shape)
  return stepLayers(reader, shape, whole)
}

/** One layer: whether it sees the whole sequence, and whether it has experts. */
interface Layer {
  readonly isGlobal: boolean
  readonly isRouted: boolean
}

/** Attention of one kind of layers. */
type Geometry = Pick<LayerGroup, 'heads' | 'kvHeads' | 'headDim' | 'valueHeadDim' | 'hasValues' | 'window'>

/** Every second layer sees its own chunk of the prompt; experts come at a step of their own. */
function llama4Layers(reader: FieldReader, shape: CommonShape): MixedLayers {
  const step = reader.has('interleave_moe_layer_step') ? reader.positive('interleave_moe_layer_step') : 1
  const layers = Array.from({length: shape.layers}, (_, i) => ({
    isGlobal: i % 2 === 1,
    isRouted: (i + 1) % step === 0,
  }))
  const everything = geometryOf(shape, 0)
  const chunk = {...everything, window: reader.optional('attention_chunk_size')}
  return {
    ...hybrid(shape, layers, everything, chunk),
    wideSize: reader.optional('intermediate_size_mlp') || shape.intermediateSize,
  }
}

function mimoLayers(reader: FieldReader, shape: CommonShape): MixedLayers {
  const pattern = reader.list('hybrid_layer_pattern')
  const routed = reader.list('moe_layer_freq')
  checkLength(reader, 'hybrid_layer_pattern', pattern.length, shape.layers)
  checkLength(reader, 'moe_layer_freq', routed.length, shape.layers)
  const layers = pattern.map((kind, i) => ({isGlobal: kind === 1, isRouted: routed[i] === 1}))
  const everything = {...geometryOf(shape, 0), valueHeadDim: reader.optional('v_head_dim') || shape.headDim}
  const windowed = {
    ...everything,
    kvHeads: reader.optional('swa_num_key_value_heads') || shape.kvHeads,
    headDim: reader.optional('swa_head_dim') || shape.headDim,
    valueHeadDim: reader.optional('swa_v_head_dim') || shape.headDim,
    window: reader.optional('sliding_window_size'),
  }
  return hybrid(shape, layers, everything, windowed)
}

function stepLayers(reader: FieldReader, shape: CommonShape, whole: JsonRecord): MixedLayers {
  // Layers that draft tokens ahead stand behind the model's own.
  const kinds = reader.list('layer_types')
  const own = kinds.length === shape.layers + reader.optional('num_nextn_predict_layers')
  const types = own ? kinds.slice(0, shape.layers) : kinds
  checkLength(reader, 'layer_types', types.length, shape.layers)
  const isRouted = routedLayers(reader)
  const layers = types.map((kind, i) => ({isGlobal: kind === 'full_attention', isRouted: isRouted(i)}))
  const other = reader.nested('attention_other_setting')
  const everything = geometryOf(shape, 0)
  const headDim = other?.optional('head_dim') || shape.headDim
  const windowed = {
    ...everything,
    heads: other?.optional('num_attention_heads') || shape.heads,
    headDim,
    window: reader.optional('sliding_window') || reader.optional('sliding_window_size'),
  }
  return {
    ...hybrid(shape, layers, everything, windowed),
    // The reference looks for it beside the language model's fields, not among them.
    sharedExpertSize: typeof whole.share_expert_dim === 'number' ? whole.share_expert_dim : 0,
    isGated: reader.isTrue('use_head_wise_attn_gate'),
    cachesWindows: true,
  }
}

/** Layers with experts are listed one by one, or all but the first few are. */
function routedLayers(reader: FieldReader): (layer: number) => boolean {
  const listed = reader.text('moe_layers_enum')
  if (listed === null) {
    const dense = reader.optional('first_k_dense_replace')
    return layer => layer >= dense
  }
  const routed = new Set(listed.split(',').map(Number))
  return layer => routed.has(layer)
}

/** Every layer has a wide block beside its experts, and layers that see everything project no values. */
function gemma4Layers(reader: FieldReader, shape: CommonShape): MixedLayers {
  const types = reader.list('layer_types')
  checkLength(reader, 'layer_types', types.length, shape.layers)
  const windowed = {...geometryOf(shape, reader.optional('sliding_window'))}
  const headDim = reader.optional('global_head_dim') || shape.headDim
  const everything: Geometry = {
    ...windowed,
    kvHeads: reader.optional('num_global_key_value_heads') || shape.kvHeads,
    headDim,
    valueHeadDim: headDim,
    hasValues: !reader.isTrue('attention_k_eq_v'),
    window: 0,
  }
  const count = (kind: string) => types.filter(type => type === kind).length
  const group = (name: string, layers: number, geometry: Geometry): LayerGroup => {
    return {name, layers, ...geometry, wide: `${name}_shared_mlp`, isRouted: true}
  }
  const {quant, exclusions} = shape
  const isExcluded = (part: string) => exclusions.some(pattern => pattern.toLowerCase().includes(part))
  return {
    ...hybrid(shape, [], everything, windowed),
    groups: [
      group('swa', count('sliding_attention'), windowed),
      group('global', count('full_attention'), everything),
    ].filter(({layers}) => layers > 0),
    modes: {
      projections: isExcluded('self_attn') ? 'bfloat16' : quant.gemm,
      wide: isExcluded('.mlp') ? 'bfloat16' : quant.gemm,
      experts: isExcluded('.mlp') ? 'bfloat16' : quant.moe,
    },
    travelsQuantised: true,
    fewestWithRouter: 128,
    cachesWindows: true,
  }
}

/** Layers sorted into the four kinds that there can be, in the order in which the reference adds them up. */
function hybrid(
  shape: CommonShape,
  layers: readonly Layer[],
  everything: Geometry,
  windowed: Geometry,
): MixedLayers {
  const count = (isGlobal: boolean, isRouted: boolean) =>
    layers.filter(layer => layer.isGlobal === isGlobal && layer.isRouted === isRouted).length
  const groups: LayerGroup[] = [
    {name: 'global', layers: count(true, true), ...everything, wide: null, isRouted: true},
    {name: 'swa', layers: count(false, true), ...windowed, wide: null, isRouted: true},
    {name: 'swa_dense', layers: count(false, false), ...windowed, wide: 'swa_dense', isRouted: false},
    {name: 'global_dense', layers: count(true, false), ...everything, wide: 'global_dense', isRouted: false},
  ]
  const {gemm, moe} = shape.quant
  return {
    groups: groups.filter(group => group.layers > 0),
    wideSize: shape.intermediateSize,
    sharedExpertSize: 0,
    isGated: false,
    modes: {projections: gemm, wide: gemm, experts: moe},
    travelsQuantised: false,
    fewestWithRouter: 0,
    cachesWindows: false,
  }
}

function geometryOf({heads, kvHeads, headDim}: CommonShape, window: number): Geometry {
  return {heads, kvHeads, headDim, valueHeadDim: headDim, hasValues: true, window}
}

function checkLength(reader: FieldReader, field: string, length: number, layers: number): void {
  reader.check(length === layers, field, `has ${length} entries for ${layers} layers`)
}
