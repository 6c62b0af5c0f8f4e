import {AicDataError, noData} from '../tables/errors.ts'
import {GemmShape} from '../tables/gemm-sites.ts'
import {GridReader} from '../tables/grid.ts'
import type {Grid, GridRoofline} from '../tables/grid-shape.ts'
import type {OutsideFlag} from '../tables/outside.ts'
import type {Hardware, TokenCost} from './hardware.ts'
import type {GemmOp} from './ops.ts'
import {flopsFor, hasUnitsFor} from './quant-modes.ts'
import {gemmRoofline, scalePassRoofline} from './roofline.ts'

export function evaluateGemm(op: GemmOp, hardware: Hardware): TokenCost {
  const {system} = hardware
  // Which is said when it is asked, and not as a missing table.
  if (!hasUnitsFor(system, op.mode)) return () => flopsFor(system, op.mode)
  if (op.rooflineWhenNarrow) return narrowGemm(op, hardware)
  return op.mode === 'fp8_static' ? staticFp8Gemm(op, hardware) : plainGemm(op, hardware)
}

function plainGemm(op: GemmOp, {system, tables, outside}: Hardware): TokenCost {
  let shape: GemmShape | null = null
  return x => {
    if (shape === null) {
      const roofline = gemmRoofline(system, op.mode)
      const table = tables.gemm(op.mode)
      if (table === null) throw noData(`${op.mode} GEMMs were not measured on this GPU and backend`)
      shape = new GemmShape(table, op.n, op.k, roofline, outside)
    }
    return Math.max(shape.at(x), 0)
  }
}

/** Of a shape that has no neighbours in the table, the time the hardware could not beat. */
function narrowGemm(op: GemmOp, hardware: Hardware): TokenCost {
  const measured = op.mode === 'fp8_static' ? staticFp8Gemm(op, hardware) : plainGemm(op, hardware)
  const roofline = gemmRoofline(hardware.system, op.mode)
  return x => {
    try {
      return measured(x)
    } catch (error) {
      if (!(error instanceof AicDataError) || error.name !== 'PerfDataNotAvailableError') throw error
      return roofline(x, op.n, op.k)
    }
  }
}

/**
 * The FP8 kernels were measured with dynamic scales. A static checkpoint skips computing the scale, and also
 * the scaling pass where the input is FP8 already; it cannot beat the roofline.
 */
function staticFp8Gemm(op: GemmOp, hardware: Hardware): TokenCost {
  const {system, tables} = hardware
  const dynamic = plainGemm(op, hardware)
  const roofline = gemmRoofline(system, op.mode)
  const scaleGrid = tables.grid('computescale', 'fp8')
  const matrixGrid = tables.grid('scale_matrix', 'fp8')
  if (scaleGrid === null || matrixGrid === null) {
    return () => {
      throw noData('the scaling passes of static FP8 were not measured on this GPU and backend')
    }
  }
  const scale = new ScalePass(scaleGrid, scalePassRoofline(system, 2), hardware)
  const matrix = new ScalePass(matrixGrid, scalePassRoofline(system, 3), hardware)
  return x => {
    let ms = dynamic(x)
    ms -= scale.flat(x, op.k)
    if (op.lowPrecisionInput) ms -= matrix.growing(x, op.k)
    return Math.max(ms, roofline(x, op.n, op.k), 0)
  }
}

/**
 * A measured pass over an m x k activation. Its grid has three axes like all others; the first carries
 * the single key 1.
 */
class ScalePass {
  private readonly reader: GridReader
  private readonly roofline: GridRoofline
  private readonly outside: OutsideFlag
  private readonly rows: readonly [number, number]
  private readonly widths: readonly [number, number]

  constructor(grid: Grid, roofline: GridRoofline, hardware: Hardware) {
    this.reader = new GridReader(grid, roofline, null, hardware)
    this.roofline = roofline
    this.outside = hardware.outside
    this.rows = [grid.keys1[0]!, grid.keys1[grid.keys1.length - 1]!]
    this.widths = [grid.keys2.reduce((a, b) => Math.min(a, b)), grid.keys2.reduce((a, b) => Math.max(a, b))]
  }

  /** Beyond the grid the time of its edge. */
  flat(m: number, k: number): number {
    return this.reader.at(1, clamp(m, this.rows), clamp(k, this.widths))
  }

  /** Beyond the grid the time of its edge, growing with the roofline. */
  growing(m: number, k: number): number {
    const m1 = clamp(m, this.rows)
    const k1 = clamp(k, this.widths)
    const ms = this.reader.at(1, m1, k1)
    if (m1 === m && k1 === k) return ms
    this.outside.hit = true
    return ms * (this.roofline(1, m, k) / this.roofline(1, m1, k1))
  }
}

function clamp(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(Math.max(value, low), high)
}
