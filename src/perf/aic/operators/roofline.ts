import type {GpuSystem} from '../../../config/gpus.ts'
import type {FmhaMode, GemmMode, KvCacheMode} from '../../models/model-config.ts'
import type {GemmRoofline} from '../tables/gemm-sites.ts'
import type {GridRoofline} from '../tables/grid-shape.ts'
import {attentionFlops, bytesPerWeight, decodeAttentionFlops, flopsFor, kvCacheBytes} from './quant-modes.ts'

/**
 * Roofline times in ms: the larger of arithmetic and memory time. They carry measurements to shapes that were
 * not measured, so their exact form, order of operations included, is part of the model (perf-model-012.md 8).
 */
export function gemmRoofline(system: GpuSystem, mode: GemmMode): GemmRoofline {
  const flops = flopsFor(system, mode)
  const bytes = bytesPerWeight(mode)
  const bandwidth = system.memBandwidth
  return (m, n, k) =>
    Math.max(((2 * m * n * k) / flops) * 1000, ((bytes * (m * n + m * k + n * k)) / bandwidth) * 1000)
}

/** Rescaling passes of static FP8: `passes` reads or writes of the activation. */
export function scalePassRoofline(system: GpuSystem, passes: number): GridRoofline {
  return (_, m, k) => ((passes * m * k) / system.memBandwidth) * 1000
}

export interface AttentionSlice {
  readonly fmha: FmhaMode
  readonly kvCache: KvCacheMode
  /** 0 = as many as query heads. */
  readonly kvHeads: number
  readonly headDim: number
  readonly window: number
}

/** Axes: heads, full length, batch. */
export function contextAttentionRoofline(system: GpuSystem, slice: AttentionSlice): GridRoofline {
  const flops = attentionFlops(system, slice.fmha)
  const cacheBytes = kvCacheBytes(slice.kvCache)
  const {headDim: d, window, kvHeads} = slice
  const bandwidth = system.memBandwidth
  return (n, length, b) => {
    const kv = kvHeads === 0 ? n : kvHeads
    const operations =
      window > 0 && length > window
        ? 2 * b * length * window * n * d * 2
        : (2 * b * length * length * n * d * 2) / 2
    const bytes = 2 * b * (n * length * d + n * length * d) + cacheBytes * b * (2 * kv * length * d)
    return Math.max((operations / flops) * 1000, (bytes / bandwidth) * 1000)
  }
}

/** Axes: heads, batch, length including the token being decoded. */
export function generationAttentionRoofline(
  system: GpuSystem,
  slice: Omit<AttentionSlice, 'fmha'>,
): GridRoofline {
  const flops = decodeAttentionFlops(system, slice.kvCache)
  const cacheBytes = kvCacheBytes(slice.kvCache)
  const {headDim: d, window, kvHeads} = slice
  const bandwidth = system.memBandwidth
  return (n, b, s) => {
    const kv = kvHeads === 0 ? n : kvHeads
    const seen = window > 0 ? Math.min(s - 1, window) : s - 1
    const operations = 2 * b * n * d * 2 * seen
    const bytes = b * (n * d * 2 + 2 * kv * seen * d * cacheBytes + n * d * 2)
    return Math.max((operations / flops) * 1000, (bytes / bandwidth) * 1000)
  }
}

/** Axes: heads, full length, batch. */
export function contextLatentRoofline(system: GpuSystem, fmha: FmhaMode, kvCache: KvCacheMode): GridRoofline {
  const flops = attentionFlops(system, fmha)
  const cacheBytes = kvCacheBytes(kvCache)
  return (n, length, b) => {
    const operations = ((b * n * 2) / 2) * 320 * (length * length)
    const bytes = b * n * (cacheBytes * length * 320 + 2 * length * 320)
    return Math.max(operations / flops, bytes / system.memBandwidth) * 1000
  }
}

/** Axes: heads, batch, length. The module adds its own projections to both sides of the roofline. */
export function generationLatentRoofline(
  system: GpuSystem,
  kvCache: KvCacheMode,
  module: GemmMode | null,
): GridRoofline {
  const flops = decodeAttentionFlops(system, kvCache)
  const cacheBytes = kvCacheBytes(kvCache)
  const bandwidth = system.memBandwidth
  const moduleFlops = module === null ? 1 : flopsFor(system, module)
  const moduleBytes = module === null ? 0 : bytesPerWeight(module)
  return (n, b, s) => {
    const math = (2 * b * n * 1088 * s) / flops
    const memory = (b * (n * 1088 * 2 + (s - 1) * 576 * cacheBytes)) / bandwidth
    if (module === null) return Math.max(math, memory) * 1000
    const projectionMath = ((4 * b * n * 128 * 512) / moduleFlops) * 1000
    const projectionMemory = ((2 * n * (b * 640 + 65536) * moduleBytes) / bandwidth) * 1000
    return Math.max(math * 1000 + projectionMath, memory * 1000 + projectionMemory)
  }
}
