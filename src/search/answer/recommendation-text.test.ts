import {expect, test} from 'vitest'
import {findPreset} from '../../config/presets.ts'
import type {Recommendation, Told} from './recommendation.ts'
import {briefNameOf, fixedName, nameOf, sameAsToday, tellRecommendation} from './recommendation-text.ts'

const {scenario} = findPreset('as-published')!
const told: Told = {
  ...{
    id: '',
    values: {},
    scenario,
    share: 0.9,
    shareRange: [0.9, 0.9] as const,
    gpuHours: 1,
    billedGpuHours: 1,
  },
  ...{cost: null, holds: {of: 5, in: 5}, needed: 5},
}
const best: Told = {
  ...told,
  values: {'planner.ttft': 900, num_workers: 2, 'planner.load_adjustment_interval': 10},
}

test('a setting is named by what it changes, in the words of the form; the rest is told one by one', () => {
  const answer = {today: told}
  expect(nameOf(best, answer)).toBe('TTFT target (ttft) 900 ms (2 others as today)')
  expect(briefNameOf(best, answer)).toBe('TTFT target 900 ms')
  expect(sameAsToday(best, answer)).toEqual([
    '2 workers (num_workers)',
    'load interval (load_adjustment_interval) 10 s',
  ])
  expect(nameOf({scenario, values: {num_workers: 2}}, answer)).toBe('today’s setting')
})

test('while today’s setting is not run all of its knobs are told', () => {
  expect(nameOf(best, {today: null})).toBe(
    'TTFT target (ttft) 900 ms, 2 workers (num_workers), load interval (load_adjustment_interval) 10 s',
  )
  expect(sameAsToday(best, {today: null})).toEqual([])
})

test('a fixed fleet is named in the words of the form, pool by pool', () => {
  expect(fixedName(told)).toBe('2 workers')
  const {scenario: pools} = findPreset('guide-disagg')!
  expect(fixedName({scenario: pools})).toBe('1 prefill worker, 1 decode worker')
})

test('before anything was run on the whole trace nothing is said to miss', () => {
  const answer = {
    ...{objective: {ttftMs: 900, itlMs: 40, share: 0.9}, tried: [], front: [], mostCost: null, reason: null},
    ...{best: null, surest: null, unverified: null, nearest: null, dearer: null, today: null, fixed: null},
  } as unknown as Recommendation
  expect(tellRecommendation(answer)).toEqual(['No setting has been run on the whole trace yet.'])
})
