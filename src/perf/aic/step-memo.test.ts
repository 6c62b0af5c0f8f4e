import fc from 'fast-check'
import {expect, test} from 'vitest'
import {StepMemo} from './step-memo.ts'

const questions = fc.array(
  fc.record({
    // Few of each, so that questions come again; far lengths, so that they share cells.
    batch: fc.integer({min: 1, max: 4}),
    length: fc.oneof(
      fc.integer({min: 1, max: 5}),
      fc.integer({min: 0, max: 4}).map(n => n * (1 << 18) + 1),
    ),
  }),
  {maxLength: 80},
)

const msOf = (batch: number, length: number) => batch + length / 7
const leaves = (batch: number, length: number) => (batch + length) % 3 === 0

test('gives the answer to that very question, or none', () => {
  fc.assert(
    fc.property(questions, asked => {
      const memo = new StepMemo()
      for (const {batch, length} of asked) {
        const known = memo.msOf(batch, length)
        if (Number.isNaN(known)) {
          memo.keep(msOf(batch, length), leaves(batch, length))
          expect(memo.msOf(batch, length)).toBe(msOf(batch, length))
        } else expect(known).toBe(msOf(batch, length))
        expect(memo.isOutside).toBe(leaves(batch, length))
      }
    }),
  )
})
