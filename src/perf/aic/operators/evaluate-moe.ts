import {type Curve, curveAt} from '../tables/curve.ts'
import {noData} from '../tables/errors.ts'
import {type MoeShape, moeKey, type TableSet} from '../tables/tables.ts'
import type {Hardware, TokenCost} from './hardware.ts'
import type {MoeOp} from './ops.ts'
import {bytesPerWeight, flopsFor} from './quant-modes.ts'

/** NVFP4 has extra kernels for few tokens. */
const LOW_LATENCY_TOKENS = 128

export function evaluateMoe(op: MoeOp, {system, tables, outside}: Hardware): TokenCost {
  const curve = tables.curve('moe', moeKey(moeShape(op, tables, false)))
  const quick = op.mode === 'nvfp4' ? tables.curve('moe', moeKey(moeShape(op, tables, true))) : null
  return x => {
    const tokens = x * op.attentionDp
    const flops = flopsFor(system, op.mode)
    const bytes = bytesPerWeight(op.mode)
    const chosen = tokens <= LOW_LATENCY_TOKENS && quick !== null ? quick : curve
    if (chosen === null) throw noData(notMeasured(op))
    if (chosen.keys.length === 1 && tokens < chosen.keys[0]!) throw noData(notMeasured(op))
    const roofline = (t: number) => {
      const {operations, traffic} = work(op, t)
      return Math.max((operations / flops) * 1000, ((traffic * bytes) / system.memBandwidth) * 1000)
    }
    return curveAt(chosen as Curve, tokens, roofline, outside)
  }
}

export function moeShape(op: MoeOp, tables: TableSet, lowLatency: boolean): MoeShape {
  const {mode, perToken, experts, hidden, intermediate, tp, ep} = op
  const distribution = tables.distribution(mode, op.distribution)
  return {lowLatency, mode, distribution, perToken, experts, hidden, intermediate, tp, ep}
}

/** Operations and elements moved by one GPU; whole-number divisions left to right, as in the reference. */
function work(op: MoeOp, tokens: number): {operations: number; traffic: number} {
  const {hidden: h, intermediate, ep, tp, experts} = op
  const matrices = op.isGated ? 3 : 2
  const routed = tokens * op.perToken
  const operations = Math.floor(Math.floor((routed * h * intermediate * matrices * 2) / ep) / tp)
  const perGpu = Math.floor(routed / ep)
  const traffic =
    perGpu * h +
    perGpu * h +
    Math.floor((perGpu * intermediate * matrices) / tp) +
    Math.floor((h * intermediate * matrices) / tp) * Math.min(Math.floor(experts / ep), perGpu)
  return {operations, traffic}
}

function notMeasured(op: MoeOp): string {
  return (
    `${op.experts} ${op.mode} experts of ${op.hidden} x ${op.intermediate}, split ${op.tp} ways and spread over ` +
    `${op.ep} GPUs, were not measured on this GPU and backend`
  )
}
