import type {GpuSystem} from '../../../config/gpus.ts'
import {linkBandwidth} from '../request/link-and-memory.ts'
import {type Curve, curveAt} from '../tables/curve.ts'
import {noData} from '../tables/errors.ts'
import {tableKey} from '../tables/tables.ts'
import type {Hardware, TokenCost} from './hardware.ts'
import type {AllReduceOp, DispatchOp} from './ops.ts'

export function evaluateAllReduce(op: AllReduceOp, hardware: Hardware): TokenCost {
  const reduce = allReduce(hardware, op.gpus)
  return x => reduce(x * op.hidden)
}

/** Which collectives carry tokens to and from the experts differs per backend (perf-model-012.md 4). */
export function evaluateDispatch(op: DispatchOp, hardware: Hardware): TokenCost {
  const {gpus, attentionDp, side, hidden} = op
  const {backend, system} = hardware
  const attentionTp = Math.floor(gpus / attentionDp)
  const reduces = attentionTp > 1
  const spreads = attentionDp > 1
  const reduced = allReduce(hardware, gpus)
  const gathered = nccl(hardware, gpus, side === 'pre' ? 'all_gather' : 'reduce_scatter')
  const reduce = (x: number) => reduced(x * hidden)
  const gather = (x: number) => gathered(x * attentionDp * hidden)
  if (backend === 'vllm') {
    const reducesHere = reduces && !(op.attentionReduced && side === 'pre')
    return x => (reducesHere ? reduce(x) : 0) + (spreads ? gather(x) : 0)
  }
  if (backend === 'sglang') {
    if (!(reduces && spreads)) return reduces ? reduce : spreads ? gather : () => 0
    const inner = nccl(hardware, attentionTp, side === 'pre' ? 'reduce_scatter' : 'all_gather')
    const within = (x: number) => inner(x * hidden)
    return side === 'pre' ? x => within(x) + gather(x) : x => gather(x) + within(x)
  }
  if (!system.dispatchesQuantised) return reduces ? reduce : spreads ? gather : () => 0
  if (!spreads) return reduces ? reduce : () => 0
  const shrink = side === 'pre' ? QUANTISED_SHARE[op.mode] : 1
  return x => gathered(x * attentionDp * hidden * shrink)
}

/** Volume of a token sent in the experts' number format, as a share of bfloat16's. */
const QUANTISED_SHARE = {bfloat16: 1, fp8: 0.5, fp8_block: 0.5, nvfp4: 0.28125, w4a16_mxfp4: 1} as const

type NcclOp = 'all_gather' | 'reduce_scatter'

/** ms by number of elements. */
type Collective = (elements: number) => number
type FindCurve = (gpus: number) => Curve | null

function allReduce(hardware: Hardware, gpus: number): Collective {
  return collective(hardware, 'an all-reduce', gpus, count =>
    hardware.tables.curve('allreduce', String(count)),
  )
}

function nccl(hardware: Hardware, gpus: number, op: NcclOp): Collective {
  return collective(hardware, op, gpus, count => hardware.tables.curve('nccl', tableKey(op, count)))
}

function collective(hardware: Hardware, name: string, gpus: number, find: FindCurve): Collective {
  if (gpus <= 1) return () => 0
  const {system, outside} = hardware
  const measured = measuredFanOut(hardware, gpus, find)
  const curve = find(measured)
  return elements => {
    if (curve === null) throw noData(`${name} over ${measured} GPUs was not measured`)
    const ms = curveAt(curve, elements, size => size, outside)
    return scaleOut(system, ms, measured, gpus)
  }
}

/** The number of GPUs itself; beyond what was measured, the largest measured one, or the largest below it. */
function measuredFanOut({estimator, system}: Hardware, gpus: number, find: FindCurve): number {
  const measured = FAN_OUTS.filter(count => find(count) !== null)
  if (estimator.carriesFanOut && gpus > system.gpusPerNode) {
    return measured.find(count => count <= gpus) ?? system.gpusPerNode
  }
  return Math.min(gpus, measured[0] ?? system.gpusPerNode)
}

/** Numbers of GPUs that any table may hold, the largest first. */
const FAN_OUTS = [64, 32, 16, 8, 4, 2]

/** A ring over more GPUs than were measured moves a larger share of the data, maybe over slower links. */
function scaleOut(system: GpuSystem, ms: number, measured: number, gpus: number): number {
  if (gpus <= measured) return ms
  const share = (((gpus - 1) / gpus) * measured) / (measured - 1)
  return ms * ((share * linkBandwidth(system, measured)) / linkBandwidth(system, gpus))
}
