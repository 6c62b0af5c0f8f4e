import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {parseJson} from '../../config/command-line/flags.ts'
import {parseTimingModel} from '../../config/engine/release-1.6/timing-model.ts'
import type {PredictionModels} from '../../config/prediction/worker-section.ts'
import type {WorkerType} from '../../config/scenario.ts'
import {ok} from '../../core/result.ts'
import {resolveAicRequest} from '../../perf/aic/request/request.ts'
import {computeTransferBytesPerToken} from '../../perf/kv-capacity.ts'
import {CATALOGUE_MODELS} from '../../perf/models/catalogue.ts'
import {contextLengthOf, contextLengthOfConfig} from '../../perf/models/context-lengths.ts'
import {loadLocalModel} from '../local-model.ts'

/** What a prediction asks of the model it names: one of the catalogue, or a checkpoint's folder. */
export const predictionModels: PredictionModels = {
  contextLength: model => {
    const local = readConfig(model)
    return local === null ? contextLengthOf(model) : contextLengthOfConfig(local)
  },
  kvBytesPerToken(identity) {
    const args = parseTimingModel(
      {type: 'external', provider: 'ais', config: identity},
      identity.worker_type as WorkerType,
    )
    if (!args.ok) return args
    const local = loadLocalModel(args.value.aic_model_path ?? '')
    if (local !== null && !local.ok) return local
    const models = local === null ? CATALOGUE_MODELS : [local.value]
    const request = resolveAicRequest(args.value, models, '1.6.1')
    return request.ok ? ok(computeTransferBytesPerToken(request.value)) : request
  },
}

/** The config.json of a local model; null if the name is no such place. */
function readConfig(model: string): unknown {
  const local = loadLocalModel(model)
  if (local === null) return null
  try {
    const text = readFileSync(model.endsWith('.json') ? model : join(model, 'config.json'), 'utf8')
    const json = parseJson(text)
    return json.ok ? json.value : null
  } catch {
    return null
  }
}
