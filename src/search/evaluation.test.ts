import {expect, test} from 'vitest'
import {findPreset} from '../config/presets.ts'
import {phaseShiftOf, scalingBy} from '../config/scenario.ts'
import {wholeRuns} from './evaluation.ts'

const {scenario} = findPreset('as-published')!

test('a setting runs once for each phase, and with seeds each phase replays a draw of its own', () => {
  const phases = wholeRuns({id: 'one', scenario}, {phases: 5})
  expect(phases.map(run => phaseShiftOf(run.scenario))).toEqual([0, 2, 4, 6, 8])
  expect(phases.map(run => run.scenario.traceSeed)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
  const drawn = wholeRuns({id: 'one', scenario}, {phases: 5, firstSeed: 7})
  expect(drawn.map(run => run.id)).toEqual(phases.map(run => run.id))
  expect(drawn.map(run => phaseShiftOf(run.scenario))).toEqual([0, 2, 4, 6, 8])
  expect(drawn.map(run => run.scenario.traceSeed)).toEqual([undefined, 8, 9, 10, 11])
})

test('a fixed fleet has no phase, but is judged on every draw', () => {
  const fixed = {id: 'fixed', scenario: {...scenario, scaling: scalingBy(null)}}
  expect(wholeRuns(fixed, {phases: 5})).toHaveLength(1)
  expect(wholeRuns(fixed, {phases: 3, firstSeed: 7}).map(run => run.scenario.traceSeed)).toEqual([
    undefined,
    8,
    9,
  ])
})
