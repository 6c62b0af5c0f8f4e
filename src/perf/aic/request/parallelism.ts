import {fail, ok, type Result} from '../../../core/result.ts'
import type {AicErrorName} from '../tables/errors.ts'
import type {AicRequest} from './aic-request.ts'

/** How one engine is spread over GPUs, with defaults filled in. */
export interface Parallelism {
  readonly tp: number
  readonly moeTp: number
  readonly moeEp: number
  readonly attentionDp: number
}

/** Tensor parallel sizes with measured collectives. */
export const TP_SIZES = [1, 2, 4, 8] as const

/** Splits worth offering: TP 1 to 8; experts split all one way, all the other way, or not at all. */
export function candidateSplits(
  request: Pick<AicRequest, 'release' | 'system' | 'backend' | 'model'>,
): AicRequest[] {
  const base = {...request, version: null, attentionDp: null}
  const candidates = TP_SIZES.flatMap((tp): AicRequest[] => {
    if (request.model.experts === null) return [{...base, tp, moeTp: null, moeEp: null}]
    const byWidth = {...base, tp, moeTp: tp, moeEp: 1}
    return tp === 1 ? [byWidth] : [byWidth, {...base, tp, moeTp: 1, moeEp: tp}]
  })
  return candidates.filter(candidate => parallelismViolation(candidate) === null)
}

/**
 * The sizes of a request. The reference takes a missing expert split as 1 x 1, which only fits one GPU;
 * so does this, and `checkParallelism` then says what would fit.
 */
export function parallelismOf(
  request: Pick<AicRequest, 'tp' | 'moeTp' | 'moeEp' | 'attentionDp'>,
): Parallelism {
  return {
    tp: request.tp,
    moeTp: request.moeTp ?? 1,
    moeEp: request.moeEp ?? 1,
    attentionDp: request.attentionDp ?? 1,
  }
}

/** The reference's own checks (perf-model-012.md 3), each with the nearest size that passes. */
export function checkParallelism(request: AicRequest): Result<Parallelism> {
  const violation = parallelismViolation(request)
  if (violation !== null) return fail(violation.message, violation.field)
  return ok(parallelismOf(request))
}

/** A model and the GPUs it is spread over, whichever they are. */
type SpreadModel = Pick<AicRequest, 'model' | 'tp' | 'moeTp' | 'moeEp' | 'attentionDp'>

export interface ParallelismViolation {
  readonly name: AicErrorName
  readonly message: string
  readonly field: string
}

export function parallelismViolation(request: SpreadModel): ParallelismViolation | null {
  const {model} = request
  const sizes = parallelismOf(request)
  for (const [field, size] of Object.entries({
    aic_tp_size: sizes.tp,
    aic_moe_tp_size: sizes.moeTp,
    aic_moe_ep_size: sizes.moeEp,
    aic_attention_dp_size: sizes.attentionDp,
  })) {
    if (!Number.isInteger(size) || size < 1) {
      return {name: 'ValueError', field, message: `${field} must be a whole number of GPUs, 1 or more`}
    }
  }
  if (model.heads % sizes.tp !== 0) {
    const fitting = TP_SIZES.filter(tp => model.heads % tp === 0)
    const nearest = fitting.reduce((a, b) => (Math.abs(b - sizes.tp) < Math.abs(a - sizes.tp) ? b : a), 1)
    const message = `${model.heads} attention heads of ${model.id} cannot be split over ${sizes.tp} GPUs; the nearest TP size is ${nearest}`
    return {name: 'AssertionError', field: 'aic_tp_size', message}
  }
  return model.experts === null ? null : expertViolation(request, sizes)
}

function expertViolation(request: SpreadModel, sizes: Parallelism): ParallelismViolation | null {
  const {tp, moeTp, moeEp, attentionDp} = sizes
  const {id, architecture, experts, family, quant} = request.model
  const gpus = tp * attentionDp
  if (gpus !== moeTp * moeEp) {
    const message = `${id} runs its attention on ${gpus} GPUs but its experts on ${moeTp * moeEp}: set aic_moe_tp_size or aic_moe_ep_size to ${gpus}`
    return {name: 'ValueError', field: 'aic_moe_tp_size', message}
  }
  if (experts !== null && experts.count < moeEp) {
    const message = `${experts.count} experts of ${id} cannot be spread over ${moeEp} GPUs; the largest aic_moe_ep_size is ${experts.count}`
    return {name: 'AssertionError', field: 'aic_moe_ep_size', message}
  }
  const width = Math.floor((experts?.intermediateSize ?? 0) / moeTp)
  // The reference does not check latent attention models, nor Gemma 4; there the missing table speaks up.
  const isChecked =
    family === 'moe' || (family === 'mixed' && architecture !== 'Gemma4ForConditionalGeneration')
  if (isChecked && quant.moe === 'fp8_block' && width % quant.weightBlockSize !== 0) {
    const message = `experts of ${id} split ${moeTp} ways do not fill blocks of ${quant.weightBlockSize}: use aic_moe_ep_size instead of aic_moe_tp_size`
    return {name: 'ValueError', field: 'aic_moe_tp_size', message}
  }
  return null
}
