import type {BackendName} from '../../../config/gpus.ts'
import {GridReader} from '../tables/grid.ts'
import type {GridRoofline} from '../tables/grid-shape.ts'
import {tableKey} from '../tables/tables.ts'
import type {Hardware, SequenceCost} from './hardware.ts'
import type {Phase, StateSpaceOp} from './ops.ts'

/** The table of a convolution in prefill with TensorRT-LLM; nothing else of a state-space layer is looked up. */
export function stateSpaceKey(
  {isScan, shape}: StateSpaceOp,
  phase: Phase,
  backend: BackendName,
): string | null {
  if (isScan || phase !== 'context' || backend !== 'trtllm') return null
  const {hidden, heads, headDim, stateSize, groups, convWidth} = shape
  return tableKey('mamba2', 'causal_conv1d_fn', hidden, heads, headDim, stateSize, groups, convWidth)
}

/** A cached prefix costs nothing and saves nothing. What has no table takes its roofline (perf-model-012.md 16). */
export function evaluateStateSpace(op: StateSpaceOp, hardware: Hardware): SequenceCost {
  const {tables, outside, backend, phase} = hardware
  const key = stateSpaceKey(op, phase, backend)
  const roofline = stateSpaceRoofline(op, hardware)
  const grid = key === null ? null : tables.grid('recurrent', key)
  if (grid !== null) {
    const reader = new GridReader(grid, roofline, null, hardware)
    return (batch, length) => reader.at(1, batch, length)
  }
  return (batch, length) => {
    outside.hit = true
    return roofline(1, batch, phase === 'context' ? length : 1)
  }
}

/** Axes: one, batch, new tokens. Bytes of inputs and outputs; the state itself does not count. */
function stateSpaceRoofline({isScan, shape}: StateSpaceOp, {system}: Hardware): GridRoofline {
  const {heads, headDim, stateSize, groups, convWidth} = shape
  const mixed = heads * headDim + 2 * groups * stateSize
  const bytes = isScan
    ? 2 * (2 * heads * headDim + heads + 2 * groups * stateSize)
    : mixed * (convWidth + 2) * 2
  return (_, batch, length) => ((batch * length * bytes) / system.memBandwidth) * 1000
}
