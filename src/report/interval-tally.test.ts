import {expect, test} from 'vitest'
import {SketchedValues} from '../core/sketch/sketched-values.ts'
import {IntervalTally} from './interval-tally.ts'
import {recordOf} from './report-fixture.ts'

const {requests} = recordOf(
  Array.from({length: 400}, (_, i) => {
    const arrivalMs = i * 37
    const firstMs = arrivalMs + 20 + ((i * 53) % 900)
    return {arrivalMs, tokensMs: [firstMs, firstMs + 15 + (i % 7), firstMs + 40 + (i % 11)]}
  }),
)

function tallyOf(intervalMs: number, most: number) {
  const tally = new IntervalTally({intervalMs, most}, () => new SketchedValues())
  for (let r = 0; r < requests.count; r++) {
    tally.arrived(requests.arrivalMs[r]!)
    tally.completed(requests, r)
  }
  return tally.columns()
}

test('intervals that were joined in pairs say what intervals of that width say', () => {
  const joined = tallyOf(125, 16)
  const wide = tallyOf(joined.intervalMs, 1000)
  expect(joined.intervalMs).toBe(1000)
  const {ttftMsMean, ttftMsP90, itlMsMean, ...exact} = joined
  expect(exact).toEqual({...wide, ttftMsMean: undefined, ttftMsP90: undefined, itlMsMean: undefined})
  expect(ttftMsP90).toEqual(wide.ttftMsP90)
  for (const [column, told] of [
    [ttftMsMean, wide.ttftMsMean],
    [itlMsMean, wide.itlMsMean],
  ] as const)
    for (const [i, value] of column.entries()) expect(value).toBeCloseTo(told[i]!, 9)
})
