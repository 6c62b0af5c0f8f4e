import {expect, test} from 'vitest'
import {defaultScenario} from '../../config/presets.ts'
import type {JsonObject} from '../../core/is-object.ts'
import {applySweepValue, findSweepKey} from '../keys.ts'

function applied(config: object, name: string, value: number): unknown {
  const key = findSweepKey(name)
  if (!key.ok) throw new Error(key.error.message)
  const scaling = {policy: 'schedule', config: config as JsonObject} as const
  const next = applySweepValue({...defaultScenario(), scaling}, key.value, value)
  return next.ok && next.value.scaling.policy === 'schedule' ? next.value.scaling.config : next
}

const ONCE = {
  steps: [
    {at: 0, decode: 2},
    {at: 100, decode: 4},
    {at: 200, decode: 1},
  ],
}

test('replicas are added to every step, and never below none', () => {
  expect(applied(ONCE, 'schedule.replicas_added', 2)).toEqual({
    steps: [
      {at: 0, decode: 4},
      {at: 100, decode: 6},
      {at: 200, decode: 3},
    ],
  })
  expect(applied({steps: [{at: 0, prefill: 1, decode: 3}]}, 'schedule.replicas_added', -2)).toEqual({
    steps: [{at: 0, prefill: 0, decode: 1}],
  })
  expect(applied(ONCE, 'schedule.replicas_added', 0)).toEqual(ONCE)
})

test('a lead brings all forward; what is past then holds from the start, and of what repeats the end comes first', () => {
  expect(applied(ONCE, 'schedule.lead_s', 150)).toEqual({
    steps: [
      {at: 0, decode: 4},
      {at: 50, decode: 1},
    ],
  })
  expect(applied({...ONCE, repeatEvery: 300}, 'schedule.lead_s', 50)).toEqual({
    steps: [
      {at: 0, decode: 2},
      {at: 50, decode: 4},
      {at: 150, decode: 1},
      {at: 250, decode: 2},
    ],
    repeatEvery: 300,
  })
})

test('what has no schedule has no such knob', () => {
  const key = findSweepKey('schedule.lead_s')
  expect(key.ok && applySweepValue(defaultScenario(), key.value, 10)).toMatchObject({ok: false})
})
