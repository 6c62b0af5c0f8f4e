import {describe, expect, test} from 'vitest'
import {emptyPasses} from '../instance-cache.ts'
import {allRows} from '../pass-rows.ts'
import {type AggFit, computeAggCapacity, estimateAggItlS, estimateAggTtftS} from './agg-model.ts'
import {computeDecodeCapacity, type DecodeFit, DecodeModel} from './decode-model.ts'
import {fitLine, fitPlane} from './least-squares.ts'
import {MovingAverage} from './moving-average.ts'
import {computePrefillCapacity} from './prefill-model.ts'

/** First tick of the worked example (planner.md 13). */
const FIRST_TICK: AggFit = {
  prefillTokenS: 2.0780454604677393e-5,
  kvTokenS: 4.166391653881035e-8,
  interceptS: 0.006339977513366193,
  avgIsl: 6076.953551912568,
  avgDecodeLength: 12429.83829842032,
  avgPrefillTokens: 1261.84375,
}

function ttftMs(fit: AggFit, queuedPrefillTokens: number, decodeKvTokens: number): number {
  return (
    1000 *
    estimateAggTtftS(fit, {queuedPrefillTokens, maxBatchedTokens: 8192, decodeKvTokens, kvHitRate: null})
  )
}

describe('worked example', () => {
  test('first tick', () => {
    expect(ttftMs(FIRST_TICK, 0, 73460)).toBeCloseTo(135.682, 3)
    expect(ttftMs(FIRST_TICK, 1110, 276529)).toBeCloseTo(167.20942072137095, 8)
    expect(estimateAggItlS(FIRST_TICK, 73460, 0) * 1000).toBeCloseTo(36.14, 2)
    expect(estimateAggItlS(FIRST_TICK, 276529, 0) * 1000).toBeCloseTo(44.600821200454064, 8)
  })

  test('seventh tick: 22 chunks', () => {
    const fit: AggFit = {
      prefillTokenS: 2.083721035519847e-5,
      kvTokenS: 3.7894960119471804e-8,
      interceptS: 0.007381612455904241,
      avgIsl: 5737.132812500001,
      avgDecodeLength: 17654.2975260417,
      avgPrefillTokens: 2813.171875,
    }
    expect(ttftMs(fit, 168517, 191707)).toBeCloseTo(3953.19, 2)
    expect(estimateAggItlS(fit, 191707, 0) * 1000).toBeCloseTo(73.934, 3)
  })
})

describe('estimates', () => {
  test('the hit rate discounts queue and request, up to 95 %', () => {
    const estimate = (kvHitRate: number | null) =>
      estimateAggTtftS(FIRST_TICK, {
        queuedPrefillTokens: 0,
        maxBatchedTokens: 8192,
        decodeKvTokens: 0,
        kvHitRate,
      })
    const slope = FIRST_TICK.prefillTokenS * FIRST_TICK.avgIsl
    expect(estimate(0.5)).toBeCloseTo(FIRST_TICK.interceptS + slope / 2, 12)
    expect(estimate(1)).toBeCloseTo(FIRST_TICK.interceptS + slope * 0.05, 12)
    expect(estimate(Number.NaN)).toBe(estimate(null))
    expect(estimate(-1)).toBe(estimate(0))
  })

  test('capacity falls back to batch size 1 where no target can be met', () => {
    const capacity = computeAggCapacity(FIRST_TICK, {
      isl: 4000,
      osl: 200,
      maxBatchedTokens: 8192,
      ttftSlaMs: 1,
      itlSlaMs: 1,
      maxKvTokens: 1_048_576,
      maxSeqs: 256,
      kvHitRate: null,
    })
    expect(capacity?.batchSize).toBe(1)
    expect(capacity?.ttftMs).toBeGreaterThan(1)
  })

  test('a long prompt is prefilled in chunks', () => {
    const fit = {interceptS: 0.01, prefillTokenS: 1e-5, avgIsl: 0}
    expect(computePrefillCapacity(fit, 20_000, 8192)?.ttftMs).toBeCloseTo(1000 * (3 * 0.01 + 0.2), 9)
    expect(computePrefillCapacity(fit, 8192, 8192)?.ttftMs).toBeCloseTo(1000 * (0.01 + 0.08192), 9)
    expect(computePrefillCapacity(fit, 0, 8192)).toBeNull()
  })

  test('decode capacity is the largest batch within the target', () => {
    const fit: DecodeFit = {
      interceptS: 0.005,
      requestS: 1e-5,
      kvTokenS: 1e-8,
      avgDecodeLength: 0,
      avgNumDecode: 0,
      maxObservedKvTokens: 0,
    }
    const inputs = {itlSlaMs: 10, context: 1000, osl: 100, maxKvTokens: 1e9, maxSeqs: null}
    // 5 ms are left, and each request costs 0.02 ms.
    expect(computeDecodeCapacity(fit, inputs)?.batchSize).toBe(250)
    expect(computeDecodeCapacity(fit, {...inputs, maxSeqs: 64})?.batchSize).toBe(64)
    expect(computeDecodeCapacity(fit, {...inputs, maxKvTokens: 10_500})?.batchSize).toBe(10)
    expect(computeDecodeCapacity(fit, {...inputs, itlSlaMs: 1})).toMatchObject({batchSize: 1})
  })
})

describe('least squares', () => {
  test('recovers a plane', () => {
    const x0 = Float64Array.of(0, 100, 2000, 8192, 50)
    const x1 = Float64Array.of(5e5, 1e4, 3e5, 7e4, 9e5)
    const y = x0.map((value, i) => 0.006 + 2e-5 * value + 4e-8 * x1[i]!)
    const fit = fitPlane(x0, x1, y, 5)
    expect(fit.intercept).toBeCloseTo(0.006, 14)
    expect(fit.slope0).toBeCloseTo(2e-5, 16)
    expect(fit.slope1).toBeCloseTo(4e-8, 18)
  })

  test('of two proportional features the larger carries the weight', () => {
    const x0 = Float64Array.of(1, 2, 3, 4, 5, 6)
    const x1 = x0.map(value => value * 1000)
    const y = x0.map(value => 0.01 + 3e-5 * value)
    const fit = fitPlane(x0, x1, y, 6)
    // The reference's minimum-norm solution: 3.0e-11 and 3.0e-8.
    expect(fit.slope0).toBeCloseTo(3e-11, 15)
    expect(fit.slope1).toBeCloseTo(3e-8, 13)
  })

  test('a feature that never varies has no slope', () => {
    const y = Float64Array.of(1, 2, 3)
    expect(fitLine(Float64Array.of(7, 7, 7), y, 3)).toEqual({intercept: 2, slope0: 0, slope1: 0})
    expect(fitPlane(Float64Array.of(1, 2, 3), Float64Array.of(7, 7, 7), y, 3)).toMatchObject({slope1: 0})
  })

  test('decode: a falling cost per request is cut to 0, a falling cost per token refused', () => {
    const model = (wallOf: (requests: number, kv: number) => number) => {
      const decode = new DecodeModel({maxSamples: 64, bucketCount: 16, minObservations: 5})
      const passes = {...emptyPasses(1), count: 1}
      for (const [requests, kv] of [
        [1, 9000],
        [5, 2000],
        [9, 30000],
        [14, 8000],
        [20, 50000],
        [3, 44000],
      ] as const) {
        passes.numDecodeRequests[0] = requests
        passes.sumDecodeKvTokens[0] = kv
        passes.wallTimeS[0] = wallOf(requests, kv)
        decode.addObservations(allRows(passes))
      }
      return decode.fit()
    }
    expect(model((requests, kv) => 0.05 - 1e-3 * requests + 1e-6 * kv)).toMatchObject({requestS: 0})
    expect(model((requests, kv) => 0.05 + 1e-3 * requests - 1e-6 * kv)).toBeNull()
  })
})

describe('moving average', () => {
  test('skips zeros before the first value only', () => {
    const average = new MovingAverage(4)
    for (const value of [0, 0]) average.add(value)
    expect(average.value).toBe(0)
    for (const value of [6, 0, 0]) average.add(value)
    expect(average.value).toBe(2)
  })

  test('keeps the rounding of a running sum', () => {
    const average = new MovingAverage(2)
    let sum = 0
    const seen: number[] = []
    for (const value of [0.1, 0.2, 0.3, 1e16, 0.7, 0.9]) {
      if (seen.length === 2) sum -= seen.shift()!
      seen.push(value)
      sum += value
      average.add(value)
    }
    expect(average.value).toBe(sum / 2)
    expect(average.value).not.toBe(0.8)
  })
})
