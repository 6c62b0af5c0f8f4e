import type {Release} from './release.ts'

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
 * What is known about a GPU besides its tables (perf-model-012.md 5). Whatever depends on the GPU is said here and asked by
 * what it means, never by a GPU's name, so that another GPU is one more entry of `FACTS`.
 */
interface GpuFacts {
  /**
   * Whether its tables are kept for use without a network unasked, its times drawn unasked, and it is one of those that
   * ready-made sweeps and spaces compare.
   */
  readonly isCommon: boolean
  /** A DynamoGraphDeploymentRequest knows it, under this very name. */
  readonly isKnownToOperator: boolean
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
  /** What a later release says otherwise (perf-model-013.md). */
  readonly changes?: Readonly<Partial<Record<Release, GpuChanges>>>
}

interface GpuChanges {
  readonly interNodeBandwidth?: number
  readonly rack?: {readonly gpus: number; readonly interRackBandwidth: number}
}

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
    isKnownToOperator: true,
    aliases: ['h200'],
    memBandwidth: 4.8e12,
    memCapacityBytes: 151397597184,
    ncclVersion: '2.26.2',
    ...HOPPER,
  },
  h100_sxm: {
    isCommon: true,
    isKnownToOperator: true,
    aliases: ['h100'],
    memBandwidth: 3.35e12,
    memCapacityBytes: 85899345920,
    ncclVersion: '2.27.3',
    ...HOPPER,
  },
  b200_sxm: {
    isCommon: true,
    isKnownToOperator: true,
    aliases: ['b200'],
    memBandwidth: 7.7e12,
    memCapacityBytes: 193273528320,
    flops: {bf16: 2250e12, fp8: 4500e12, fp4: 9000e12},
    smVersion: 100,
    ncclVersion: '2.27.3',
    dispatchesQuantised: true,
    changes: {'1.6.1': {interNodeBandwidth: 50e9}},
    ...BLACKWELL,
  },
  b300_sxm: {
    isCommon: false,
    isKnownToOperator: true,
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
    isKnownToOperator: true,
    aliases: ['gb200_nvl72'],
    memCapacityBytes: 198674743296,
    flops: {bf16: 2500e12, fp8: 5000e12, fp4: 10000e12},
    smVersion: 100,
    ncclVersion: '2.23',
    dispatchesQuantised: true,
    changes: {'1.6.1': {rack: {gpus: 72, interRackBandwidth: 50e9}}},
    ...GRACE_BLACKWELL,
  },
  gb300: {
    isCommon: false,
    isKnownToOperator: false,
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
    isKnownToOperator: false,
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
    isKnownToOperator: true,
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
    isKnownToOperator: false,
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

type Systems = Readonly<Record<SystemName, GpuSystem>>

/** The GPUs as 1.2.1 has them. */
export const SYSTEMS = systemsOf('1.2.1')

export function systemsOf(release: Release): Systems {
  return Object.fromEntries(
    SYSTEM_NAMES.map(name => {
      const facts: GpuFacts = FACTS[name]
      return [name, {...facts, ...facts.changes?.[release], name}]
    }),
  ) as unknown as Systems
}

/** The GPUs that ready-made sweeps and spaces compare, from the smallest memory to the largest. */
export const COMMON_SYSTEMS: readonly SystemName[] = SYSTEM_NAMES.filter(name => FACTS[name].isCommon).sort(
  (a, b) => FACTS[a].memCapacityBytes - FACTS[b].memCapacityBytes,
)

/** The GPU that the reference takes where none is named. */
export const DEFAULT_SYSTEM: SystemName = 'h200_sxm'

export function isSystemName(name: unknown): name is SystemName {
  return typeof name === 'string' && Object.hasOwn(FACTS, name)
}

/** The version a GPU's tables of a backend were measured with. */
export function backendVersion(system: SystemName, backend: BackendName): string {
  return SYSTEMS[system].versions?.[backend] ?? BACKEND_VERSIONS[backend]
}
