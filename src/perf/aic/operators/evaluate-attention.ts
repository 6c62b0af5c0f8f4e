import {memoryMs} from '../request/link-and-memory.ts'
import {DecodeLines} from '../tables/decode-lines.ts'
import {noData} from '../tables/errors.ts'
import {GridReader} from '../tables/grid.ts'
import type {Grid} from '../tables/grid-shape.ts'
import {attentionKey, type TableSet} from '../tables/tables.ts'
import type {Hardware, LaneCost, SequenceCost} from './hardware.ts'
import type {AttentionOp, Phase} from './ops.ts'
import {fmhaBytes} from './quant-modes.ts'
import {contextAttentionRoofline, generationAttentionRoofline} from './roofline.ts'

/** The tables name a slice by its KV heads, 0 when every query head has its own. */
function sliceOf(op: AttentionOp, {modes}: Hardware) {
  const kvHeads = op.heads === op.kvHeads ? 0 : op.kvHeads
  return {fmha: modes.fmha, kvCache: modes.kvcache, kvHeads, headDim: op.headDim, window: op.window}
}

/** The plain variant is packed only where it is another kernel than the preferred one. */
function findSlice(op: AttentionOp, tables: TableSet, phase: Phase, key: string): Grid | null {
  const plain = op.lane === 'plain' ? tables.grid(`${phase}_plain`, key) : null
  return plain ?? tables.grid(phase, key)
}

export function prefillAttention(op: AttentionOp, hardware: Hardware): SequenceCost {
  const {system, tables} = hardware
  const slice = sliceOf(op, hardware)
  const grid = findSlice(op, tables, 'context', attentionKey('context', slice))
  if (grid === null) return () => missingSlice('prefill', op, hardware)
  const reader = new GridReader(grid, contextAttentionRoofline(system, slice), 1, hardware)
  const extraMs = 1.1 * rotaryAndNormMs(op, hardware)
  return (batch, length, prefix) => {
    const full = length + prefix
    const kernel = reader.at(op.heads, full, batch)
    // The table holds whole prompts; a cached prefix saves the square it would have cost.
    return kernel * ((full * full - prefix * prefix) / (full * full)) + extraMs
  }
}

/** Rotary embedding, cache writes and query/key norms; the reference prices them for one token only. */
function rotaryAndNormMs(op: AttentionOp, hardware: Hardware): number {
  const {system, modes, estimator} = hardware
  const mem = (bytes: number) => memoryMs(system, bytes)
  const queries = op.heads * op.headDim
  const keys = op.kvHeads * op.headDim
  const norms = op.qkNorm ? normsMs(op, hardware) * 2 : 0
  const rotary = 2 * mem(2 * queries + 2 * keys)
  const cacheBytes = keys * fmhaBytes(modes.fmha)
  const cacheWrites = mem(cacheBytes) + mem(cacheBytes)
  return estimator.addsNormsFirst ? norms + rotary + cacheWrites : norms + (rotary + cacheWrites)
}

/** Reading and writing one token's queries and keys for their norms. */
function normsMs(op: AttentionOp, {system}: Hardware): number {
  const mem = (bytes: number) => memoryMs(system, bytes)
  return 2 * mem(2 * op.heads * op.headDim) + 2 * mem(2 * op.kvHeads * op.headDim)
}

interface DecodeCost {
  readonly cost: SequenceCost
  readonly addLane: LaneCost | null
}

export function decodeAttention(op: AttentionOp, hardware: Hardware): DecodeCost {
  const {system, tables, estimator, outside} = hardware
  const slice = sliceOf(op, hardware)
  const grid = findSlice(op, tables, 'generation', attentionKey('generation', slice))
  if (grid === null) return {cost: () => missingSlice('decode', op, hardware), addLane: null}
  const reader = new GridReader(grid, generationAttentionRoofline(system, slice), null, hardware)
  const lines = new DecodeLines(grid, op.heads, reader)
  const extraMs = op.qkNorm && estimator.normsInDecode ? normsMs(op, hardware) * DECODE_NORMS : 0
  return {
    cost: (batch, length) => lines.at(batch, length) + extraMs,
    addLane: (batch, firstLength, lane, count) =>
      lines.addLane({batch, firstLength, extraMs, count, outside}, lane),
  }
}

/** The two norms, each with the tenth that small kernels cost on top, as the reference multiplies them out. */
const DECODE_NORMS = 2 * 1.1

function missingSlice(what: string, op: AttentionOp, {modes}: Hardware): never {
  throw noData(
    `${what} attention with ${op.kvHeads} KV heads of ${op.headDim}, KV cache ${modes.kvcache}, attention ` +
      `${modes.fmha}${op.window > 0 ? `, window ${op.window}` : ''} was not measured on this GPU and backend`,
  )
}
