import {expect, test} from 'vitest'
import {defaultScenario, plannerConfigWith} from '../config/presets.ts'
import {scalingBy} from '../config/scenario.ts'
import {axisOf} from './axis.ts'
import {tellIdleKnob, tellSameResults} from './idle-knobs.ts'
import type {SweepRow} from './points.ts'

const STARTUP = axisOf('startup_time', [0, 60])
const WORKERS = axisOf('num_workers', [1, 2])
if (!STARTUP.ok || !WORKERS.ok) throw new Error('no such knob')
const axes = [WORKERS.value, STARTUP.value]

test('a start-up time is idle only where no point of a sweep is scaled', () => {
  const fixed = {...defaultScenario(), scaling: scalingBy(null)}
  const planned = {...fixed, scaling: scalingBy(plannerConfigWith('agg', {}))}
  expect(tellIdleKnob(axes, [fixed, fixed])).toBe(
    'startup_time changes nothing in a fleet that nobody scales',
  )
  expect(tellIdleKnob(axes, [fixed, planned])).toBeNull()
  expect(tellIdleKnob([WORKERS.value], [fixed])).toBeNull()
})

const row = (digest: string, repeat = 0) => ({digest, repeat}) as SweepRow

test('results are alike only once every point is there, repeats aside', () => {
  const told = (rows: readonly SweepRow[], planned: number) => tellSameResults(axes, {rows, planned})
  expect(told([row('a'), row('a'), row('b', 1)], 2)).toBe(
    'All points came out the same to the last bit: under this scenario num_workers and startup_time change nothing.',
  )
  expect(tellSameResults([STARTUP.value], {rows: [row('a'), row('a')], planned: 2})).toMatch(
    /startup_time changes nothing\.$/,
  )
  expect(told([row('a'), row('b')], 2)).toBeNull()
  expect(told([row('a'), row('a')], 3)).toBeNull()
  expect(told([row('a'), {repeat: 0, error: 'failed'} as SweepRow], 2)).toBeNull()
  expect(told([row('a')], 1)).toBeNull()
})
