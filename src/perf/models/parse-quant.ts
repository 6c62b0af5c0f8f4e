import {fail, ok, type Result} from '../../core/result.ts'
import {asRecord, type JsonRecord} from './json.ts'
import type {
  CheckpointQuant,
  FmhaMode,
  GemmMode,
  KvCacheMode,
  MoeMode,
  ProjectionGroup,
} from './model-config.ts'

/** Number formats of a checkpoint from its `config.json` and `hf_quant_config.json` (perf-model-012.md 3). */
export function parseQuant(config: JsonRecord, hfQuant: JsonRecord | null): Result<CheckpointQuant> {
  const declared = asRecord(config.quantization_config) ?? {}
  const modelOpt = asRecord(hfQuant?.quantization) ?? {}
  const algorithm = quantAlgorithm(declared, modelOpt)
  const kvCache = kvCacheMode(declared, modelOpt)
  if (!kvCache.ok) return kvCache
  const weights = weightModes(algorithm, declared)
  if (!weights.ok) return weights

  const fp8Attention =
    algorithm !== null && (['fp8', 'fp8_block', 'nvfp4'].includes(algorithm) || kvCache.value === 'fp8')
  const fmha: FmhaMode = fp8Attention ? 'fp8' : 'bfloat16'
  const blockSize = Array.isArray(declared.weight_block_size) ? declared.weight_block_size[0] : undefined
  const patterns = exclusionPatterns(config, hfQuant)
  return ok({
    gemm: weights.value.gemm,
    moe: weights.value.moe,
    kvCache: fp8Attention ? 'fp8' : (kvCache.value ?? 'bfloat16'),
    fmha,
    weightBlockSize: typeof blockSize === 'number' && blockSize > 0 ? blockSize : 128,
    excludedProjections: excludedProjections(patterns),
    sharedExpertExcluded: patterns.some(pattern => pattern.toLowerCase().includes('shared_expert')),
  })
}

function quantAlgorithm(declared: JsonRecord, modelOpt: JsonRecord): string | null {
  const named =
    text(modelOpt.quant_algo) ??
    text(declared.quant_algo) ??
    text(declared.quant_method) ??
    text(declared.quantization_method) ??
    text(modelOpt.quantization_algo)
  if (named === null) return null
  const algorithm = named === 'w4a16_mxfp4' ? 'mxfp4' : named
  const blocks = declared.weight_block_size
  const hasBlocks = Array.isArray(blocks) && blocks.length > 0
  return algorithm === 'fp8' && hasBlocks ? 'fp8_block' : algorithm
}

function weightModes(algorithm: string | null, declared: JsonRecord): Result<{gemm: GemmMode; moe: MoeMode}> {
  switch (algorithm) {
    case null:
      return ok({gemm: 'bfloat16', moe: 'bfloat16'})
    case 'fp8':
      return ok({gemm: isDynamic(declared) ? 'fp8' : 'fp8_static', moe: 'fp8'})
    case 'fp8_block':
    case 'nvfp4':
      return ok({gemm: algorithm, moe: algorithm})
    case 'mxfp4':
      return ok({gemm: 'bfloat16', moe: 'w4a16_mxfp4'})
    case 'compressed-tensors':
      return compressedTensorModes(declared)
    default:
      return fail(
        `quantisation "${algorithm}" has no measured tables here: use a BF16, FP8, block-FP8, NVFP4 or MXFP4 checkpoint`,
        'quantization_config',
      )
  }
}

/** compressed-tensors names the format per group of layers and lists the layers left alone. */
function compressedTensorModes(declared: JsonRecord): Result<{gemm: GemmMode; moe: MoeMode}> {
  const groups = Object.values(asRecord(declared.config_groups) ?? {})
  for (const group of groups) {
    const weights = asRecord(asRecord(group)?.weights) ?? {}
    const bits = weights.num_bits
    const type = text(weights.type) ?? ''
    if (typeof bits !== 'number') continue
    if (bits !== 8 || !type.includes('float')) {
      return fail(
        `compressed-tensors weights of ${bits} bits (${type || 'no type'}) have no measured tables here: ` +
          'only 8-bit float weights are supported',
        'quantization_config.config_groups',
      )
    }
    const inBlocks = text(weights.strategy) === 'block' || Boolean(weights.block_structure)
    const format = inBlocks ? 'fp8_block' : 'fp8'
    const ignored = strings(declared.ignore)
    return ok({
      gemm: ignored.some(coversAttention) ? 'bfloat16' : format,
      moe: ignored.some(coversRoutedExperts) ? 'bfloat16' : format,
    })
  }
  return ok({gemm: 'bfloat16', moe: 'bfloat16'})
}

function coversAttention(pattern: string): boolean {
  return ['self_attn', 'q_proj', 'k_proj', 'v_proj', 'o_proj'].some(name =>
    pattern.toLowerCase().includes(name),
  )
}

function coversRoutedExperts(pattern: string): boolean {
  const lower = pattern.toLowerCase()
  return lower.includes('expert') && !lower.includes('shared_expert')
}

function kvCacheMode(declared: JsonRecord, modelOpt: JsonRecord): Result<KvCacheMode | null> {
  const named =
    text(modelOpt.kv_cache_quant_algo) ??
    text(declared.kv_cache_quant_algo) ??
    text(declared.kv_cache_quant_method) ??
    text(declared.kv_cache_dtype)
  if (named === null) return ok(kvCacheScheme(asRecord(declared.kv_cache_scheme)))
  if (['fp8', 'e4m3', 'e5m2'].includes(named)) return ok('fp8')
  if (['fp16', 'float16', 'bf16', 'bfloat16'].includes(named)) return ok('bfloat16')
  return fail(`KV cache format "${named}" is not supported: use fp8 or bfloat16`, 'kv_cache_quant_algo')
}

function kvCacheScheme(scheme: JsonRecord | null): KvCacheMode | null {
  if (scheme === null) return null
  const type = text(scheme.type) ?? ''
  if (type.includes('fp8')) return 'fp8'
  if (type !== 'float' || typeof scheme.num_bits !== 'number') return null
  if (scheme.num_bits <= 8) return 'fp8'
  return scheme.num_bits >= 16 ? 'bfloat16' : null
}

/** Only an explicit statement makes FP8 activations dynamic; silence means static scales. */
function isDynamic(declared: JsonRecord): boolean {
  const scheme = text(declared.activation_scheme)
  if (scheme === 'dynamic') return true
  if (scheme === 'static') return false
  return Object.values(asRecord(declared.config_groups) ?? {}).some(group =>
    ['input_activations', 'weights'].some(part => Boolean(asRecord(asRecord(group)?.[part])?.dynamic)),
  )
}

/** Names, with wildcards, of what the checkpoint leaves unquantised. */
export function exclusionPatterns(config: JsonRecord, hfQuant: JsonRecord | null): string[] {
  const declared = asRecord(config.quantization_config) ?? {}
  const modelOpt = asRecord(hfQuant?.quantization) ?? {}
  return [
    ...strings(declared.modules_to_not_convert),
    ...strings(declared.exclude_modules),
    ...strings(declared.ignore),
    ...strings(modelOpt.exclude_modules),
    ...strings(modelOpt.ignore),
  ]
}

const PROJECTIONS: Readonly<Record<ProjectionGroup | 'other', readonly string[]>> = {
  q: ['q_a_proj', 'q_b_proj', 'q_proj'],
  kv: ['kv_a_proj', 'kv_b_proj', 'kv_proj', 'k_proj', 'v_proj'],
  o: ['o_proj'],
  other: ['indexer'],
}

function excludedProjections(patterns: readonly string[]): ProjectionGroup[] {
  const mentions = (pattern: string, names: readonly string[]) => names.some(name => pattern.includes(name))
  const groups = ['q', 'kv', 'o'] as const
  const everyName = Object.values(PROJECTIONS).flat()
  if (patterns.some(pattern => pattern.includes('self_attn') && !mentions(pattern, everyName)))
    return [...groups]
  return groups.filter(group => patterns.some(pattern => mentions(pattern, PROJECTIONS[group])))
}

function text(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const trimmed = value.trim().toLowerCase()
  return trimmed === '' ? null : trimmed
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}
