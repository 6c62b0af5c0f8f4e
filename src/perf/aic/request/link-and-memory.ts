import type {GpuSystem} from '../../../config/gpus.ts'

/** Share of the memory bandwidth that small kernels reach, and what launching one costs. */
export const MEM_EFFICIENCY = 0.8
export const MEM_LATENCY_S = 3e-6
/** Bytes of a GPU that neither weights, activations nor the KV cache may use. */
export const OTHER_MEM_BYTES = 3758096384
/** Communication buffers in bytes, by GPUs that work together. */
export const NCCL_MEM_BYTES: ReadonlyMap<number, number> = new Map([
  [1, 0],
  [2, 358612992],
  [4, 411041792],
  [8, 411041792],
])

/** Bytes per second and GPU, one direction, between that many GPUs. */
export function linkBandwidth(system: GpuSystem, gpus: number): number {
  if (gpus <= system.gpusPerNode) return system.intraNodeBandwidth
  const {rack} = system
  return rack === undefined || gpus <= rack.gpus ? system.interNodeBandwidth : rack.interRackBandwidth
}

/** Time to stream bytes through a small kernel, ms. */
export function memoryMs(system: GpuSystem, bytes: number): number {
  return (bytes / (system.memBandwidth * MEM_EFFICIENCY) + MEM_LATENCY_S) * 1000
}
