import {expect, test} from 'vitest'
import {findPreset} from '../config/presets.ts'
import {phaseShiftOf, scalingBy} from '../config/scenario.ts'
import {seedOfTraffic} from '../trace/generators/trace-recipes.ts'
import {wholeRuns} from './evaluation.ts'

const {scenario} = findPreset('as-published')!

test('a setting runs once for each phase, and with seeds each phase replays a trace of its own', () => {
  const phases = wholeRuns({id: 'one', scenario}, {phases: 5})
  expect(phases.map(run => phaseShiftOf(run.scenario))).toEqual([0, 2, 4, 6, 8])
  expect(phases.map(run => run.scenario.traceSeed)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
  const generated = wholeRuns({id: 'one', scenario}, {phases: 5, firstSeed: 7})
  expect(generated.map(run => run.id)).toEqual(phases.map(run => run.id))
  expect(generated.map(run => phaseShiftOf(run.scenario))).toEqual([0, 2, 4, 6, 8])
  expect(generated.map(run => run.scenario.traceSeed)).toEqual([undefined, 8, 9, 10, 11])
})

test('a fixed fleet has no phase, but is judged on every trace', () => {
  const fixed = {id: 'fixed', scenario: {...scenario, scaling: scalingBy(null)}}
  expect(wholeRuns(fixed, {phases: 5})).toHaveLength(1)
  expect(wholeRuns(fixed, {phases: 3, firstSeed: 7}).map(run => run.scenario.traceSeed)).toEqual([
    undefined,
    8,
    9,
  ])
})

test('traffic of flags that arrives at a rate is generated anew, too', () => {
  const traffic = {
    ...{input_tokens: 100, output_tokens: 10, request_count: 5, arrival_interval_ms: 0, turns_per_session: 1},
    ...{shared_prefix_ratio: 0, num_prefix_groups: 0, inter_turn_delay_ms: 0},
  }
  const at = {...scenario, synthetic: {...traffic, request_rate: 2, arrival_seed: 42}}
  expect(seedOfTraffic(at)).toBe(42)
  const runs = wholeRuns({id: 'one', scenario: at}, {phases: 3, firstSeed: 42})
  expect(runs.map(run => run.scenario.synthetic?.arrival_seed)).toEqual([42, 43, 44])
  expect(runs.every(run => run.scenario.traceSeed === undefined)).toBe(true)
  expect(seedOfTraffic({...scenario, synthetic: traffic})).toBeNull()
})
