import {expect, test} from 'vitest'
import {findSweepKey} from '../../sweep/keys.ts'
import type {Belief} from '../belief.ts'
import type {Candidate, Candidates} from '../candidates.ts'
import {knobEffects} from './knob-effects.ts'

test.each([
  ['1.2.1', 'Most replicas'],
  ['1.6.1', 'Most GPUs'],
] as const)('what a knob does is told in the words of %s', (release, label) => {
  const key = findSweepKey('planner.max_gpu_budget')
  if (!key.ok) throw new Error(key.error.message)
  const line = [3, 4].map(value => ({id: `${value}`, values: {'planner.max_gpu_budget': value}, at: [value]}))
  const candidates = {along: () => [{key: key.value, line}]} as unknown as Candidates
  const belief = {expected: ([at]: number[]) => ({share: 0.9, cost: at})} as unknown as Belief
  const [effect] = knobEffects(line[0] as unknown as Candidate, candidates, belief, release)
  expect(effect).toMatchObject({path: 'planner.max_gpu_budget', label})
})
