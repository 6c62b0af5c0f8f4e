import {expect, test} from 'vitest'
import {computeErrorKind} from './error-kind.ts'

/** A factor on all, and beside it a share by which every other request is faster or slower. */
function kindOf(factor: number, share: number) {
  const simulatedMs = Float64Array.from({length: 60}, (_, i) => 100 + ((i * 37) % 60) * 15)
  const measuredMs = simulatedMs.map((ms, i) => ms * factor * (i % 2 === 0 ? 1 + share : 1 - share))
  return computeErrorKind({measuredMs, simulatedMs})
}

test('a factor is named through a little noise, and much noise is said to lie around it', () => {
  expect(kindOf(1.3, 0.03).kind).toBe('factor')
  const noisy = kindOf(1.3, 0.3)
  expect(noisy.kind).toBe('scatter')
  // Requests are slower by 1.3 on the whole: that there is no factor would be untrue.
  expect(noisy.text).toMatch(
    /^single requests differ both ways from any offset or factor \(measured ÷ simulated is/,
  )
})
