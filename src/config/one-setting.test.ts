import {expect, test} from 'vitest'
import {isOneSetting} from './one-setting.ts'
import {findPreset} from './presets.ts'
import {withPhase} from './scenario.ts'

const {scenario} = findPreset('guide-agg')!

test.each([
  ['samples of the traffic', {...scenario, traceSeed: 7}, {...scenario, traceSeed: 8}],
  ['a sample and the traffic as it is', scenario, {...scenario, traceSeed: 8}],
  ['seeds', {...scenario, seed: 1}, {...scenario, seed: 2}],
  ['phases of the policy', scenario, {...scenario, scaling: withPhase(scenario.scaling, 4)}],
])('runs that differ in %s are one setting', (_, one, other) => {
  expect(isOneSetting(one, other)).toBe(true)
})

test('runs that differ in what somebody chose are two, and the same run twice is none', () => {
  expect(isOneSetting(scenario, {...scenario, traceSeed: 7, arrivalSpeedupRatio: 2})).toBe(false)
  expect(isOneSetting(scenario, scenario)).toBe(false)
})
