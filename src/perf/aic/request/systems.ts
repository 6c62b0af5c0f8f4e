export const BACKEND_NAMES = ['vllm', 'sglang', 'trtllm'] as const
export type BackendName = (typeof BACKEND_NAMES)[number]

/** The one measured version of each backend. */
export const BACKEND_VERSIONS: Readonly<Record<BackendName, string>> = {
  vllm: '0.24.0',
  sglang: '0.5.14',
  trtllm: '1.3.0rc20',
}

export type FlopsEntry = 'bf16' | 'fp8' | 'fp4'

/**
 * What the model knows about a GPU besides its tables (perf-model-012.md 5). Whatever depends on the GPU is said
 * here and asked by what it means, never by a GPU's name, so that another GPU is one more entry of `FACTS`.
 */
interface GpuFacts {
  /** Short names that are understood, too. */
  readonly aliases: readonly string[]
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
  /**
   * Whether TensorRT-LLM sends the experts' tokens in the experts' own number format, and gathers them when attention
   * is data parallel even where it would all-reduce otherwise.
   */
  readonly dispatchesQuantised: boolean
  /** The attention kernel that SGLang prefers on this GPU to one with more measurements. */
  readonly sglangAttentionLane: 'fa3' | 'triton'
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
  dispatchesQuantised: false,
  sglangAttentionLane: 'fa3',
} as const

const BLACKWELL = {
  flops: {bf16: 2250e12, fp8: 4500e12, fp4: 9000e12},
  intraNodeBandwidth: 900e9,
  interNodeBandwidth: 100e9,
  smVersion: 100,
  dispatchesQuantised: true,
  sglangAttentionLane: 'triton',
} as const

/** The table builder checks these numbers against the published package, so a new edition cannot disagree silently. */
const FACTS = {
  h200_sxm: {
    aliases: ['h200'],
    memBandwidth: 4.8e12,
    memCapacityBytes: 151397597184,
    ncclVersion: '2.26.2',
    ...HOPPER,
  },
  h100_sxm: {
    aliases: ['h100'],
    memBandwidth: 3.35e12,
    memCapacityBytes: 85899345920,
    ncclVersion: '2.27.3',
    ...HOPPER,
  },
  b200_sxm: {
    aliases: ['b200'],
    memBandwidth: 7.7e12,
    memCapacityBytes: 193273528320,
    ncclVersion: '2.27.3',
    ...BLACKWELL,
  },
} as const satisfies Readonly<Record<string, GpuFacts>>

export type SystemName = keyof typeof FACTS
export const SYSTEM_NAMES = Object.keys(FACTS) as SystemName[]

export interface GpuSystem extends GpuFacts {
  readonly name: SystemName
}

export const SYSTEMS = Object.fromEntries(
  SYSTEM_NAMES.map(name => [name, {...FACTS[name], name}]),
) as unknown as Readonly<Record<SystemName, GpuSystem>>

export function isSystemName(name: unknown): name is SystemName {
  return typeof name === 'string' && Object.hasOwn(FACTS, name)
}

/** Time to stream bytes through a small kernel, ms. */
export function memoryMs(system: GpuSystem, bytes: number): number {
  return (bytes / (system.memBandwidth * MEM_EFFICIENCY) + MEM_LATENCY_S) * 1000
}
