import {describe, expect, test} from 'vitest'
import {normalQuantile, quantileOf, sampleDistribution} from './distribution.ts'
import type {Distribution} from './distribution-kinds.ts'
import {RandomStream} from './random.ts'

describe('a distribution', () => {
  test.each([
    [0.5, 0],
    [0.95, 1.6448536269514722],
    [0.975, 1.959963984540054],
    [0.001, -3.090232306167813],
    [1e-9, -5.997807015007686],
    [1e-14, -7.650628092935268],
  ])('has the normal quantile of %d', (share, value) => {
    expect(normalQuantile(share)).toBeCloseTo(value, 11)
  })

  test('lognormal keeps its median and 95th percentile', () => {
    const minutes: Distribution = {kind: 'lognormal', median: 60, p95: 300}
    expect(quantileOf(minutes, 0.5)).toBe(60)
    expect(quantileOf(minutes, 0.95)).toBeCloseTo(300, 9)
    const random = new RandomStream(1, 'samples')
    const samples = Array.from({length: 4000}, () => sampleDistribution(minutes, random)).sort(
      (a, b) => a - b,
    )
    expect(samples[2000]).toBeGreaterThan(57)
    expect(samples[2000]).toBeLessThan(63)
    expect(samples[3800]).toBeGreaterThan(270)
    expect(samples[3800]).toBeLessThan(330)
    expect(Number.isFinite(quantileOf(minutes, 0))).toBe(true)
  })

  test('of quantiles is straight between its points and level beyond them', () => {
    const table: Distribution = {
      kind: 'quantiles',
      points: [
        [0.1, 10],
        [0.5, 20],
        [0.9, 60],
      ],
    }
    expect([0, 0.1, 0.3, 0.5, 0.9, 0.99].map(share => quantileOf(table, share))).toEqual([
      10, 10, 15, 20, 60, 60,
    ])
  })

  test('that is constant takes no random number', () => {
    const [random, untouched] = [new RandomStream(7, 's'), new RandomStream(7, 's')]
    expect(sampleDistribution({kind: 'constant', value: 90}, random)).toBe(90)
    expect(random.next()).toBe(untouched.next())
  })
})
