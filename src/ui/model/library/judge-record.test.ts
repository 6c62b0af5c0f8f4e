import {expect, test} from 'vitest'
import {defaultScenario, findPreset} from '../../../config/presets.ts'
import type {RunSummary} from '../../../store/saved-run.ts'
import {judgeRecord} from './judge-record.ts'

const reportOf = (sla_attainment: number | null) =>
  ({planner_replay: {sla_attainment}}) as unknown as RunSummary['report']

test('a saved run is judged by the share of its requests, never by a mean, and one without objective not at all', () => {
  const {scenario} = findPreset('guide-agg')!
  expect(judgeRecord({scenario, report: reportOf(0.715)})).toEqual({
    isMet: false,
    share: 0.715,
    asked: 'TTFT ≤ 1500 ms and ITL ≤ 50 ms for 95 % of requests',
  })
  const own = {...scenario, objective: {ttftMs: 1500, itlMs: 50, share: 0.7}}
  expect(judgeRecord({scenario: own, report: reportOf(0.715)})?.isMet).toBe(true)
  const plain = {...defaultScenario(), scaling: {policy: 'fixed'} as const}
  const {objective: _, ...unjudged} = plain
  expect(judgeRecord({scenario: unjudged, report: reportOf(null)})).toBeNull()
})
