import {describe, expect, test} from 'vitest'
import {compareValues} from '../../../report/comparison/compare.ts'
import type {RequestDifferences} from '../../../report/comparison/request-differences.ts'
import {formatDifference, formatMetric} from '../figures/metric-words.ts'
import {causeOf, differenceScale, differenceSentence, signedMs} from './difference-points.ts'
import {markOf} from './marks.ts'

const ms = {unit: 'ms', group: 'felt', better: 'lower'} as const
const share = {unit: 'share', group: 'felt', better: 'higher'} as const

describe('formatDifference', () => {
  test.each([
    [ms, [1000, 1250], '+250 ms, +25.0 %'],
    [ms, [1000, 750], '−250 ms, −25.0 %'],
    [ms, [0, 4.5], '+4.5 ms'],
    [ms, [7, 7], 'the same'],
    [ms, [7000, 7001], 'the same'],
    [share, [0.8, 0.772], '−2.8 points'],
    [{unit: 'count', group: 'work', better: null} as const, [2, 1], '−1'],
    [{unit: 'money', group: 'cost', better: 'lower'} as const, [10, 15], '+5.00, +50.0 %'],
  ])('%j of %j reads %s', (metric, values, text) => {
    expect(formatDifference(compareValues(metric, values)[1]!, metric)).toBe(text)
  })

  test('says nothing of the first run, nor of a figure that is not there', () => {
    const cells = compareValues(ms, [5, null])
    expect(cells.map(cell => formatDifference(cell, ms))).toEqual(['', ''])
  })
})

test('formatMetric keeps small figures apart and prints AIPerf figures as their table does', () => {
  expect(formatMetric(0.0879, {unit: 'hours', group: 'cost'})).toBe('0.0879 h')
  expect(formatMetric(2.056, {unit: 'hours', group: 'cost'})).toBe('2.06 h')
  expect(formatMetric(1234.5, {unit: 'ms', group: 'aiperf'})).toBe('1,234.50')
  expect(formatMetric(null, ms)).toBe('–')
})

test('six runs are told apart by letter, and by colour and dash together', () => {
  const marks = Array.from({length: 6}, (_, i) => markOf(i))
  expect(marks.map(({letter}) => letter).join('')).toBe('ABCDEF')
  expect(new Set(marks.map(({slot, dash}) => `${slot} ${dash}`)).size).toBe(6)
})

describe('differenceSentence', () => {
  const base = {
    compared: 10,
    slower: 4,
    faster: 5,
    equal: 1,
    meanMs: -12,
    slowerMedianMs: 20,
    fasterMedianMs: 30,
    slowerMaxMs: 400,
    queueShare: 0.75,
  }
  const named = {first: 'A', second: 'B', latency: 'e2e'} as const

  test('tells who got slower, by how much, and where', () => {
    expect(differenceSentence(base, named)).toBe(
      'Of 10 requests that both completed, 4 (40.0 %) took longer in B than in A, by 20 ms at the median and 400 ms ' +
        'at most; 75.0 % of the time they lost was spent queueing, the rest in compute. 5 (50.0 %) got faster, by ' +
        '30 ms at the median; 1 took the same time. Mean difference −12 ms.',
    )
  })

  test('leaves out what there was none of', () => {
    const none = {...base, slower: 0, faster: 0, equal: 10, meanMs: 0, queueShare: null}
    expect(differenceSentence(none, named)).toBe(
      'Of 10 requests that both completed, 0 (0.0 %) took longer in B than in A. 0 (0.0 %) got faster; ' +
        '10 took the same time. Mean difference +0 ms.',
    )
    expect(differenceSentence({...none, compared: 0}, named)).toBe(
      'No request was completed by both A and B.',
    )
  })
})

describe('the scatter of differences', () => {
  test('puts zero in the middle and keeps order and sign', () => {
    const y = differenceScale(Float64Array.of(-40_000, 3, 90), [200, 0])
    expect(y(0)).toBeCloseTo(100)
    expect(y(-40_000)).toBeGreaterThan(y(-100))
    expect(y(40_000)).toBeGreaterThanOrEqual(0)
    expect(y.ticks).toEqual([...y.ticks].sort((a, b) => a - b))
    expect(y.ticks).toContain(0)
    expect(y.ticks.map(tick => 0 - tick).sort((a, b) => a - b)).toEqual(y.ticks)
  })

  test('draws without any request', () => {
    expect(differenceScale(new Float64Array(), [200, 0]).ticks).toContain(0)
  })

  test('names the larger part as the cause', () => {
    const differences = {
      queueMs: Float64Array.of(30, -5),
      computeMs: Float64Array.of(-10, 6),
    } as unknown as RequestDifferences
    expect([causeOf(differences, 0), causeOf(differences, 1)]).toEqual([0, 1])
  })

  test('signs every difference', () => {
    expect([signedMs(12), signedMs(-12)]).toEqual(['+12 ms', '−12 ms'])
  })
})
