import {parseTimingModel} from '../config/engine/release-1.6/timing-model.ts'
import type {PredictionModels} from '../config/prediction/worker-section.ts'
import type {WorkerType} from '../config/scenario.ts'
import {ok, type Result} from '../core/result.ts'
import {resolveAicRequest} from '../perf/aic/request/request.ts'
import {computeTransferBytesPerToken} from '../perf/kv-capacity.ts'
import {CATALOGUE_MODELS} from '../perf/models/catalogue.ts'
import {contextLengthOf, contextLengthOfConfig} from '../perf/models/context-lengths.ts'
import type {ModelConfig} from '../perf/models/model-config.ts'

/** Models that a host knows beyond the catalogue, by the name a prediction gives them; null = none of that name. */
export interface OwnModels {
  /** Its config.json as it lies there. */
  readonly configOf: (model: string) => unknown
  readonly modelOf: (model: string) => Result<ModelConfig> | null
}

/** What a prediction asks of the model it names: one of the host's own, or of the catalogue. */
export function predictionModelsOf({configOf, modelOf}: OwnModels): PredictionModels {
  return {
    contextLength: model => {
      const own = configOf(model)
      return own === null ? contextLengthOf(model) : contextLengthOfConfig(own)
    },
    kvBytesPerToken(identity) {
      const args = parseTimingModel(
        {type: 'external', provider: 'ais', config: identity},
        identity.worker_type as WorkerType,
      )
      if (!args.ok) return args
      const own = modelOf(args.value.aic_model_path ?? '')
      if (own !== null && !own.ok) return own
      const models = own === null ? CATALOGUE_MODELS : [own.value]
      const request = resolveAicRequest(args.value, models, '1.6.1')
      return request.ok ? ok(computeTransferBytesPerToken(request.value)) : request
    },
  }
}
