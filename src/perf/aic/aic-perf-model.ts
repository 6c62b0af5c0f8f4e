import {type PerfModel, shareOutside} from '../perf-model.ts'
import type {AicModel} from './aic-model.ts'

/**
 * GPU tables as the engine's timing: a decode pass is the step after the mean context. A loaded model serves many
 * runs and pools; what left the measured data is counted here, for the one run and pool this was made for.
 */
export function createAicPerfModel(model: AicModel): PerfModel {
  const tally = {asked: 0, outside: 0}
  return {
    timing: 'aic',
    tally,
    prefillMs(batchSize, newTokens, prefix) {
      const ms = model.prefillMs(batchSize, newTokens, prefix)
      tally.asked++
      if (model.wasOutside) tally.outside++
      return ms
    },
    decodeMs(batchSize, _activeKvTokens, context) {
      const ms = model.stepMs(batchSize, context)
      tally.asked++
      if (model.wasOutside) tally.outside++
      return ms
    },
    rememberedSteps(scale) {
      const steps = model.steps(scale)
      return {
        durationMs(batchSize, context) {
          const duration = steps.durationMs(batchSize, context)
          if (duration === 0) return 0
          tally.asked++
          if (duration > 0) return duration
          tally.outside++
          return -duration
        },
      }
    },
    outsideShare: () => shareOutside(tally),
  }
}
