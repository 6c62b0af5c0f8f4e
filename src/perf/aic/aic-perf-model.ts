import type {PerfModel} from '../perf-model.ts'
import type {AicModel} from './aic-model.ts'

/**
 * GPU tables as the engine's timing: a decode pass is the step after the mean context. A loaded model serves many
 * runs and pools; what left the measured data is counted here, for the one run and pool this was made for.
 */
export function createAicPerfModel(model: AicModel): PerfModel {
  let predictions = 0
  let outside = 0
  return {
    timing: 'aic',
    prefillMs(batchSize, newTokens, prefix) {
      const ms = model.prefillMs(batchSize, newTokens, prefix)
      predictions++
      if (model.wasOutside) outside++
      return ms
    },
    decodeMs(batchSize, _activeKvTokens, context) {
      const ms = model.decodeMs(batchSize, context, 2)
      predictions++
      if (model.wasOutside) outside++
      return ms
    },
    outsideShare: () => (predictions === 0 ? 0 : outside / predictions),
  }
}
