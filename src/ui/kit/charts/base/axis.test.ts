import {describe, expect, test} from 'vitest'
import {tickLabels} from './axis.ts'

describe('labels of ticks', () => {
  test('are told apart, however close their ticks', () => {
    expect(tickLabels([0, 0.005, 0.01, 0.015, 0.02], 'hours')).toEqual([
      '0',
      '0.005',
      '0.01',
      '0.015',
      '0.02',
    ])
    expect(tickLabels([0.999, 0.9992, 0.9994], 'share')).toEqual(['99.9 %', '99.92 %', '99.94 %'])
  })

  test('are as short as ever where that tells them apart', () => {
    expect(tickLabels([0, 50_000, 100_000], 'tokens')).toEqual(['0', '50k', '100k'])
    expect(tickLabels([0.9, 0.95, 1], 'share')).toEqual(['90 %', '95 %', '100 %'])
  })
})
