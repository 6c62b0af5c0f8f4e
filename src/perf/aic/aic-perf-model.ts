import type {PerfModel} from '../perf-model.ts'
import type {AicModel} from './aic-model.ts'

/** GPU tables as the engine's timing: a decode pass is the step after the mean context. */
export function createAicPerfModel(model: AicModel): PerfModel {
  return {
    timing: 'aic',
    prefillMs: (batchSize, newTokens, prefix) => model.prefillMs(batchSize, newTokens, prefix),
    decodeMs: (batchSize, _activeKvTokens, context) => model.decodeMs(batchSize, context, 2),
    outsideShare: () => model.outsideShare(),
  }
}
