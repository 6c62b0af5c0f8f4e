import type {BackendName} from '../../config/gpus.ts'
import type {StepScale} from '../perf-model.ts'
import type {OpLatency} from './op-latency.ts'
import {type CompiledOp, compileOp} from './operators/evaluate.ts'
import type {Hardware} from './operators/hardware.ts'
import {buildOpLists} from './operators/op-lists.ts'
import type {Op, Phase} from './operators/ops.ts'
import {type QuantModes, quantModesFor} from './operators/quant-modes.ts'
import {ESTIMATORS} from './request/estimator.ts'
import {type Parallelism, parallelismOf} from './request/parallelism.ts'
import type {ResolvedAicRequest} from './request/request.ts'
import {StepCost} from './step-cost.ts'
import type {StepLane} from './step-lane.ts'
import {StepMemo, type StepSource} from './step-memo.ts'
import {AicDataError} from './tables/errors.ts'
import type {TableSet} from './tables/tables.ts'

/** Parts of a step that holds prompt chunks and decoding requests at once, ms. */
export interface MixedStep {
  readonly total: number
  readonly shared: number
  readonly contextAttention: number
  readonly decodeAttention: number
}

/** A pass by sums over its requests. */
export interface ForwardPassSums {
  readonly prefillRequests: number
  readonly prefillTokens: number
  readonly prefillKvTokens: number
  readonly decodeRequests: number
  readonly decodeKvTokens: number
}

/** Decode is priced every 32 tokens of a longer answer. */
const DECODE_STRIDE = 32

/**
 * Pass times of one model on one GPU and backend, equal to what the estimator of its release answers
 * (perf-model-012.md 2). All methods throw `AicDataError` where the reference has no answer.
 */
export class AicModel implements StepSource {
  readonly request: ResolvedAicRequest
  readonly parallelism: Parallelism
  readonly quant: QuantModes
  private readonly outside = {hit: false}
  private readonly context: StepCost
  private readonly generation: StepCost
  /** Of the last scale that was asked for: all runs of a sweep mostly have one. */
  private lastSteps: StepMemo | null = null

  constructor(request: ResolvedAicRequest, tables: TableSet) {
    this.request = request
    this.parallelism = parallelismOf(request)
    this.quant = quantModesFor(request)
    const lists = buildOpLists(request.model, this.parallelism, request.backend)
    this.context = this.compile(lists.context, 'context', request.backend, tables)
    this.generation = this.compile(lists.generation, 'generation', request.backend, tables)
  }

  /** @param newTokens prompt tokens computed per request; @param prefix tokens already cached per request */
  prefillMs(batch: number, newTokens: number, prefix: number): number {
    if (newTokens <= 0) throw new AicDataError('ValueError', 'a prefill needs at least one new token')
    this.outside.hit = false
    return this.context.ms(batch, newTokens, prefix, batch * newTokens, batch)
  }

  /** @param isl tokens per sequence before the first decoded one; @param outputTokens 2 prices a single step */
  decodeMs(batch: number, isl: number, outputTokens: number): number {
    this.outside.hit = false
    const steps = outputTokens - 1
    if (steps === 1) return this.generation.ms(batch, isl + 1, 0, batch, batch)
    let total = 0
    for (let k = 0; k < steps; k += DECODE_STRIDE) {
      total += this.generation.ms(batch, isl + k + 1, 0, batch, batch) * Math.min(DECODE_STRIDE, steps - k)
    }
    return total
  }

  /** The step after `context` tokens. */
  stepMs(batch: number, context: number): number {
    return this.decodeMs(batch, context, 2)
  }

  fillLane(batch: number, first: number, lane: StepLane): boolean {
    return this.generation.fillLane(batch, first + 1, lane)
  }

  /** Durations of steps, shared by all runs of one scale. */
  steps(scale: StepScale): StepMemo {
    const {lastSteps} = this
    const isSame = lastSteps?.scale.ratio === scale.ratio && lastSteps.scale.leastMs === scale.leastMs
    if (lastSteps !== null && isSame) return lastSteps
    this.lastSteps = new StepMemo(this, scale)
    return this.lastSteps
  }

  /** One pass with `contextTokens` of prompts of length `isl` beside `decodeTokens` decoding requests. */
  mixedStep(
    contextTokens: number,
    decodeTokens: number,
    isl: number,
    outputTokens: number,
    prefix: number,
  ): MixedStep {
    if (contextTokens === 0 && decodeTokens === 0) {
      return {total: 0, shared: 0, contextAttention: 0, decodeAttention: 0}
    }
    const length = Math.max(isl, 1)
    this.outside.hit = false
    const tokens = contextTokens + decodeTokens
    const cached = prefix * Math.floor(contextTokens / length)
    if (cached >= tokens) throw new AicDataError('ValueError', 'the cached prefix leaves nothing to compute')
    const shared = this.context.msWithoutAttention(1, tokens - cached, cached, tokens - cached, 1)
    const contextAttention = contextTokens > 0 ? this.mixedContext(contextTokens, length, prefix) : 0
    const decodeLength = length + Math.floor(outputTokens / 2) + 1
    const decodeAttention = decodeTokens > 0 ? this.generation.attentionMs(decodeTokens, decodeLength, 0) : 0
    const total = shared + contextAttention + decodeAttention
    return {total, shared, contextAttention, decodeAttention}
  }

  /**
   * One pass as a planner describes it, by sums over its requests (perf-model-013.md 5). In a pass of both kinds attention
   * is priced apart and all else once, for all tokens together. Means are whole numbers, and prompts of a mixed pass are
   * counted anew from theirs: 8,192 tokens of 6 requests are 7 of 1,365.
   */
  forwardPassMs(pass: ForwardPassSums): number {
    const {prefillRequests, prefillTokens, prefillKvTokens, decodeRequests, decodeKvTokens} = pass
    const newTokens = Math.max(1, wholeMean(prefillTokens, prefillRequests))
    const prefix = wholeMean(prefillKvTokens, prefillRequests)
    const context = wholeMean(decodeKvTokens, decodeRequests)
    if (decodeRequests === 0)
      return prefillTokens > 0 ? this.prefillMs(prefillRequests, newTokens, prefix) : 0
    if (prefillTokens === 0) return this.decodeMs(decodeRequests, context - 1, 2)
    this.outside.hit = false
    const tokens = prefillTokens + decodeRequests
    return (
      this.context.msWithoutAttention(1, tokens, prefillKvTokens, tokens, 1) +
      this.context.attentionMs(Math.ceil(prefillTokens / newTokens), newTokens, prefix) +
      this.generation.attentionMs(decodeRequests, context, 0)
    )
  }

  /** Whether the last prediction had to leave the measured data. */
  get wasOutside(): boolean {
    return this.outside.hit
  }

  /** Where the time of one prefill goes, operator by operator in the order of the sum. */
  prefillBreakdown(batch: number, newTokens: number, prefix: number): OpLatency[] {
    return this.context.breakdown(batch, newTokens, prefix, batch * newTokens, batch)
  }

  decodeBreakdown(batch: number, isl: number): OpLatency[] {
    return this.generation.breakdown(batch, isl + 1, 0, batch, batch)
  }

  private mixedContext(tokens: number, isl: number, prefix: number): number {
    const requests = Math.ceil(tokens / isl)
    return this.context.attentionMs(requests, isl - prefix, prefix) / Math.ceil(isl / tokens)
  }

  private compile(ops: readonly Op[], phase: Phase, backend: BackendName, tables: TableSet): StepCost {
    const estimator = ESTIMATORS[this.request.release]
    const hardware: Hardware = {
      estimator,
      system: estimator.systems[this.request.system],
      backend,
      tables,
      modes: this.quant,
      phase,
      outside: this.outside,
    }
    const compiled: CompiledOp[] = ops.map(op => compileOp(op, hardware))
    return new StepCost(compiled, phase, this.outside)
  }
}

function wholeMean(sum: number, count: number): number {
  return count === 0 ? 0 : Math.floor(sum / count)
}
