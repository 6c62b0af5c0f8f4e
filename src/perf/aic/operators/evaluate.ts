import {memoryMs} from '../request/link-and-memory.ts'
import type {StepLane} from '../step-lane.ts'
import {AicDataError} from '../tables/errors.ts'
import {decodeAttention, prefillAttention} from './evaluate-attention.ts'
import {evaluateAllReduce, evaluateDispatch} from './evaluate-comm.ts'
import {evaluateGemm} from './evaluate-gemm.ts'
import {evaluateLatentAttention, evaluateLatentModule, evaluateLatentProjection} from './evaluate-latent.ts'
import {evaluateMoe} from './evaluate-moe.ts'
import {evaluateRecurrent} from './evaluate-recurrent.ts'
import {evaluateStateSpace} from './evaluate-state-space.ts'
import type {Hardware, LaneCost, SequenceCost, TokenCost} from './hardware.ts'
import type {AttentionOp, ElementwiseOp, EmbeddingOp, FallbackOp, Op, OverlapOp} from './ops.ts'

/** An operator ready to be asked; lookups throw `AicDataError` when there is no measurement to go by. */
export type CompiledOp =
  | {readonly name: string; readonly by: 'tokens' | 'requests'; readonly cost: TokenCost}
  | {
      readonly name: string
      readonly by: 'sequences'
      readonly cost: SequenceCost
      /** The same for all steps of a lane, added to them; null where they have to be asked one by one. */
      readonly addLane: ((batch: number, firstLength: number, lane: StepLane) => void) | null
    }

export function compileOp(op: Op, hardware: Hardware): CompiledOp {
  switch (op.kind) {
    case 'attention':
      return evaluateAttentionOp(op, hardware)
    case 'latent_attention':
      return sequences(op, evaluateLatentAttention(op, hardware))
    case 'latent_module':
      return sequences(op, evaluateLatentModule(op, hardware))
    case 'fallback':
      return sequences(op, evaluateFallback(op, hardware))
    case 'recurrent':
      return sequences(op, evaluateRecurrent(op, hardware))
    case 'state_space':
      return sequences(op, evaluateStateSpace(op, hardware))
    case 'gemm': {
      const by = op.perRequest ? 'requests' : 'tokens'
      return {...tokens(op, evaluateGemm(op, hardware)), by}
    }
    case 'embedding':
      return tokens(op, evaluateEmbedding(op, hardware))
    case 'elementwise':
      return tokens(op, evaluateElementwise(op, hardware))
    case 'moe':
      return tokens(op, evaluateMoe(op, hardware))
    case 'dispatch':
      return tokens(op, evaluateDispatch(op, hardware))
    case 'all_reduce':
      return tokens(op, evaluateAllReduce(op, hardware))
    case 'latent_projection':
      return tokens(op, evaluateLatentProjection(op, hardware))
    case 'overlap':
      return tokens(op, evaluateOverlap(op, hardware))
  }
}

type TokenOp = Extract<CompiledOp, {by: 'tokens' | 'requests'}>

function tokens(op: Op, cost: TokenCost): TokenOp {
  return {name: op.name, by: 'tokens', cost: x => Math.max(0, cost(x)) * op.count}
}

function sequences(op: Op, cost: SequenceCost, addLane: LaneCost | null = null): CompiledOp {
  return {
    name: op.name,
    by: 'sequences',
    cost: (batch, length, prefix) => Math.max(0, cost(batch, length, prefix)) * op.count,
    addLane:
      addLane === null ? null : (batch, firstLength, lane) => addLane(batch, firstLength, lane, op.count),
  }
}

function evaluateAttentionOp(op: AttentionOp, hardware: Hardware): CompiledOp {
  if (hardware.phase === 'context') return sequences(op, prefillAttention(op, hardware))
  const {cost, addLane} = decodeAttention(op, hardware)
  return sequences(op, cost, addLane)
}

function evaluateEmbedding(op: EmbeddingOp, {system}: Hardware): TokenCost {
  return x => memoryMs(system, x * op.hidden * 2)
}

function evaluateElementwise(op: ElementwiseOp, {system}: Hardware): TokenCost {
  const bytesPerToken = 2 * op.input + 2 * op.output
  return x => memoryMs(system, bytesPerToken * x)
}

function evaluateOverlap(op: OverlapOp, hardware: Hardware): TokenCost {
  const main = sumOf(op.main, hardware)
  const side = sumOf(op.side, hardware)
  return x => Math.max(main(x), side(x))
}

function sumOf(ops: readonly Op[], hardware: Hardware): TokenCost {
  const compiled = ops.map(op => compileOp(op, hardware))
  return x =>
    compiled.reduce((total, op) => total + (op.by === 'sequences' ? op.cost(x, 0, 0) : op.cost(x)), 0)
}

/** Only a missing measurement sends the block to its parts; a GPU without the format is an error either way. */
function evaluateFallback(op: FallbackOp, hardware: Hardware): SequenceCost {
  const primary = compileOp(op.primary, hardware)
  const parts = op.otherwise.map(part => compileOp(part, hardware))
  return (batch, length, prefix) => {
    const rows = hardware.phase === 'context' ? batch * length : batch
    const cost = (part: CompiledOp) =>
      part.by === 'sequences' ? part.cost(batch, length, prefix) : part.cost(rows)
    try {
      return cost(primary)
    } catch (error) {
      if (!(error instanceof AicDataError) || error.name !== 'PerfDataNotAvailableError') throw error
      return parts.reduce((total, part) => total + cost(part), 0)
    }
  }
}
