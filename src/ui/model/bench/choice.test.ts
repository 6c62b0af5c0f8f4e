import fc from 'fast-check'
import {expect, test} from 'vitest'
import {BENCH_KINDS} from '../../../bench/bench-choice.ts'
import {choicePairs, PAGE_CHOICE, readChoice} from './choice.ts'

const choices = fc.record({
  kinds: fc.subarray([...BENCH_KINDS], {minLength: 1}),
  phases: fc.integer({min: 1, max: 32}),
  most: fc.option(fc.integer({min: 1, max: 1024})),
  maxRuns: fc.integer({min: 1, max: 10_000}),
  variants: fc.constantFrom({}, {dynamo: [{ttft: 900}, {min_endpoint: 3}], hpa: [{running: 12}]}),
  pricePerGpuHour: fc.option(fc.double({min: 0, max: 100, noNaN: true}).map(Math.abs)),
})

test('a link says a choice, and the usual one says nothing', () => {
  fc.assert(
    fc.property(choices, choice => {
      expect(readChoice(choicePairs(choice))).toEqual({choice, ignored: []})
    }),
  )
  expect(choicePairs(PAGE_CHOICE)).toEqual([])
})

test.each([
  ['bench', 'hpa,nobody'],
  ['bench-phases', '0'],
  ['bench-phases', '2.5'],
  ['bench-price', 'x'],
  ['bench-price', ''],
  ['bench-settings', '{"nobody": []}'],
  ['bench-settings', '{'],
])('%s=%s is left out and told', (key, value) => {
  expect(readChoice([[key, value]])).toEqual({choice: PAGE_CHOICE, ignored: [`${key}=${value}`]})
})
