import {describe, expect, it} from 'vitest'
import {
  formatBytes,
  formatClock,
  formatCompact,
  formatMs,
  formatOffset,
  formatSpan,
  formatValue,
  NONE,
} from './format.ts'

describe('numbers with units', () => {
  it('keeps milliseconds comparable and turns to seconds when they get long', () => {
    expect([5.794, 50, 99.96, 1871.2, 9999.4, 14_876, 123_456].map(formatMs)).toEqual([
      '5.8 ms',
      '50 ms',
      '100.0 ms',
      '1,871 ms',
      '9,999 ms',
      '14.9 s',
      '123 s',
    ])
  })

  it('tells moments of one burst apart', () => {
    expect([0, 34.2, 718_034, 718_046.4].map(formatOffset)).toEqual([
      '+0 ms',
      '+34 ms',
      '+718.034 s',
      '+718.046 s',
    ])
  })

  it('shortens large numbers only', () => {
    expect([0, 0.126, 5, 12.34, 999, 9999, 12_345, 999_960, 4_310_000, 2e9].map(formatCompact)).toEqual([
      '0',
      '0.13',
      '5',
      '12.3',
      '999',
      '9,999',
      '12.3k',
      '1.00M',
      '4.31M',
      '2.00G',
    ])
  })

  it('reads the simulated clock', () => {
    expect([0, 9.96, 59.97, 61, 3600, 3725.5].map(formatClock)).toEqual([
      '0:00',
      '0:10',
      '1:00',
      '1:01',
      '1:00:00',
      '1:02:05.5',
    ])
  })

  it('gives spans in the two largest units', () => {
    expect([0.25, 42, 60, 3537, 3600, 9000].map(formatSpan)).toEqual([
      '0.3 s',
      '42 s',
      '1 min',
      '58 min 57 s',
      '1 h',
      '2 h 30 min',
    ])
  })

  it('shows absence as a dash, never as NaN', () => {
    for (const nothing of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(formatValue(nothing, 'ms')).toBe(NONE)
    }
    expect(formatValue(0.637, 'share')).toBe('63.7 %')
    expect(formatBytes(855_557)).toBe('856 kB')
  })
})
