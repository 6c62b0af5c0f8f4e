import {parse} from 'yaml'
import {BACKEND_NAMES, backendVersion, SYSTEM_NAMES} from '../../src/config/gpus.ts'
import type {Release} from '../../src/config/release.ts'
import {ESTIMATORS} from '../../src/perf/aic/request/estimator.ts'
import {
  MEM_EFFICIENCY,
  MEM_LATENCY_S,
  NCCL_MEM_BYTES,
  OTHER_MEM_BYTES,
} from '../../src/perf/aic/request/link-and-memory.ts'
import type {WheelData} from './wheel.ts'

interface SystemYaml {
  readonly gpu: Readonly<Record<string, number>>
  readonly node: Readonly<Record<string, number>>
  readonly misc: {
    readonly nccl_mem: Readonly<Record<string, number>>
    readonly other_mem: number
    readonly nccl_version: string
  }
}

type Slots = Readonly<Record<string, {readonly current: string}>>
interface QueryVersions {
  readonly defaults: Slots
  readonly overrides: Readonly<Record<string, Slots>>
}

/** The constants in src/config/gpus.ts, as the edition changes them, must be those of the package. */
export function checkSystems(data: WheelData, release: Release): void {
  for (const name of SYSTEM_NAMES) {
    const system = ESTIMATORS[release].systems[name]
    const {gpu, node, misc} = parse(data.text(`${name}.yaml`)) as SystemYaml
    const pairs: [string, unknown, unknown][] = [
      ['mem_bw', gpu.mem_bw, system.memBandwidth],
      ['mem_bw_empirical_scaling_factor', gpu.mem_bw_empirical_scaling_factor, MEM_EFFICIENCY],
      ['mem_empirical_constant_latency', gpu.mem_empirical_constant_latency, MEM_LATENCY_S],
      ['mem_capacity', gpu.mem_capacity, system.memCapacityBytes],
      ['bfloat16_tc_flops', gpu.bfloat16_tc_flops, system.flops.bf16],
      ['fp8_tc_flops', gpu.fp8_tc_flops, system.flops.fp8],
      ['fp4_tc_flops', gpu.fp4_tc_flops, system.flops.fp4],
      ['sm_version', gpu.sm_version, system.smVersion],
      ['num_gpus_per_node', node.num_gpus_per_node, system.gpusPerNode],
      ['intra_node_bw', node.intra_node_bw, system.intraNodeBandwidth],
      ['inter_node_bw', node.inter_node_bw, system.interNodeBandwidth],
      ['num_gpus_per_rack', node.num_gpus_per_rack, system.rack?.gpus],
      ['inter_rack_bw', node.inter_rack_bw, system.rack?.interRackBandwidth],
      ['other_mem', misc.other_mem, OTHER_MEM_BYTES],
      ['nccl_version', misc.nccl_version, system.ncclVersion],
      ...[...NCCL_MEM_BYTES].map(([gpus, bytes]): [string, unknown, unknown] => {
        return [`nccl_mem ${gpus}`, misc.nccl_mem[gpus], bytes]
      }),
    ]
    for (const [field, published, ours] of pairs) {
      if (published !== ours) throw new Error(`${name} ${field}: published ${published}, in gpus.ts ${ours}`)
    }
  }
  checkVersions(data)
}

/** Versions of the backends that the package holds for current, with its exceptions by GPU. */
function checkVersions(data: WheelData): void {
  const {defaults, overrides} = parse(data.text('query_versions.yaml')) as QueryVersions
  for (const system of SYSTEM_NAMES) {
    for (const backend of BACKEND_NAMES) {
      const {current} = {...defaults, ...overrides[system]}[backend]!
      if (current !== backendVersion(system, backend))
        throw new Error(`current ${backend} on ${system} is ${current}`)
    }
  }
}
