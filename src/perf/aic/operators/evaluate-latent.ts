import {exactLog2} from '../../../core/exact-math.ts'
import {curveAt} from '../tables/curve.ts'
import {noData} from '../tables/errors.ts'
import {GridReader} from '../tables/grid.ts'
import type {Grid} from '../tables/grid-shape.ts'
import {type GridKind, type TableSet, tableKey} from '../tables/tables.ts'
import type {Hardware, SequenceCost, TokenCost} from './hardware.ts'
import type {LatentAttentionOp, LatentModuleOp, LatentProjectionOp} from './ops.ts'
import {bytesPerWeight, flopsFor} from './quant-modes.ts'
import {contextLatentRoofline, generationLatentRoofline} from './roofline.ts'

export function evaluateLatentAttention(op: LatentAttentionOp, hardware: Hardware): SequenceCost {
  const {system, tables, modes, phase} = hardware
  if (phase === 'context') {
    const grid = tables.grid('context_mla', tableKey(modes.fmha, modes.kvcache))
    if (grid === null) return () => missing(`latent prefill attention in ${modes.fmha}`)
    const reader = new GridReader(grid, contextLatentRoofline(system, modes.fmha, modes.kvcache), 1, hardware)
    return prefillCost(reader, op.heads)
  }
  const grid = tables.grid('generation_mla', modes.kvcache)
  if (grid === null) return () => missing(`latent decode attention with a ${modes.kvcache} KV cache`)
  const reader = new GridReader(grid, generationLatentRoofline(system, modes.kvcache, null), null, hardware)
  return (batch, length) => reader.at(op.heads, batch, length)
}

export function evaluateLatentModule(op: LatentModuleOp, hardware: Hardware): SequenceCost {
  const {system, tables, modes, phase} = hardware
  const {fmha, kvcache} = modes
  if (phase === 'context') {
    const grid = moduleGrid(tables, 'mla_context_module', tableKey(fmha, kvcache, op.mode), op.nativeHeads)
    if (grid === null) return () => missing(`the latent prefill block in ${op.mode}`)
    const reader = new GridReader(grid, contextLatentRoofline(system, fmha, kvcache), 1, hardware)
    return prefillCost(reader, op.heads)
  }
  const grid = moduleGrid(tables, 'mla_generation_module', tableKey(kvcache, op.mode), op.nativeHeads)
  let reader: GridReader | null = null
  return (batch, length) => {
    if (reader === null) {
      // A format the GPU lacks is an error of its own; it must not read as a missing table.
      const roofline = generationLatentRoofline(system, kvcache, op.mode)
      if (grid === null) return missing(`the latent decode block in ${op.mode}`)
      reader = new GridReader(grid, roofline, null, hardware)
    }
    return reader.at(op.heads, batch, length)
  }
}

export function evaluateLatentProjection(
  op: LatentProjectionOp,
  {system, tables, outside}: Hardware,
): TokenCost {
  const find = (mode: string, heads: number) => tables.curve('mla_bmm', tableKey(mode, op.side, heads))
  const measured = (mode: string) => tables.hasCurves('mla_bmm', tableKey(mode, op.side))
  const mode = measured(op.mode) ? op.mode : 'bfloat16'
  // Odd head counts borrow the curve of the next power of two, in proportion.
  const exact = find(mode, op.heads)
  const heads = exact === null ? 2 ** Math.ceil(exactLog2(op.heads)) : op.heads
  const curve = exact ?? find(mode, heads)
  return tokens => {
    if (curve === null) return missing(`the latent projection of ${op.heads} heads`)
    const flops = flopsFor(system, mode)
    const bytes = bytesPerWeight(mode)
    const roofline = (t: number) =>
      Math.max((2 * t * heads * 65536) / flops, (heads * (t * 640 + 65536) * bytes) / system.memBandwidth) *
      1000
    const ms = curveAt(curve, tokens, roofline, outside)
    return heads === op.heads ? ms : (ms * op.heads) / heads
  }
}

function prefillCost(reader: GridReader, heads: number): SequenceCost {
  return (batch, length, prefix) => {
    const full = length + prefix
    return reader.at(heads, full, batch) * ((full * full - prefix * prefix) / (full * full))
  }
}

/** Modules were measured per model: the one with these native heads, else the largest below, else the smallest. */
function moduleGrid(tables: TableSet, kind: GridKind, slice: string, nativeHeads: number): Grid | null {
  const measured = tables
    .gridKeys(kind, tableKey(slice, ''))
    .map(key => Number(key.slice(key.lastIndexOf('|') + 1)))
    .sort((a, b) => a - b)
  const smaller = measured.filter(heads => heads <= nativeHeads)
  const chosen = smaller[smaller.length - 1] ?? measured[0]
  return chosen === undefined ? null : tables.grid(kind, tableKey(slice, chosen))
}

function missing(what: string): never {
  throw noData(`${what} was not measured on this GPU and backend`)
}
