import fc from 'fast-check'
import {expect, test} from 'vitest'
import {findPreset} from '../config/presets.ts'
import {formBelief, type Observation} from './belief.ts'
import {searchObjective} from './candidates.ts'

/** Shares as a file may have them, not only as a run gives them. */
const share = fc.double({min: -1, max: 3, noNaN: true})
const observation: fc.Arbitrary<Observation> = fc.record({
  at: fc.tuple(fc.double({min: 0, max: 1, noNaN: true}), fc.constantFrom(0, 1)),
  shares: fc.array(share, {minLength: 1, maxLength: 5}),
  cost: fc.double({min: 0, max: 1e6, noNaN: true}),
})

test('whatever runs say and is asked, what is thought of the rest is a number', () => {
  fc.assert(
    fc.property(
      fc.array(observation, {minLength: 1, maxLength: 8}),
      fc.array(observation, {maxLength: 6}),
      share,
      (whole, windows, needed) => {
        const choices = [false, true]
        const belief = formBelief({choices, share: needed, whole, windows, today: [0.5, 2], phases: 5})
        const {at, cost} = whole[0]!
        const expected = belief.expected([0.5, 1])
        const numbers = [
          belief.worth(at, cost),
          belief.worthOfMore(whole[0]!, cost),
          belief.chanceOf(whole[0]!),
          belief.worthForShare(at, {mostCost: cost, share: needed}),
          ...[expected.share, expected.cost, belief.assuming(at).worth([0.5, 0], cost)],
        ]
        expect(numbers.filter(one => !Number.isFinite(one))).toEqual([])
        expect(expected.share).toBeGreaterThanOrEqual(0)
        expect(expected.share).toBeLessThanOrEqual(1)
      },
    ),
    {numRuns: 60},
  )
})

test.each([1.2, 0, -1, Number.NaN])('a share of %d is refused in a sentence, however it came', given => {
  const objective = {ttftMs: 1500, itlMs: 50, share: given}
  const {scenario} = findPreset('as-published')!
  for (const asked of [searchObjective(scenario, objective), searchObjective({...scenario, objective}, null)])
    expect(asked.ok ? '' : asked.error.message).toBe(
      `objective: share must be above 0 and at most 1, got ${given}`,
    )
})
