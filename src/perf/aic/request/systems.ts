/**
 * What the model knows about each GPU besides the tables (perf-model-012.md 5). The table builder checks
 * these numbers against the published package, so a new edition cannot disagree silently.
 */
export const SYSTEM_NAMES = ['h200_sxm', 'h100_sxm', 'b200_sxm'] as const
export type SystemName = (typeof SYSTEM_NAMES)[number]

export const BACKEND_NAMES = ['vllm', 'sglang', 'trtllm'] as const
export type BackendName = (typeof BACKEND_NAMES)[number]

/** The one measured version of each backend. */
export const BACKEND_VERSIONS: Readonly<Record<BackendName, string>> = {
  vllm: '0.24.0',
  sglang: '0.5.14',
  trtllm: '1.3.0rc20',
}

export type FlopsEntry = 'bf16' | 'fp8' | 'fp4'

export interface GpuSystem {
  readonly name: SystemName
  /** Memory bandwidth, bytes per second. */
  readonly memBandwidth: number
  readonly memCapacityBytes: number
  /** Peak per number format, operations per second; absent = the GPU has no such unit. */
  readonly flops: Readonly<Partial<Record<FlopsEntry, number>>>
  /** Bytes per second and GPU, one direction. */
  readonly intraNodeBandwidth: number
  readonly interNodeBandwidth: number
  readonly smVersion: number
  readonly ncclVersion: string
}

/** Share of the memory bandwidth that small kernels reach, and what launching one costs. */
export const MEM_EFFICIENCY = 0.8
export const MEM_LATENCY_S = 3e-6
export const GPUS_PER_NODE = 8
/** Bytes of a GPU that neither weights, activations nor the KV cache may use. */
export const OTHER_MEM_BYTES = 3758096384
/** Communication buffers in bytes, by GPUs that work together. */
export const NCCL_MEM_BYTES: ReadonlyMap<number, number> = new Map([
  [1, 0],
  [2, 358612992],
  [4, 411041792],
  [8, 411041792],
])

const HOPPER = {
  flops: {bf16: 989e12, fp8: 1978e12},
  intraNodeBandwidth: 450e9,
  interNodeBandwidth: 50e9,
  smVersion: 90,
} as const

export const SYSTEMS: Readonly<Record<SystemName, GpuSystem>> = {
  h200_sxm: {
    name: 'h200_sxm',
    memBandwidth: 4.8e12,
    memCapacityBytes: 151397597184,
    ncclVersion: '2.26.2',
    ...HOPPER,
  },
  h100_sxm: {
    name: 'h100_sxm',
    memBandwidth: 3.35e12,
    memCapacityBytes: 85899345920,
    ncclVersion: '2.27.3',
    ...HOPPER,
  },
  b200_sxm: {
    name: 'b200_sxm',
    memBandwidth: 7.7e12,
    memCapacityBytes: 193273528320,
    flops: {bf16: 2250e12, fp8: 4500e12, fp4: 9000e12},
    intraNodeBandwidth: 900e9,
    interNodeBandwidth: 100e9,
    smVersion: 100,
    ncclVersion: '2.27.3',
  },
}

/** Time to stream bytes through a small kernel, ms. */
export function memoryMs(system: GpuSystem, bytes: number): number {
  return (bytes / (system.memBandwidth * MEM_EFFICIENCY) + MEM_LATENCY_S) * 1000
}
