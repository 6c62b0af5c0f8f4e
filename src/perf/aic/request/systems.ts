export const BACKEND_NAMES = ['vllm', 'sglang', 'trtllm'] as const
export type BackendName = (typeof BACKEND_NAMES)[number]

/** The measured version of each backend, where a GPU does not say otherwise. */
const BACKEND_VERSIONS: Readonly<Record<BackendName, string>> = {
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
  /** Whether its tables are kept for use without a network unasked, and its times drawn unasked. */
  readonly isCommon: boolean
  /** Short names that are understood, too. */
  readonly aliases: readonly string[]
  /** Memory bandwidth, bytes per second. */
  readonly memBandwidth: number
  readonly memCapacityBytes: number
  /** Peak per number format, operations per second; absent = the GPU has no such unit. */
  readonly flops: Readonly<Partial<Record<FlopsEntry, number>>>
  readonly gpusPerNode: number
  /** Bytes per second and GPU, one direction. */
  readonly intraNodeBandwidth: number
  readonly interNodeBandwidth: number
  /** Nodes whose GPUs share one switch: their number of GPUs, and the bandwidth beyond them. */
  readonly rack?: {readonly gpus: number; readonly interRackBandwidth: number}
  readonly smVersion: number
  readonly ncclVersion: string
  /**
   * Whether TensorRT-LLM sends the experts' tokens in the experts' own number format, and gathers them when attention
   * is data parallel even where it would all-reduce otherwise.
   */
  readonly dispatchesQuantised: boolean
  /**
   * How a backend's attention kernels are ranked where several were measured: by coverage, after the named one if the
   * framework itself prefers one on this GPU. A backend that is absent takes them as the tables list them.
   */
  readonly attentionRanking: Readonly<
    Partial<Record<BackendName, 'fa3' | 'triton' | 'flashinfer' | 'coverage'>>
  >
  /** Measured versions that differ from `BACKEND_VERSIONS`. */
  readonly versions?: Readonly<Record<BackendName, string>>
}

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

const HOPPER = {
  flops: {bf16: 989e12, fp8: 1978e12},
  gpusPerNode: 8,
  intraNodeBandwidth: 450e9,
  interNodeBandwidth: 50e9,
  smVersion: 90,
  dispatchesQuantised: false,
  attentionRanking: {sglang: 'fa3', vllm: 'coverage'},
} as const

const BLACKWELL = {
  gpusPerNode: 8,
  intraNodeBandwidth: 900e9,
  interNodeBandwidth: 100e9,
  attentionRanking: {sglang: 'triton', vllm: 'coverage'},
} as const

/** Four GPUs a node, eighteen nodes on one NVLink switch. */
const GRACE_BLACKWELL = {
  ...BLACKWELL,
  memBandwidth: 8e12,
  gpusPerNode: 4,
  interNodeBandwidth: 900e9,
  rack: {gpus: 72, interRackBandwidth: 100e9},
} as const

/** The table builder checks these numbers against the published package, so a new edition cannot disagree silently. */
const FACTS = {
  h200_sxm: {
    isCommon: true,
    aliases: ['h200'],
    memBandwidth: 4.8e12,
    memCapacityBytes: 151397597184,
    ncclVersion: '2.26.2',
    ...HOPPER,
  },
  h100_sxm: {
    isCommon: true,
    aliases: ['h100'],
    memBandwidth: 3.35e12,
    memCapacityBytes: 85899345920,
    ncclVersion: '2.27.3',
    ...HOPPER,
  },
  b200_sxm: {
    isCommon: true,
    aliases: ['b200'],
    memBandwidth: 7.7e12,
    memCapacityBytes: 193273528320,
    flops: {bf16: 2250e12, fp8: 4500e12, fp4: 9000e12},
    smVersion: 100,
    ncclVersion: '2.27.3',
    dispatchesQuantised: true,
    ...BLACKWELL,
  },
  b300_sxm: {
    isCommon: false,
    aliases: ['b300'],
    memBandwidth: 7.75e12,
    memCapacityBytes: 288400343040,
    flops: {bf16: 2250e12, fp8: 4500e12, fp4: 14000e12},
    smVersion: 103,
    ncclVersion: '2.27',
    dispatchesQuantised: false,
    ...BLACKWELL,
  },
  gb200: {
    isCommon: false,
    aliases: ['gb200_nvl72'],
    memCapacityBytes: 198674743296,
    flops: {bf16: 2500e12, fp8: 5000e12, fp4: 10000e12},
    smVersion: 100,
    ncclVersion: '2.23',
    dispatchesQuantised: true,
    ...GRACE_BLACKWELL,
  },
  gb300: {
    isCommon: false,
    aliases: ['gb300_nvl72'],
    memCapacityBytes: 298013687808,
    flops: {bf16: 2500e12, fp8: 5000e12, fp4: 15000e12},
    smVersion: 103,
    ncclVersion: '2.27',
    dispatchesQuantised: false,
    ...GRACE_BLACKWELL,
  },
  rtx_pro_6000_server: {
    isCommon: false,
    aliases: ['rtx_pro_6000', 'rtx6000'],
    memBandwidth: 1.792e12,
    memCapacityBytes: 102641958912,
    flops: {bf16: 467800534963698, fp8: 935601069927397, fp4: 1871202139854795},
    gpusPerNode: 8,
    intraNodeBandwidth: 64e9,
    interNodeBandwidth: 50e9,
    smVersion: 120,
    ncclVersion: '2.29.2',
    dispatchesQuantised: false,
    attentionRanking: {sglang: 'flashinfer'},
  },
  l40s: {
    isCommon: false,
    aliases: [],
    memBandwidth: 864e9,
    memCapacityBytes: 48305799168,
    flops: {bf16: 362.05e12, fp8: 733e12},
    gpusPerNode: 8,
    intraNodeBandwidth: 32e9,
    interNodeBandwidth: 50e9,
    smVersion: 89,
    ncclVersion: '2.27.3',
    dispatchesQuantised: false,
    attentionRanking: {},
  },
  a100_sxm: {
    isCommon: false,
    aliases: ['a100'],
    memBandwidth: 2.039e12,
    memCapacityBytes: 85899345920,
    flops: {bf16: 312e12},
    gpusPerNode: 8,
    intraNodeBandwidth: 300e9,
    interNodeBandwidth: 25e9,
    smVersion: 80,
    ncclVersion: '2.27.3',
    dispatchesQuantised: false,
    attentionRanking: {},
    versions: {vllm: '0.14.0', sglang: '0.5.10', trtllm: '1.0.0'},
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

/** The version a GPU's tables of a backend were measured with. */
export function backendVersion(system: SystemName, backend: BackendName): string {
  return SYSTEMS[system].versions?.[backend] ?? BACKEND_VERSIONS[backend]
}

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
