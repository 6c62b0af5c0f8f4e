import {type BackendName, backendVersion, SYSTEMS, type SystemName} from '../../src/config/gpus.ts'
import {hasUnitsFor} from '../../src/perf/aic/operators/quant-modes.ts'
import {gemmRoofline, generationAttentionRoofline} from '../../src/perf/aic/operators/roofline.ts'
import type {OwnTier} from '../../src/perf/aic/request/own-tiers.ts'
import {type GridKind, tableKey} from '../../src/perf/aic/tables/tables.ts'
import type {KvCacheMode} from '../../src/perf/models/model-config.ts'
import {resolvedLanes} from './lanes.ts'
import {type CurveTable, type GridTable, type Leaf, NestedTable} from './nested-table.ts'
import {type Row, readParquet, readSources, type Source} from './source-rows.ts'
import type {WheelData} from './wheel.ts'

/** One (n, k) of a GEMM format with its latencies in rising m. */
export interface GemmSite {
  readonly n: number
  readonly k: number
  readonly points: readonly (readonly [m: number, ms: number])[]
}

/** Everything measured for one (system, backend) that a supported model can ask for. */
export interface PairTables {
  /** Format -> sites in the order that breaks ties. */
  readonly gemm: ReadonlyMap<string, readonly GemmSite[]>
  readonly grids: readonly GridTable[]
  readonly curves: readonly CurveTable[]
  readonly distributions: Readonly<Record<string, readonly string[]>>
  /** Table -> versions that contributed a key. */
  readonly sources: Readonly<Record<string, readonly string[]>>
}

const GEMM_MODES = ['bfloat16', 'fp8', 'fp8_block', 'nvfp4'] as const
const MOE_MODES = ['bfloat16', 'fp8', 'fp8_block', 'nvfp4', 'w4a16_mxfp4']
/** Attention windows a supported model has; 0 = the whole sequence. */
const WINDOWS = [0, 128, 512, 1024, 8192]
/** Distributions a supported model asks for, and the one that stands in when a format lacks it. */
const DISTRIBUTIONS = ['power_law_1.2', 'power_law_1.01', 'uniform']

export async function readPairTables(
  data: WheelData,
  system: SystemName,
  backend: BackendName,
): Promise<PairTables> {
  const reader = new PairReader(data, system, backend)
  const gemm = await reader.gemm()
  const {curves: moe, distributions} = await reader.moe()
  const grids = [
    ...(await reader.scalePass('computescale')),
    ...(await reader.scalePass('scale_matrix')),
    ...(await reader.attention('context')),
    ...(await reader.attention('generation')),
    ...(await reader.latent('context_mla')),
    ...(await reader.latent('generation_mla')),
    ...(await reader.latent('mla_context_module')),
    ...(await reader.latent('mla_generation_module')),
  ]
  const curves = [
    ...(await reader.allReduce()),
    ...(await reader.nccl()),
    ...(await reader.latentProjection()),
    ...moe,
  ]
  for (const recurrent of [await reader.deltaNet(), await reader.stateSpace()]) {
    grids.push(...recurrent.grids)
    curves.push(...recurrent.curves)
  }
  return {gemm, grids, curves, distributions, sources: reader.sources}
}

/** The tables of some of the files that hold tables of their own. */
export async function readOwnTables(
  data: WheelData,
  system: SystemName,
  backend: BackendName,
  tiers: readonly OwnTier[],
): Promise<Pick<PairTables, 'grids' | 'curves' | 'sources'>> {
  const reader = new PairReader(data, system, backend)
  const grids: GridTable[] = []
  if (tiers.includes('window')) {
    grids.push(...(await reader.attention('context')), ...(await reader.attention('generation')))
  }
  const curves: CurveTable[] = []
  if (tiers.includes('deltanet')) {
    const net = await reader.deltaNet()
    grids.push(...net.grids)
    curves.push(...net.curves)
  }
  if (tiers.includes('mamba')) {
    const space = await reader.stateSpace()
    grids.push(...space.grids)
    curves.push(...space.curves)
  }
  return {grids, curves, sources: reader.sources}
}

type RecurrentTables = Pick<PairTables, 'grids' | 'curves'>

class PairReader {
  readonly sources: Record<string, string[]> = {}
  private readonly data: WheelData
  private readonly system: SystemName
  private readonly backend: BackendName

  constructor(data: WheelData, system: SystemName, backend: BackendName) {
    this.data = data
    this.system = system
    this.backend = backend
  }

  async gemm(): Promise<Map<string, GemmSite[]>> {
    const table = new NestedTable()
    await this.eachRow('gemm', 'gemm', row => {
      const mode = text(row, 'gemm_dtype')
      if (!GEMM_MODES.some(known => known === mode)) return false
      return table.add([mode], number(row, 'm'), number(row, 'n'), number(row, 'k'), number(row, 'latency'))
    })
    const sites = new Map<string, GemmSite[]>()
    for (const mode of GEMM_MODES) {
      // Without the units there is no roofline, and thus no use for the rows.
      const leaves = table.leavesInRowOrder(mode)
      if (leaves.length > 0 && hasUnitsFor(SYSTEMS[this.system], mode))
        sites.set(mode, this.gemmSites(mode, leaves))
    }
    return sites
  }

  private gemmSites(mode: (typeof GEMM_MODES)[number], leaves: readonly Leaf[]): GemmSite[] {
    const roofline = gemmRoofline(SYSTEMS[this.system], mode)
    const sites = new Map<string, {n: number; k: number; points: [number, number][]}>()
    for (const [m, n, k, ms] of leaves) {
      const key = tableKey(n, k)
      const site = sites.get(key) ?? {n, k, points: []}
      sites.set(key, site)
      site.points.push([m, Math.max(ms, roofline(m, n, k))])
    }
    for (const site of sites.values()) site.points.sort((a, b) => a[0] - b[0])
    return [...sites.values()]
  }

  async scalePass(kind: 'computescale' | 'scale_matrix'): Promise<GridTable[]> {
    const table = new NestedTable()
    await this.eachRow('quantize', kind, row => {
      return table.add(
        [text(row, 'quant_dtype')],
        1,
        number(row, 'm'),
        number(row, 'k'),
        number(row, 'latency'),
      )
    })
    return table.grids(kind).filter(grid => grid.key === 'fp8')
  }

  async attention(phase: 'context' | 'generation'): Promise<GridTable[]> {
    const table = new NestedTable()
    const own = new Set<string>()
    const version = backendVersion(this.system, this.backend)
    await this.eachRow('attention', `${phase}_attention`, (row, source) => {
      const lane = text(row, 'kernel_source')
      if (source.version === version && source.backend === this.backend) own.add(lane)
      const heads = number(row, 'num_heads')
      const kvHeads = number(row, 'num_key_value_heads')
      const cache = [text(row, 'kv_cache_dtype'), kvHeads === heads ? 0 : kvHeads, number(row, 'head_dim')]
      const window = number(row, 'window_size', 0)
      const batch = number(row, 'batch_size')
      const ms = number(row, 'latency')
      const isl = number(row, 'isl')
      if (phase === 'context') {
        return table.add([lane, text(row, 'attn_dtype'), ...cache, window], heads, isl, batch, ms)
      }
      return table.add([lane, ...cache, window], heads, batch, isl + number(row, 'step'), ms)
    })
    const lanes = table.byLane()
    const order = resolvedLanes({system: this.system, backend: this.backend, lanes, own})
    const measured = new Set([...lanes.values()].flatMap(slices => [...slices.keys()]))
    const keys = [...measured].filter(key => WINDOWS.some(window => key.endsWith(`|${window}`))).sort()
    return keys.flatMap(key => {
      const resolved = order.find(lane => lanes.get(lane)?.has(key))!
      const plain = [...lanes.keys()].find(lane => lanes.get(lane)?.has(key))!
      const grid = (lane: string, kind: GridKind): GridTable => {
        return {kind, key, leaves: this.clamped(phase, key, lanes.get(lane)!.get(key)!)}
      }
      return plain === resolved || !key.includes('|0|')
        ? [grid(resolved, phase)]
        : [grid(resolved, phase), grid(plain, `${phase}_plain`)]
    })
  }

  /** Decode latencies below the roofline are measurement noise; the reference raises them, and only these. */
  private clamped(phase: 'context' | 'generation', key: string, leaves: readonly Leaf[]): readonly Leaf[] {
    if (phase === 'context') return leaves
    const [kvCache, kvHeads, headDim, window] = key.split('|')
    const roofline = generationAttentionRoofline(SYSTEMS[this.system], {
      kvCache: kvCache as KvCacheMode,
      kvHeads: Number(kvHeads),
      headDim: Number(headDim),
      window: Number(window),
    })
    return leaves.map(([n, b, s, ms]): Leaf => [n, b, s, Math.max(ms, roofline(n, b, s))])
  }

  async latent(
    kind: 'context_mla' | 'generation_mla' | 'mla_context_module' | 'mla_generation_module',
  ): Promise<GridTable[]> {
    const table = new NestedTable()
    const prefill = kind.includes('context')
    await this.eachRow('mla', kind, row => {
      const parts = prefill
        ? [text(row, 'mla_dtype'), text(row, 'kv_cache_dtype')]
        : [text(row, 'kv_cache_dtype')]
      const native = kind.endsWith('module') ? [text(row, 'gemm_type'), nativeHeads(text(row, 'model'))] : []
      const heads = number(row, 'num_heads')
      const batch = number(row, 'batch_size')
      const isl = number(row, 'isl')
      const ms = number(row, 'latency')
      if (prefill) return table.add([...parts, ...native], heads, isl, batch, ms)
      return table.add([...parts, ...native], heads, batch, isl + number(row, 'step'), ms)
    })
    return table.grids(kind)
  }

  /** Kernels of gated delta nets. */
  deltaNet(): Promise<RecurrentTables> {
    const sizes = ['d_model', 'num_k_heads', 'head_k_dim', 'num_v_heads', 'head_v_dim', 'd_conv']
    return this.recurrent('gdn', [], sizes)
  }

  /** Convolutions of state-space layers; nobody looks up those of decode. */
  async stateSpace(): Promise<RecurrentTables> {
    const sizes = ['d_model', 'nheads', 'head_dim', 'd_state', 'n_groups', 'd_conv']
    return {...(await this.recurrent('mamba2', ['mamba2'], sizes)), curves: []}
  }

  /** Prefill over batch and new tokens, decode over batch. */
  private async recurrent(
    name: string,
    prefix: readonly string[],
    sizes: readonly string[],
  ): Promise<RecurrentTables> {
    const prefill = new NestedTable()
    const decode = new NestedTable()
    await this.eachRow('linear_attention', name, row => {
      const key = [...prefix, text(row, 'kernel_source'), ...sizes.map(column => number(row, column))]
      const batch = number(row, 'batch_size')
      const ms = number(row, 'latency')
      return text(row, 'phase') === 'context'
        ? prefill.add(key, 1, batch, number(row, 'seq_len'), ms)
        : decode.add(key, 1, 1, batch, ms)
    })
    return {grids: prefill.grids('recurrent'), curves: decode.curves('recurrent_step')}
  }

  async allReduce(): Promise<CurveTable[]> {
    const table = new NestedTable()
    await this.eachRow('comm', 'custom_allreduce', row => {
      const eager = ['kernel_source', 'backend'].some(column => String(row[column] ?? '').endsWith('_eager'))
      if (eager) return false
      return table.add([number(row, 'num_gpus')], 1, 1, number(row, 'message_size'), number(row, 'latency'))
    })
    return table.curves('allreduce')
  }

  async nccl(): Promise<CurveTable[]> {
    const version = SYSTEMS[this.system].ncclVersion
    const bytes = this.data.get(`data/${this.system}/comm/nccl/${version}/nccl_perf.parquet`)
    if (bytes === null) throw new Error(`no NCCL ${version} table for ${this.system}`)
    const table = new NestedTable()
    for (const row of await readParquet(bytes)) {
      const op = text(row, 'op_name')
      if (text(row, 'nccl_dtype') !== 'half' || !['all_gather', 'reduce_scatter'].includes(op)) continue
      table.add([op, number(row, 'num_gpus')], 1, 1, number(row, 'message_size'), number(row, 'latency'))
    }
    this.sources.nccl = [version]
    return table.curves('nccl')
  }

  async latentProjection(): Promise<CurveTable[]> {
    const table = new NestedTable()
    await this.eachRow('mla_bmm', 'mla_bmm', row => {
      const side = text(row, 'op_name') === 'mla_gen_pre' ? 'pre' : 'post'
      const key = [text(row, 'bmm_dtype'), side, number(row, 'num_heads')]
      return table.add(key, 1, 1, number(row, 'num_tokens'), number(row, 'latency'))
    })
    return table.curves('mla_bmm')
  }

  async moe(): Promise<{curves: CurveTable[]; distributions: Record<string, string[]>}> {
    const table = new NestedTable()
    const distributions: Record<string, string[]> = {}
    await this.eachRow('moe', 'moe', row => {
      const kernel = text(row, 'kernel_source')
      const mode = text(row, 'moe_dtype')
      const distribution = text(row, 'distribution')
      if (!MOE_MODES.includes(mode)) return false
      // MXFP4 by CUTLASS is a format of its own that no supported checkpoint asks for.
      if (mode === 'w4a16_mxfp4' && kernel === 'sglang_flashinfer_cutlass_moe') return false
      // Rows for whoever names their kernel; nobody here does.
      if (row.default_eligible === false) return false
      const lowLatency = kernel === 'moe_torch_flow_min_latency'
      if (!lowLatency) {
        distributions[mode] ??= []
        if (!distributions[mode].includes(distribution)) distributions[mode].push(distribution)
      }
      if (!DISTRIBUTIONS.includes(distribution)) return false
      const shape = ['topk', 'num_experts', 'hidden_size', 'inter_size', 'moe_tp_size', 'moe_ep_size']
      const key = [
        lowLatency ? 'low_latency' : 'moe',
        mode,
        distribution,
        ...shape.map(column => number(row, column)),
      ]
      return table.add(key, 1, 1, number(row, 'num_tokens'), number(row, 'latency'))
    })
    const used = table.curves('moe').filter(({key}) => {
      const [, mode, distribution] = key.split('|')
      return distribution !== 'uniform' || !distributions[mode!]?.includes('power_law_1.2')
    })
    for (const names of Object.values(distributions)) names.sort()
    return {curves: used, distributions}
  }

  /** Feeds every row in order of precedence and notes which versions contributed a new key. */
  private async eachRow(
    family: string,
    table: string,
    take: (row: Row, source: Source) => boolean,
  ): Promise<void> {
    const {system, backend} = this
    const place = {system, backend, version: backendVersion(system, backend), family, table}
    const used: string[] = []
    for (const source of await readSources(this.data, place)) {
      let added = 0
      for (const row of source.rows) if (take(row, source)) added++
      if (added > 0)
        used.push(source.backend === backend ? source.version : `${source.backend} ${source.version}`)
    }
    if (used.length > 0) this.sources[table] = used
  }
}

function text(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new Error(`column ${column} is not text`)
  return value
}

function number(row: Row, column: string, whenAbsent?: number): number {
  const value = row[column] ?? whenAbsent
  if (typeof value !== 'number') throw new Error(`column ${column} is not a number`)
  return value
}

function nativeHeads(model: string): number {
  const known = ['deepseek-ai/DeepSeek-V3', 'deepseek-ai/DeepSeek-R1', 'nvidia/DeepSeek-V3.1-NVFP4']
  if (!known.includes(model)) throw new Error(`unknown native heads of ${model}`)
  return 128
}
