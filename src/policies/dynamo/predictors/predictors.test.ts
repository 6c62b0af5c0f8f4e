import {describe, expect, test} from 'vitest'
import {searchArima} from './arima/order-search.ts'
import {ArimaPredictor} from './arima.ts'
import {ConstantPredictor} from './constant.ts'
import {KalmanPredictor} from './kalman.ts'
import type {LoadPredictor} from './predictor.ts'
import {ProphetPredictor} from './prophet.ts'

/** Series and predictions of planner.md 7. */
const SERIES = [905, 880, 910, 1020, 990, 1033, 1009, 1040, 977, 1100]

function predictions(predictor: LoadPredictor, series: readonly number[]): number[] {
  return series.map(value => {
    predictor.addDataPoint(value)
    return predictor.predictNext()
  })
}

function kalman(): KalmanPredictor {
  return new KalmanPredictor({levelNoise: 1, trendNoise: 0.1, observationNoise: 10, usesLog1p: false})
}

test('kalman', () => {
  const want = [
    905.0, 867.6926902038787, 937.0281751565988, 1074.6822937287154, 1057.6090675436933, 1080.3585808823473,
    1067.4613934189538, 1077.0600833669619, 1041.9225327323136, 1087.544674518049,
  ]
  for (const [i, got] of predictions(kalman(), SERIES).entries()) {
    expect(Math.abs(got - want[i]!)).toBeLessThanOrEqual(1e-12 * want[i]!)
  }
})

test('kalman steps once per value however often it is asked', () => {
  const asked = kalman()
  const askedTwice = kalman()
  for (const value of SERIES) {
    asked.addDataPoint(value)
    asked.predictNext()
    askedTwice.addDataPoint(value)
    askedTwice.predictNext()
    askedTwice.predictNext()
  }
  expect(askedTwice.predictNext()).toBe(asked.predictNext())
})

test('prophet', () => {
  const want = [1034.007, 1064.339, 1063.189, 1076.921, 1055.243, 1089.493]
  const got = predictions(new ProphetPredictor({windowSize: 50, stepS: 60, usesLog1p: false}), SERIES)
  expect(got.slice(0, 4)).toEqual(SERIES.slice(0, 4))
  for (const [i, value] of want.entries()) {
    expect(Math.abs(got[i + 4]! - value)).toBeLessThanOrEqual(0.0005)
  }
})

describe('arima', () => {
  test('an autoregression, chosen at the fifth value and then kept', () => {
    const series = [
      12181.25974025974, 15069.04054054054, 13514.225352112677, 14643.539325842698, 13584.32584269663,
      14152.717391304348, 12001.777777777777, 13798.9375,
    ]
    expect(searchArima(series.slice(0, 5)).order).toEqual({p: 1, d: 0, q: 0, hasConstant: true})
    const got = predictions(new ArimaPredictor({usesLog1p: false}), series)
    for (const [i, value] of [14395.87933, 13827.7736, 15358.365, 13640.2907].entries()) {
      expect(Math.abs(got[i + 4]! - value)).toBeLessThanOrEqual(0.01 * value)
    }
  })

  test('a moving average', () => {
    const series = [13832.386, 13264.069, 14364.803, 14931.217, 13877.501, 11991.709, 13247.412, 13583.052]
    const got = predictions(new ArimaPredictor({usesLog1p: false}), series)
    for (const [i, value] of [14042.875, 13677.364, 13615.689, 13611.631].entries()) {
      expect(Math.abs(got[i + 4]! - value)).toBeLessThanOrEqual(0.01 * value)
    }
  })

  test('equal values are expected again', () => {
    expect(predictions(new ArimaPredictor({usesLog1p: false}), [7, 7, 7, 7, 7, 7]).at(-1)).toBe(7)
  })

  test('long and odd series neither throw nor grow slow', () => {
    const predictor = new ArimaPredictor({usesLog1p: false})
    for (const value of [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 5, 0, 1e9, 0, 3, 1e-9, 0, 0, 2]) {
      predictor.addDataPoint(value)
      expect(predictor.predictNext()).toBeGreaterThanOrEqual(0)
    }
  })
})

test.each([
  ['constant', () => new ConstantPredictor()],
  ['kalman', kalman],
  ['arima', () => new ArimaPredictor({usesLog1p: false})],
  ['prophet', () => new ProphetPredictor({windowSize: 50, stepS: 60, usesLog1p: false})],
] as const)('%s drops the zeros before traffic, not later ones', (_, create) => {
  const predictor = create()
  for (const value of [0, 0, Number.NaN]) predictor.addDataPoint(value)
  expect(predictor.predictNext()).toBe(0)
  predictor.addDataPoint(8)
  expect(predictor.predictNext()).toBe(8)
  predictor.addDataPoint(0)
  expect(predictor.predictNext()).not.toBe(8)
})
