import {describe, expect, test} from 'vitest'
import {findCliff} from './cliff.ts'
import {PUBLISHED_POINTS} from './published.ts'

function cliffOf(ttftMsP90: readonly number[], slaMs = 100) {
  return findCliff(
    ttftMsP90.map((value, i) => ({x: i * 10, ttftMsP90: value})),
    slaMs,
  )
}

describe('the cliff', () => {
  test('is where p90 goes over three times the larger of SLA and first value, and stays', () => {
    expect(cliffOf([50, 90, 301, 500, 400, 600])).toMatchObject({at: 20, lastGoodX: 10, thresholdMs: 300})
    expect(cliffOf([150, 440, 451, 500, 600])).toMatchObject({
      at: 20,
      thresholdMs: 450,
      missedFromStart: true,
    })
  })

  test('is not reached by exactly three times', () => {
    expect(cliffOf([50, 300, 300, 300, 300])?.at).toBeNull()
  })

  test('is no single ragged point, but two of the next three confirm it', () => {
    expect(cliffOf([50, 900, 60, 60, 60, 60])?.at).toBeNull()
    expect(cliffOf([50, 900, 60, 900, 60, 60])?.at).toBeNull()
    expect(cliffOf([50, 900, 60, 900, 900, 900])?.at).toBe(10)
    expect(cliffOf([50, 60, 60, 900, 900])?.at).toBeNull()
  })

  test('says when the SLA is missed from the start', () => {
    expect(cliffOf([101, 90, 90])?.missedFromStart).toBe(true)
    expect(cliffOf([100, 90, 90])?.missedFromStart).toBe(false)
    expect(cliffOf([])).toBeNull()
  })

  test('of the published picture is at 120 s', () => {
    const points = PUBLISHED_POINTS.map(({startupS, ttftMsP90}) => ({x: startupS, ttftMsP90}))
    expect(findCliff(points, 1500)).toEqual({
      at: 120,
      lastGoodX: 110,
      firstMs: 1875,
      baseMs: 1875,
      thresholdMs: 5625,
      missedFromStart: true,
    })
  })
})

test('the published points are 0 to 300 s in steps of 10 s', () => {
  expect(PUBLISHED_POINTS.map(point => point.startupS)).toEqual(Array.from({length: 31}, (_, i) => i * 10))
  expect(PUBLISHED_POINTS[0]).toEqual({
    startupS: 0,
    ttftMsMean: 853,
    ttftMsP90: 1875,
    itlMsMean: 25.6,
    itlMsP90: 28.5,
    gpuHours: 2.05,
    scaleUps: 42,
    scaleDowns: 42,
  })
})
