import {fail, ok, type Result} from '../../core/result.ts'
import {ARCHITECTURES, type Architecture} from './architectures.ts'
import {readBlocks} from './blocks.ts'
import {readDeltaNet} from './delta-net.ts'
import {FieldReader} from './field-reader.ts'
import {asRecord, type JsonRecord} from './json.ts'
import {readMixedLayers} from './mixed-layers.ts'
import type {ExpertConfig, LatentConfig, ModelConfig, ModelFamily} from './model-config.ts'
import {reasonOf} from './named-families.ts'
import {exclusionPatterns, parseQuant} from './parse-quant.ts'
import {layerKinds, readStateSpace} from './state-space.ts'

/**
 * A model from its Hugging Face `config.json` and, if the checkpoint has one, `hf_quant_config.json`.
 * Nothing is guessed: a missing or contradictory field is an error that names it.
 */
export function parseModelConfig(configJson: unknown, hfQuantJson: unknown, id: string): Result<ModelConfig> {
  const config = asRecord(configJson)
  if (config === null) return fail(`${id}: config.json must hold one JSON object`)
  if (hfQuantJson !== null && asRecord(hfQuantJson) === null) {
    return fail(`${id}: hf_quant_config.json must hold one JSON object`)
  }
  const name = Array.isArray(config.architectures) ? config.architectures[0] : undefined
  if (typeof name !== 'string') return fail(`${id}: config.json has no "architectures"`, 'architectures')
  const architecture = ARCHITECTURES.get(name)
  if (architecture === undefined) return fail(unsupported(id, name), 'architectures')
  const shapes = architecture.isNested ? withoutNesting(config) : config
  const reader = new FieldReader(id, shapes)
  const model = readModel(reader, {id, name, architecture, whole: config}, shapes, asRecord(hfQuantJson))
  return model.ok && reader.problem !== null ? fail(reader.problem.message, reader.problem.field) : model
}

/** The language model's fields, nested or not; its number formats may be said for the whole. */
function withoutNesting(config: JsonRecord): JsonRecord {
  const inner = asRecord(config.text_config) ?? config
  return {...inner, quantization_config: config.quantization_config ?? inner.quantization_config}
}

interface Named {
  readonly id: string
  readonly name: string
  readonly architecture: Architecture
  /** The config.json as it is. */
  readonly whole: JsonRecord
}

function readModel(
  reader: FieldReader,
  {id, name, architecture, whole}: Named,
  config: JsonRecord,
  hfQuant: JsonRecord | null,
): Result<ModelConfig> {
  const quant = parseQuant(config, hfQuant)
  if (!quant.ok) return fail(`${id}: ${quant.error.message}`, quant.error.field)

  const hiddenSize = reader.positive('hidden_size')
  const heads = reader.positive('num_attention_heads')
  const kvHeads = reader.optional('num_key_value_heads')
  reader.check(kvHeads <= heads, 'num_key_value_heads', `is larger than num_attention_heads (${heads})`)
  const headDim =
    reader.optional('head_dim') || reader.optional('attention_head_dim') || Math.floor(hiddenSize / heads)
  const {family} = architecture
  const hasExperts = namesExperts(family, reader)
  const isWide = !hasExperts && family !== 'blocks'
  const intermediateSize = isWide
    ? reader.positive('intermediate_size')
    : reader.optional('intermediate_size')
  // A list of kinds may stand for the number of layers.
  const layers =
    family === 'ssm' && !reader.has('num_hidden_layers')
      ? layerKinds(reader).length
      : reader.positive('num_hidden_layers')
  const exclusions = exclusionPatterns(config, hfQuant)
  const shape = {layers, heads, kvHeads, headDim, intermediateSize, quant: quant.value, exclusions}
  return ok({
    id,
    architecture: name,
    family: architecture.family,
    layers,
    hiddenSize,
    heads,
    kvHeads,
    headDim,
    intermediateSize,
    vocabSize: reader.positive('vocab_size'),
    qkNorm: architecture.qkNorm,
    slidingWindow: architecture.slidingWindow,
    experts: hasExperts ? readExperts(reader) : null,
    latent: architecture.family === 'mla' ? readLatent(reader, config, headDim) : null,
    mixed: architecture.family === 'mixed' ? readMixedLayers(name, reader, shape, whole) : null,
    deltaNet: architecture.family === 'delta' ? readDeltaNet(reader, shape, whole) : null,
    stateSpace: family === 'ssm' ? readStateSpace(reader) : null,
    blocks: family === 'blocks' ? readBlocks(reader, heads, hiddenSize) : null,
    quant: quant.value,
  })
}

/** Whether a model of the family has routed experts; in some that is for its config.json to say. */
function namesExperts(family: ModelFamily, reader: FieldReader): boolean {
  if (family === 'delta') return reader.optional('num_experts') > 0
  if (family === 'ssm') return reader.optional('n_routed_experts') > 0
  return family !== 'dense' && family !== 'blocks'
}

function readExperts(reader: FieldReader): ExpertConfig {
  const count =
    reader.optional('num_local_experts') ||
    reader.optional('n_routed_experts') ||
    reader.optional('moe_num_experts') ||
    reader.optional('num_experts')
  reader.check(count > 0, 'num_experts', 'is missing: the architecture has routed experts')
  const perTokenField = ['num_experts_per_tok', 'top_k_experts', 'moe_top_k'].find(field => reader.has(field))
  const perToken = perTokenField === undefined ? 0 : reader.optional(perTokenField)
  reader.check(perToken > 0, 'num_experts_per_tok', 'is missing: the architecture has routed experts')
  reader.check(perToken <= count, 'num_experts_per_tok', `is larger than the number of experts (${count})`)
  const intermediateSize = reader.optional('moe_intermediate_size') || reader.positive('intermediate_size')
  return {count, perToken, intermediateSize}
}

function readLatent(reader: FieldReader, config: JsonRecord, headDim: number): LatentConfig {
  const rotaryWidth = reader.positive('qk_rope_head_dim')
  return {
    valueHeadDim: reader.optional('v_head_dim') || headDim,
    cacheWidth: reader.positive('kv_lora_rank') + rotaryWidth,
    rotaryWidth,
    denseLayers: reader.optional('first_k_dense_replace'),
    sharedExperts: reader.optional('n_shared_experts'),
    isBfloat16: (config.dtype ?? config.torch_dtype) === 'bfloat16',
  }
}

function unsupported(id: string, architecture: string): string {
  const supported = [...ARCHITECTURES.keys()].join(', ')
  return `${id}: architecture ${architecture} is not supported (${reasonOf(architecture)}); supported: ${supported}`
}
