import type {ScenarioOfPrediction} from '../config/prediction/scenario-from-prediction.ts'
import {FIRST_RELEASE} from '../config/release.ts'
import {fail, ok, type Result, RunError} from '../core/result.ts'
import type {AicModel} from '../perf/aic/aic-model.ts'
import {resolveAicRequest} from '../perf/aic/request/request.ts'
import {computeKvCapacity, DEFAULT_MEMORY_FRACTION, memoryFractionKind} from '../perf/kv-capacity.ts'
import {CATALOGUE_MODELS, findModel} from '../perf/models/catalogue.ts'
import type {ModelConfig} from '../perf/models/model-config.ts'
import {parseModelTexts} from '../perf/models/parse-model-texts.ts'
import {predictionModelsOf} from '../run/prediction-models.ts'
import {computeCurves} from './gpu-curves.ts'
import type {
  EngineFacts,
  GpuApi,
  GpuEngine,
  KvEstimate,
  KvRequest,
  ModelFiles,
  PassBreakdown,
  PassPoint,
} from './gpu-protocol.ts'
import type {TimingFiles} from './timing-files.ts'

/** Answers about GPUs and models from the same tables, and the same loaded models, as the runs. */
export function createGpuApi(timing: TimingFiles): Omit<GpuApi, 'gpuOffer'> {
  return {
    checkEngine: engine =>
      ask(timing, engine, model => {
        model.prefillMs(1, 128, 0)
        model.decodeMs(1, 128, 2)
        return factsOf(model)
      }),

    gpuCurves: engine => ask(timing, engine, model => ({...factsOf(model), ...computeCurves(model)})),

    passBreakdown: (engine, point) => ask(timing, engine, model => breakDown(model, point)),

    kvCapacity: async request => estimateKv(request),

    readModel: async files => readModel(files),

    readPrediction: (document, models) => readPrediction(document, models),
  }
}

/** Read only here: few scenarios come this way. */
async function readPrediction(
  document: unknown,
  models: readonly ModelConfig[],
): Promise<Result<ScenarioOfPrediction>> {
  const {scenarioFromPrediction} = await import('../config/prediction/scenario-from-prediction.ts')
  const modelOf = (id: string) => {
    const own = findModel(models, id)
    return own === null ? null : ok(own)
  }
  return scenarioFromPrediction(document, {
    models: predictionModelsOf({configOf: () => null, modelOf}),
    traceOf: path => ({kind: 'file', name: path.split('/').at(-1) ?? path, sha256: ''}),
  })
}

async function ask<T>(
  timing: TimingFiles,
  {args, models, release = FIRST_RELEASE}: GpuEngine,
  question: (model: AicModel) => T,
): Promise<Result<T>> {
  timing.useModels(models)
  const model = await timing.loader.loadModel(args, release)
  if (!model.ok) return model
  try {
    return ok(question(model.value))
  } catch (error) {
    // A table nobody measured is an answer, too.
    if (error instanceof RunError) return fail(error.message)
    throw error
  }
}

function factsOf({request: {system, backend, version, notices}}: AicModel): EngineFacts {
  return {system, backend, version, notices}
}

function breakDown(model: AicModel, point: PassPoint): PassBreakdown {
  const {batch} = point
  if (point.kind === 'prefill') {
    const ms = model.prefillMs(batch, point.tokens, point.prefix)
    const isOutside = model.wasOutside
    return {
      ...factsOf(model),
      ms,
      isOutside,
      operators: model.prefillBreakdown(batch, point.tokens, point.prefix),
    }
  }
  const ms = model.decodeMs(batch, point.context, 2)
  const isOutside = model.wasOutside
  return {...factsOf(model), ms, isOutside, operators: model.decodeBreakdown(batch, point.context)}
}

function estimateKv(wanted: KvRequest): Result<KvEstimate> {
  const {args, models, blockSize, maxNumTokens, release = FIRST_RELEASE} = wanted
  const request = resolveAicRequest(args, [...models, ...CATALOGUE_MODELS], release)
  if (!request.ok) return request
  const {system, backend, version, notices} = request.value
  const memoryFraction = wanted.memoryFraction ?? DEFAULT_MEMORY_FRACTION[release][backend]
  const kind = memoryFractionKind(backend)
  const inputs = {
    maxNumTokens,
    memoryFraction,
    memoryFractionKind: kind,
    blockSize,
    cudaGraphBytes: 0,
    tolerance: null,
  }
  const capacity = computeKvCapacity(request.value, inputs)
  if (!capacity.ok) return capacity
  const facts = {system, backend, version, notices}
  return ok({...capacity.value, facts, memoryFraction, memoryFractionKind: kind})
}

function readModel({id, config, quant}: ModelFiles): Result<ModelConfig> {
  const name = id.trim()
  if (name === '') return fail('Give the model a name, e.g. its Hugging Face id.', 'id')
  if (findModel(CATALOGUE_MODELS, name) !== null)
    return fail(`${name} is in the catalogue already: choose it there, or give yours another name.`, 'id')
  return parseModelTexts({id: name, config, quant})
}
