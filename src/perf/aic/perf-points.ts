import type {Release} from '../../config/release.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {findModelLike} from '../models/catalogue.ts'
import {asRecord, type JsonRecord} from '../models/json.ts'
import type {ModelConfig} from '../models/model-config.ts'
import type {AicModel} from './aic-model.ts'
import {loadAicModel} from './load-aic-model.ts'
import type {FetchPerfFile} from './load-manifest.ts'
import type {AicRequest} from './request/aic-request.ts'
import {parallelismViolation} from './request/parallelism.ts'
import {aicRequestKey, checkNames, unknownModel} from './request/request.ts'
import {AicDataError} from './tables/errors.ts'

/**
 * Answers a list of prediction points, the `perf` subcommand's whole work: an object with the engine on top and
 * `points` below it, or a bare array whose points name their engine themselves. The same structure comes back
 * with `latency_ms` in every point; null and a short `error` name where there is no measurement to go by.
 */
export async function answerPerfPoints(input: unknown, sources: PointSources): Promise<Result<unknown>> {
  const shared = asRecord(input)
  const points: unknown = shared === null ? input : shared.points
  if (!Array.isArray(points)) return fail('expected an array of points, or an object with a "points" array')
  const desk = new PredictionDesk(sources)
  const answered: JsonRecord[] = []
  for (const [i, item] of points.entries()) {
    const point = asRecord(item)
    if (point === null) return fail(`points[${i}] is not an object`)
    const answer = await desk.answer({...shared, ...point}, point)
    if (!answer.ok) return fail(`points[${i}]: ${answer.error.message}`, answer.error.field)
    answered.push(answer.value)
  }
  return ok(shared === null ? answered : {...shared, points: answered})
}

/** Who is asked, and what there is to answer from. */
export interface PointSources {
  readonly release: Release
  readonly models: readonly ModelConfig[]
  /** The model at a place of the host's file system; null where a name is no such place. */
  readonly localModel: (path: string) => Result<ModelConfig> | null
  readonly fetchFile: FetchPerfFile
}

/** Keeps one loaded model per engine that the points name. */
class PredictionDesk {
  private readonly sources: PointSources
  private readonly loaded = new Map<string, Result<AicModel>>()

  constructor(sources: PointSources) {
    this.sources = sources
  }

  /** @param fields the point's own fields over the shared ones; @param point what to give back */
  async answer(fields: JsonRecord, point: JsonRecord): Promise<Result<JsonRecord>> {
    const {latency_ms: _, error: __, ...given} = point
    const request = readRequest(fields, this.sources)
    if (!request.ok) return request
    const query = readQuery(fields)
    if (!query.ok) return query
    const names = checkNames(request.value)
    if (!names.ok) return names
    const violation = parallelismViolation(request.value)
    if (violation !== null) return ok({...given, latency_ms: null, error: violation.name})
    const model = await this.load(request.value)
    if (!model.ok) return model
    return ok({...given, ...predict(model.value, query.value)})
  }

  private async load(request: AicRequest): Promise<Result<AicModel>> {
    const key = aicRequestKey(request)
    const known = this.loaded.get(key) ?? (await loadAicModel(request, this.sources.fetchFile))
    this.loaded.set(key, known)
    return known
  }
}

type Query =
  | {readonly kind: 'prefill'; readonly batch: number; readonly newTokens: number; readonly prefix: number}
  | {readonly kind: 'decode'; readonly batch: number; readonly isl: number; readonly osl: number}

function predict(model: AicModel, query: Query): JsonRecord {
  try {
    const latency =
      query.kind === 'prefill'
        ? model.prefillMs(query.batch, query.newTokens, query.prefix)
        : model.decodeMs(query.batch, query.isl, query.osl)
    return {latency_ms: latency}
  } catch (error) {
    if (error instanceof AicDataError) return {latency_ms: null, error: error.name}
    throw error
  }
}

function readQuery(fields: JsonRecord): Result<Query> {
  const wanted = fields.kind === 'prefill' ? PREFILL_FIELDS : fields.kind === 'decode' ? DECODE_FIELDS : null
  if (wanted === null) return fail('"kind" must be "prefill" or "decode"', 'kind')
  const [batch, second, third] = wanted.map(([name, whenAbsent]) => wholeNumber(fields, name, whenAbsent))
  for (const value of [batch!, second!, third!]) if (!value.ok) return value
  const numbers = [batch!, second!, third!].map(value => (value.ok ? value.value : 0))
  return fields.kind === 'prefill'
    ? ok({kind: 'prefill', batch: numbers[0]!, newTokens: numbers[1]!, prefix: numbers[2]!})
    : ok({kind: 'decode', batch: numbers[0]!, isl: numbers[1]!, osl: numbers[2]!})
}

/** Field name and its value when absent; null = required. */
type Field = readonly [name: string, whenAbsent: number | null]
const PREFILL_FIELDS: readonly Field[] = [
  ['batch_size', null],
  ['effective_isl', null],
  ['prefix', 0],
]
const DECODE_FIELDS: readonly Field[] = [
  ['batch_size', null],
  ['isl', null],
  ['osl', 2],
]

function readRequest(fields: JsonRecord, {models, localModel, release}: PointSources): Result<AicRequest> {
  for (const name of ['system', 'backend', 'model']) {
    if (typeof fields[name] !== 'string') return fail(`"${name}" is missing`, name)
  }
  const id = String(fields.model)
  const local = localModel(id)
  if (local !== null && !local.ok) return local
  const model = local?.value ?? findModelLike(models, id)
  if (model === null) return fail(unknownModel(id, models), 'model')
  const sizes = ['moe_tp_size', 'moe_ep_size', 'attention_dp_size'].map(name => optionalSize(fields, name))
  const tp = wholeNumber(fields, 'tp', 1)
  if (!tp.ok) return tp
  for (const size of sizes) if (!size.ok) return size
  const [moeTp, moeEp, attentionDp] = sizes.map(size => (size.ok ? size.value : null))
  return ok({
    release,
    system: String(fields.system),
    backend: String(fields.backend),
    version: typeof fields.version === 'string' ? fields.version : null,
    model,
    tp: tp.value,
    moeTp: moeTp ?? null,
    moeEp: moeEp ?? null,
    attentionDp: attentionDp ?? null,
  })
}

function optionalSize(fields: JsonRecord, name: string): Result<number | null> {
  return fields[name] === undefined || fields[name] === null ? ok(null) : wholeNumber(fields, name, null)
}

function wholeNumber(fields: JsonRecord, name: string, whenAbsent: number | null): Result<number> {
  const value = fields[name] ?? whenAbsent
  if (value === null) return fail(`"${name}" is missing`, name)
  const whole = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32
  return whole ? ok(value) : fail(`"${name}" must be a whole number from 0 to ${2 ** 32 - 1}`, name)
}
