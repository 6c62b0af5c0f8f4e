import fc from 'fast-check'
import {expect, it} from 'vitest'
import {groupedDigits} from './grouped-digits.ts'

it('writes whole numbers as the language does in English', () => {
  fc.assert(
    fc.property(fc.oneof(fc.nat(10_000), fc.maxSafeNat()), whole => {
      expect(groupedDigits(whole)).toBe(whole.toLocaleString('en-US'))
    }),
  )
})
