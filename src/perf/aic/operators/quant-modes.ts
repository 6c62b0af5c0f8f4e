import {type FlopsEntry, type GpuSystem, SYSTEMS} from '../../../config/gpus.ts'
import type {FmhaMode, GemmMode, KvCacheMode, MoeMode} from '../../models/model-config.ts'
import {ESTIMATORS} from '../request/estimator.ts'
import type {ResolvedAicRequest} from '../request/request.ts'
import {AicDataError} from '../tables/errors.ts'

/** Number formats one engine runs with, keys as in the reference's own output. */
export interface QuantModes {
  readonly gemm: GemmMode
  readonly moe: MoeMode
  readonly kvcache: KvCacheMode
  readonly fmha: FmhaMode
  readonly comm: 'half'
}

/** Attention in bfloat16 leaves the KV cache as it is. */
export function quantModesFor(request: EngineKind): QuantModes {
  const {gemm, moe, kvCache, fmha} = request.model.quant
  const isWide = request.backend === 'vllm' || widensLatentAttention(request)
  return {gemm, moe, kvcache: kvCache, fmha: isWide ? 'bfloat16' : fmha, comm: 'half'}
}

type EngineKind = Pick<ResolvedAicRequest, 'release' | 'system' | 'backend' | 'model'>

/** SGLang's kernel on Hopper takes DeepSeek's own geometry alone (perf-model-013.md 3, E). */
function widensLatentAttention({release, system, backend, model}: EngineKind): boolean {
  const {latent, architecture} = model
  if (latent === null || backend !== 'sglang' || SYSTEMS[system].smVersion !== HOPPER_SM) return false
  const isDeepSeek =
    architecture === 'DeepseekV3ForCausalLM' &&
    latent.rotaryWidth === 64 &&
    latent.cacheWidth === 576 &&
    latent.isBfloat16
  return isDeepSeek && ESTIMATORS[release].widensLatentAttention
}

const HOPPER_SM = 90

interface Format {
  readonly bytes: number
  readonly flops: FlopsEntry
}

const FORMATS: Readonly<Record<GemmMode | MoeMode, Format>> = {
  bfloat16: {bytes: 2, flops: 'bf16'},
  fp8: {bytes: 1, flops: 'fp8'},
  fp8_static: {bytes: 1, flops: 'fp8'},
  fp8_block: {bytes: 1, flops: 'fp8'},
  nvfp4: {bytes: 9 / 16, flops: 'fp4'},
  w4a16_mxfp4: {bytes: 1 / 2, flops: 'bf16'},
}

export function bytesPerWeight(mode: GemmMode | MoeMode): number {
  return FORMATS[mode].bytes
}

export function kvCacheBytes(mode: KvCacheMode): number {
  return mode === 'fp8' ? 1 : 2
}

export function fmhaBytes(mode: FmhaMode): number {
  return mode === 'fp8' ? 1 : 2
}

/** @throws AicDataError if the GPU has no unit for this format */
export function flopsFor(system: GpuSystem, mode: GemmMode | MoeMode): number {
  return systemFlops(system, FORMATS[mode].flops)
}

/** Name of the arithmetic units that a format is multiplied by. */
export function unitsOf(mode: GemmMode | MoeMode): string {
  return FORMATS[mode].flops.toUpperCase()
}

export function hasUnitsFor(system: GpuSystem, mode: GemmMode | MoeMode): boolean {
  return system.flops[FORMATS[mode].flops] !== undefined
}

export function attentionFlops(system: GpuSystem, mode: FmhaMode): number {
  return systemFlops(system, mode === 'fp8' ? 'fp8' : 'bf16')
}

/** Decode attention over an FP8 cache widens what it reads where the GPU cannot multiply FP8. */
export function decodeAttentionFlops(system: GpuSystem, mode: KvCacheMode): number {
  return systemFlops(system, mode === 'fp8' && system.smVersion >= ADA_SM ? 'fp8' : 'bf16')
}

const ADA_SM = 89

function systemFlops(system: GpuSystem, entry: FlopsEntry): number {
  const flops = system.flops[entry]
  if (flops === undefined) {
    throw new AicDataError(
      'MissingSystemFlopsError',
      `${system.name} has no ${entry.toUpperCase()} tensor cores`,
    )
  }
  return flops
}
