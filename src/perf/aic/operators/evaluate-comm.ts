import {GPUS_PER_NODE, type GpuSystem} from '../request/systems.ts'
import {type Curve, curveAt} from '../tables/curve.ts'
import {noData} from '../tables/errors.ts'
import {tableKey} from '../tables/tables.ts'
import type {Hardware, TokenCost} from './hardware.ts'
import type {AllReduceOp, DispatchOp} from './ops.ts'

export function evaluateAllReduce(op: AllReduceOp, hardware: Hardware): TokenCost {
  return x => allReduceMs(hardware, op.gpus, x * op.hidden)
}

/** Which collectives carry tokens to and from the experts differs per backend (perf-model-012.md 4). */
export function evaluateDispatch(op: DispatchOp, hardware: Hardware): TokenCost {
  const {gpus, attentionDp, side, hidden} = op
  const attentionTp = Math.floor(gpus / attentionDp)
  const reduces = attentionTp > 1
  const spreads = attentionDp > 1
  const outer: NcclOp = side === 'pre' ? 'all_gather' : 'reduce_scatter'
  const reduce = (x: number) => allReduceMs(hardware, gpus, x * hidden)
  const gather = (x: number) => ncclMs(hardware, gpus, outer, x * attentionDp * hidden)
  const {backend, system} = hardware
  if (backend === 'vllm') return x => (reduces ? reduce(x) : 0) + (spreads ? gather(x) : 0)
  if (backend === 'sglang') {
    if (!(reduces && spreads)) return reduces ? reduce : spreads ? gather : () => 0
    const inner: NcclOp = side === 'pre' ? 'reduce_scatter' : 'all_gather'
    const within = (x: number) => ncclMs(hardware, attentionTp, inner, x * hidden)
    return side === 'pre' ? x => within(x) + gather(x) : x => gather(x) + within(x)
  }
  if (!system.dispatchesQuantised) return reduces ? reduce : spreads ? gather : () => 0
  if (!spreads) return reduces ? reduce : () => 0
  const shrink = side === 'pre' ? QUANTISED_SHARE[op.mode] : 1
  return x => ncclMs(hardware, gpus, outer, x * attentionDp * hidden * shrink)
}

/** Volume of a token sent in the experts' number format, as a share of bfloat16's. */
const QUANTISED_SHARE = {bfloat16: 1, fp8: 0.5, fp8_block: 0.5, nvfp4: 0.28125, w4a16_mxfp4: 1} as const

type NcclOp = 'all_gather' | 'reduce_scatter'

function allReduceMs({system, tables, outside}: Hardware, gpus: number, elements: number): number {
  if (gpus <= 1) return 0
  const measured = Math.min(gpus, GPUS_PER_NODE)
  const curve = tables.curve('allreduce', String(measured))
  if (curve === null) throw noData(`an all-reduce over ${measured} GPUs was not measured`)
  return scaleOut(
    system,
    curveAt(curve, elements, size => size, outside),
    measured,
    gpus,
  )
}

function ncclMs({system, tables, outside}: Hardware, gpus: number, op: NcclOp, elements: number): number {
  if (gpus <= 1) return 0
  const measured = largestMeasured(op, gpus, key => tables.curve('nccl', key))
  if (measured === null) throw noData(`${op} over ${gpus} GPUs was not measured`)
  const ms = curveAt(measured.curve, elements, size => size, outside)
  return scaleOut(system, ms, measured.gpus, gpus)
}

/** The GPU count itself, or the largest collected one when it is beyond. */
function largestMeasured(
  op: NcclOp,
  gpus: number,
  find: (key: string) => Curve | null,
): {gpus: number; curve: Curve} | null {
  const largest = [64, 32, 16, 8, 4, 2].find(count => find(tableKey(op, count)) !== null)
  if (largest === undefined) return null
  const measured = Math.min(gpus, largest)
  const curve = find(tableKey(op, measured))
  return curve === null ? null : {gpus: measured, curve}
}

/** A ring over more GPUs than were measured moves a larger share of the data, maybe over slower links. */
function scaleOut(system: GpuSystem, ms: number, measured: number, gpus: number): number {
  if (gpus <= measured) return ms
  const bandwidth = (count: number) =>
    count <= GPUS_PER_NODE ? system.intraNodeBandwidth : system.interNodeBandwidth
  const share = (((gpus - 1) / gpus) * measured) / (measured - 1)
  return ms * ((share * bandwidth(measured)) / bandwidth(gpus))
}
