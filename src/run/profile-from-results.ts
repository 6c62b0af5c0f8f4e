import {roundHalfEven} from '../core/python/python-number.ts'
import {fail, ok, type Result} from '../core/result.ts'
import type {ProfileTable} from '../perf/profile.ts'
import {loadBenchmark} from '../policies/dynamo/load-models.ts'
import {DecodeModel, decodePassS} from '../policies/dynamo/regression/decode-model.ts'
import {PrefillModel, prefillPassS} from '../policies/dynamo/regression/prefill-model.ts'

/** What Dynamo's profiler measured (`prefill_raw_data` and `decode_raw_data`), point by point. */
export interface ProfilerResults {
  /** Prompt tokens and the milliseconds of their prefill. */
  readonly prefillIsl: ArrayLike<number>
  readonly prefillTtftMs: ArrayLike<number>
  /** Share of the KV pool in use, mean context in tokens, milliseconds of a decode pass. */
  readonly kvUsage: ArrayLike<number>
  readonly contextLength: ArrayLike<number>
  readonly itlMs: ArrayLike<number>
  /** Tokens the KV pool holds. */
  readonly maxKvTokens: number
}

/** Points along each axis of the table the reference makes. */
const RESOLUTION = 100

/**
 * The profile a run looks pass times up in, made from the profiler's points as the reference makes it: the planner's
 * regressions are fitted to all of them and read off on a regular grid (`dynamo.mocker` of 1.2.1, found by running it).
 *
 * @returns error: no points, or points that say that more load takes less time
 */
export function profileFromResults(results: ProfilerResults): Result<ProfileTable> {
  const prefill = Array.from(results.prefillIsl, (isl, i) => ({
    tokens: Math.trunc(isl),
    wallS: results.prefillTtftMs[i]! / 1000,
  }))
  const decode = Array.from(results.kvUsage, (usage, i) => decodePoint(results, usage, i))
  if (prefill.length === 0) return fail('no prefill point in it')
  if (decode.length === 0) return fail('no decode point in it')
  const models = {
    kind: 'disagg',
    prefill: modelOf(PrefillModel, prefill.length),
    decode: modelOf(DecodeModel, decode.length),
  } as const
  loadBenchmark(models, {prefill, decode})
  const prefillFit = models.prefill.fit()
  const decodeFit = models.decode.fit()
  if (prefillFit === null) return fail('its prefill times fall with the length of the prompt')
  if (decodeFit === null) return fail('its decode times fall with the KV tokens in use')
  const tokens = prefill.map(point => point.tokens)
  const prefillTokens = evenly(Math.min(...tokens), Math.max(...tokens))
  const decodeKvTokens = evenly(0, Math.max(...decode.map(({kvTokens}) => kvTokens)))
  const decodeContext = evenly(1, Math.max(...decode.map(({kvTokens, requests}) => kvTokens / requests)))
  const itl = (kvTokens: number, context: number) =>
    decodePassS(decodeFit, Math.max(1, kvTokens / context), kvTokens) * 1000
  return ok({
    prefillTokens,
    prefillTtftMs: prefillTokens.map(isl => prefillPassS(prefillFit, isl) * 1000),
    decodeKvTokens,
    decodeContext,
    decodeItlMs: Float64Array.from(
      [...decodeKvTokens].flatMap(kvTokens => [...decodeContext].map(context => itl(kvTokens, context))),
    ),
  })
}

interface DecodePoint {
  readonly requests: number
  readonly kvTokens: number
  readonly wallS: number
}

function decodePoint(
  {contextLength, itlMs, maxKvTokens}: ProfilerResults,
  usage: number,
  i: number,
): DecodePoint {
  const kvTokens = roundHalfEven(usage * maxKvTokens)
  const context = contextLength[i]!
  const requests = context > 0 ? Math.max(1, roundHalfEven(kvTokens / context)) : 1
  return {requests, kvTokens, wallS: itlMs[i]! / 1000}
}

/** Holds all points, and fits even a single one. */
function modelOf<Model>(
  Regression: new (options: {maxSamples: number; bucketCount: number; minObservations: number}) => Model,
  points: number,
): Model {
  return new Regression({maxSamples: points + 10, bucketCount: 16, minObservations: 1})
}

/** Both ends and equal steps between them. */
function evenly(from: number, to: number): Float64Array {
  const step = (to - from) / (RESOLUTION - 1)
  return Float64Array.from({length: RESOLUTION}, (_, i) => (i === RESOLUTION - 1 ? to : from + i * step))
}
