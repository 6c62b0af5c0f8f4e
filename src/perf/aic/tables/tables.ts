import type {FmhaMode, GemmMode, KvCacheMode, MoeMode} from '../../models/model-config.ts'
import type {Phase} from '../operators/ops.ts'
import type {Curve} from './curve.ts'
import type {GemmTable} from './gemm-sites.ts'
import type {Grid} from './grid-shape.ts'

/** Kinds of tables over three axes, named as in the pack's header. */
export type GridKind =
  | Phase
  | 'context_plain'
  | 'generation_plain'
  | 'context_mla'
  | 'generation_mla'
  | 'mla_context_module'
  | 'mla_generation_module'
  | 'computescale'
  | 'scale_matrix'
  | 'recurrent'

/** Kinds of tables over one axis. */
export type CurveKind = 'moe' | 'allreduce' | 'nccl' | 'mla_bmm' | 'recurrent_step'

/** Joins the parts of a table key; the builder and the lookups must agree on it. */
export function tableKey(...parts: readonly (string | number)[]): string {
  return parts.join('|')
}

/** KV heads as the attention tables name them: 0 when every query head has its own. */
export function attentionKey(
  phase: Phase,
  slice: {fmha: FmhaMode; kvCache: KvCacheMode; kvHeads: number; headDim: number; window: number},
): string {
  const {fmha, kvCache, kvHeads, headDim, window} = slice
  return phase === 'context'
    ? tableKey(fmha, kvCache, kvHeads, headDim, window)
    : tableKey(kvCache, kvHeads, headDim, window)
}

export interface MoeShape {
  readonly lowLatency: boolean
  readonly mode: MoeMode
  readonly distribution: string
  readonly perToken: number
  readonly experts: number
  readonly hidden: number
  readonly intermediate: number
  readonly tp: number
  readonly ep: number
}

export function moeKey(shape: MoeShape): string {
  const {lowLatency, mode, distribution, perToken, experts, hidden, intermediate, tp, ep} = shape
  const table = lowLatency ? 'low_latency' : 'moe'
  return tableKey(table, mode, distribution, perToken, experts, hidden, intermediate, tp, ep)
}

/** fp8_static weights run through the fp8 kernels. */
export function gemmTableMode(mode: GemmMode): Exclude<GemmMode, 'fp8_static'> {
  return mode === 'fp8_static' ? 'fp8' : mode
}

/** Measured tables of one (system, backend), as far as they are loaded. */
export class TableSet {
  private readonly gemms = new Map<string, GemmTable>()
  private readonly grids = new Map<string, Grid>()
  private readonly curves = new Map<string, Curve>()
  /** MoE distributions measured per format. */
  private readonly distributions = new Map<string, readonly string[]>()
  /** Keys a preset asks for and nobody measured: no second file can help. */
  private readonly absent = new Set<string>()

  addGemm(mode: string, table: GemmTable): void {
    const known = this.gemms.get(mode)
    if (known === undefined) {
      this.gemms.set(mode, table)
      return
    }
    for (const [site, latency] of table.latency.entries()) if (latency !== null) known.latency[site] = latency
  }

  addGrid(kind: GridKind, key: string, grid: Grid): void {
    this.grids.set(tableKey(kind, key), grid)
  }

  addCurve(kind: CurveKind, key: string, curve: Curve): void {
    this.curves.set(tableKey(kind, key), curve)
  }

  setDistributions(mode: string, names: readonly string[]): void {
    this.distributions.set(mode, names)
  }

  setAbsent(kind: GridKind | CurveKind, key: string): void {
    this.absent.add(tableKey(kind, key))
  }

  isAbsent(kind: GridKind | CurveKind, key: string): boolean {
    return this.absent.has(tableKey(kind, key))
  }

  gemm(mode: GemmMode): GemmTable | null {
    return this.gemms.get(gemmTableMode(mode)) ?? null
  }

  grid(kind: GridKind, key: string): Grid | null {
    return this.grids.get(tableKey(kind, key)) ?? null
  }

  /** Keys of one kind that start with a prefix, in the order they were added. */
  gridKeys(kind: GridKind, prefix: string): string[] {
    const start = tableKey(kind, prefix)
    return [...this.grids.keys()].filter(key => key.startsWith(start)).map(key => key.slice(kind.length + 1))
  }

  curve(kind: CurveKind, key: string): Curve | null {
    return this.curves.get(tableKey(kind, key)) ?? null
  }

  hasCurves(kind: CurveKind, prefix: string): boolean {
    const start = tableKey(kind, prefix, '')
    return [...this.curves.keys()].some(key => key.startsWith(start))
  }

  /** The distribution to look up: `uniform` where the format was never measured with the wanted one. */
  distribution(mode: MoeMode, wanted: string): string {
    const known = this.distributions.get(mode) ?? []
    return known.length === 0 || known.includes(wanted) ? wanted : 'uniform'
  }
}
