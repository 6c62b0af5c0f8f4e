import type {AicModel} from '../perf/aic/aic-model.ts'
import {AicDataError} from '../perf/aic/tables/errors.ts'
import type {Curve, GpuCurves} from './gpu-protocol.ts'

/** Context lengths of the decode curves. */
const CONTEXTS = [1024, 4096, 16_384, 65_536]
const LONGEST_PROMPT = 131_072
const LARGEST_BATCH = 512

/** Pass times over prompt lengths and batch sizes, evenly spread on logarithmic axes. */
export function computeCurves(model: AicModel): Pick<GpuCurves, 'prefill' | 'decode'> {
  return {
    prefill: curve(model, steps(16, LONGEST_PROMPT), tokens => model.prefillMs(1, tokens, 0)),
    decode: CONTEXTS.map(context => ({
      context,
      ...curve(model, steps(1, LARGEST_BATCH), batch => model.decodeMs(batch, context, 2)),
    })),
  }
}

/** Four whole numbers per doubling, those that coincide once. */
function steps(from: number, to: number): Float64Array {
  const wanted = Array.from({length: 4 * Math.log2(to / from) + 1}, (_, i) => Math.round(from * 2 ** (i / 4)))
  return Float64Array.from(new Set(wanted))
}

function curve(model: AicModel, x: Float64Array, msAt: (x: number) => number): Curve {
  const outside = new Uint8Array(x.length)
  const ms = x.map((value, i) => {
    try {
      const predicted = msAt(value)
      outside[i] = model.wasOutside ? 1 : 0
      return predicted
    } catch (error) {
      if (error instanceof AicDataError) return Number.NaN
      throw error
    }
  })
  return {x, ms, outside}
}
