import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {nanosFromSeconds, scaledDurationMs, secondsFromNanos} from './duration.ts'

/** The same rounding in exact rational arithmetic: the double as mantissa x 2^exponent. */
function exactNanos(seconds: number): bigint {
  let exponent = 0n
  let mantissa = seconds
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2
    exponent++
  }
  const scaled = BigInt(mantissa) * 1_000_000_000n
  const divisor = 1n << exponent
  const quotient = scaled / divisor
  const twice = (scaled % divisor) * 2n
  const isUp = twice > divisor || (twice === divisor && quotient % 2n === 1n)
  return isUp ? quotient + 1n : quotient
}

describe('nanosFromSeconds', () => {
  it('rounds the exact value half to even', () => {
    fc.assert(
      fc.property(
        fc.double({min: 1e-7, max: 1e4, noNaN: true}),
        x => BigInt(nanosFromSeconds(x)) === exactNanos(x),
      ),
      {numRuns: 20_000},
    )
  })

  it('decides ties and near ties exactly', () => {
    for (const nanos of [0.5, 1.5, 2.5, 1001.5, 123456.5]) {
      for (const x of [nanos * 1e-9, nextUp(nanos * 1e-9)])
        expect(BigInt(nanosFromSeconds(x))).toBe(exactNanos(x))
    }
  })
})

describe('scaledDurationMs', () => {
  it('gives the figures of the worked example 6', () => {
    expect(scaledDurationMs(18.0239739989, 3)).toBeCloseTo(6.007991, 12)
    expect(scaledDurationMs(5.84791704, 6)).toBeCloseTo(0.974653, 12)
  })
  it('has nothing to round a second time at ratio 1', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 1, max: 2 ** 45}),
        nanos => nanosFromSeconds(secondsFromNanos(nanos)) === nanos,
      ),
      {numRuns: 20_000},
    )
  })
  it('does not scale at ratio 0', () => expect(scaledDurationMs(2, 0)).toBe(2))
})

function nextUp(x: number): number {
  return x * (1 + 2 ** -52)
}
