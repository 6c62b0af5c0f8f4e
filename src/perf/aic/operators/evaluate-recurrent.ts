import type {BackendName} from '../../../config/gpus.ts'
import {curveAt} from '../tables/curve.ts'
import {GridReader} from '../tables/grid.ts'
import type {GridRoofline} from '../tables/grid-shape.ts'
import {tableKey} from '../tables/tables.ts'
import type {Hardware, SequenceCost} from './hardware.ts'
import type {RecurrentKernel, RecurrentOp, RecurrentShape} from './ops.ts'

/** Kernels of gated delta nets, by the names that the tables have for them per backend; the first that was measured. */
const MEASURED_AS: Readonly<Record<RecurrentKernel, Readonly<Record<BackendName, readonly string[]>>>> = {
  conv_prefill: everywhere('causal_conv1d_fn'),
  conv_step: everywhere('causal_conv1d_update'),
  scan: {
    vllm: ['chunk_gated_delta_rule_flashinfer', 'chunk_gated_delta_rule_triton'],
    sglang: ['chunk_gated_delta_rule'],
    trtllm: ['chunk_gated_delta_rule'],
  },
  step: {
    vllm: ['fused_recurrent_gated_delta_rule_packed_decode'],
    sglang: ['fused_recurrent_gated_delta_rule_packed_decode'],
    trtllm: ['fused_recurrent_gated_delta_rule'],
  },
}

function everywhere(kernel: string): Readonly<Record<BackendName, readonly string[]>> {
  return {vllm: [kernel], sglang: [kernel], trtllm: [kernel]}
}

/** Keys under which an operator may find its table. */
export function recurrentKeys({kernel, shape}: RecurrentOp, backend: BackendName): string[] {
  const {hidden, keyHeads, keyDim, valueHeads, valueDim, convWidth} = shape
  return MEASURED_AS[kernel][backend].map(name =>
    tableKey(name, hidden, keyHeads, keyDim, valueHeads, valueDim, convWidth),
  )
}

/**
 * A cached prefix costs nothing and saves nothing: the state alone is carried on. What was not measured takes its roofline
 * (perf-model-012.md 15).
 */
export function evaluateRecurrent(op: RecurrentOp, hardware: Hardware): SequenceCost {
  const {tables, outside, backend} = hardware
  const keys = isMeasured(op) ? recurrentKeys(op, backend) : []
  const roofline = recurrentRoofline(op, hardware)
  if (hardware.phase === 'generation') {
    const curve = firstOf(keys, key => tables.curve('recurrent_step', key))
    const byBatch = (batch: number) => roofline(1, batch, 1)
    if (curve !== null) return batch => curveAt(curve, batch, byBatch, outside)
  }
  const grid = firstOf(keys, key => tables.grid('recurrent', key))
  if (grid !== null) {
    const reader = new GridReader(grid, roofline, null, hardware)
    return (batch, length) => reader.at(1, batch, length)
  }
  return (batch, length) => {
    outside.hit = true
    return roofline(1, batch, hardware.phase === 'context' ? length : 1)
  }
}

/** The tables hold scans over a state in four bytes a number; convolutions do not touch it. */
function isMeasured({kernel, shape}: RecurrentOp): boolean {
  return shape.stateBytes === 4 || kernel === 'conv_prefill' || kernel === 'conv_step'
}

/** Axes: one, batch, new tokens. */
function recurrentRoofline({kernel, shape}: RecurrentOp, {system}: Hardware): GridRoofline {
  const bytes = kernel === 'scan' || kernel === 'step' ? scanBytes(shape) : convolutionBytes(shape)
  return (_, batch, length) => ((batch * bytes(length)) / system.memBandwidth) * 1000
}

/** Bytes of one request by its new tokens. */
type RequestBytes = (length: number) => number

/** Queries, keys and values of the tokens looked at, read and written in two bytes each. */
function convolutionBytes({keyHeads, keyDim, valueHeads, valueDim, convWidth}: RecurrentShape): RequestBytes {
  const token = (2 * keyHeads * keyDim + valueHeads * valueDim) * (convWidth + 2) * 2
  return length => length * token
}

/** Queries, keys, values and outputs in two bytes each; the state read, written, and once more per chunk. */
function scanBytes({keyHeads, keyDim, valueHeads, valueDim, stateBytes}: RecurrentShape): RequestBytes {
  const token = (2 * keyHeads * keyDim + 2 * valueHeads * valueDim) * 2
  const state = valueHeads * keyDim * valueDim * stateBytes
  return length => length * token + state * 2 + Math.floor(length / CHUNK) * state
}

/** Tokens after which a scan writes its state down. */
const CHUNK = 64

function firstOf<T>(keys: readonly string[], find: (key: string) => T | null): T | null {
  for (const key of keys) {
    const found = find(key)
    if (found !== null) return found
  }
  return null
}
