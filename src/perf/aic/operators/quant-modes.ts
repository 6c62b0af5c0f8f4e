import type {FmhaMode, GemmMode, KvCacheMode, ModelConfig, MoeMode} from '../../models/model-config.ts'
import type {BackendName, FlopsEntry, GpuSystem} from '../request/systems.ts'
import {AicDataError} from '../tables/errors.ts'

/** Number formats one engine runs with, keys as in the reference's own output. */
export interface QuantModes {
  readonly gemm: GemmMode
  readonly moe: MoeMode
  readonly kvcache: KvCacheMode
  readonly fmha: FmhaMode
  readonly comm: 'half'
}

/** vLLM's tables hold bfloat16 attention only, so there the kernel falls back while the KV cache stays FP8. */
export function quantModesFor(model: ModelConfig, backend: BackendName): QuantModes {
  const {gemm, moe, kvCache, fmha} = model.quant
  return {gemm, moe, kvcache: kvCache, fmha: backend === 'vllm' ? 'bfloat16' : fmha, comm: 'half'}
}

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

export function attentionFlops(system: GpuSystem, mode: FmhaMode | KvCacheMode): number {
  return systemFlops(system, mode === 'fp8' ? 'fp8' : 'bf16')
}

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
