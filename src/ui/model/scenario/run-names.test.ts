import {expect, test} from 'vitest'
import {defaultScenario, PRESETS} from '../../../config/presets.ts'
import type {Scenario} from '../../../config/scenario.ts'
import {nameOfRun, scenarioSentence} from './run-names.ts'

function preset(id: string): Scenario {
  return PRESETS.find(candidate => candidate.id === id)!.scenario
}

test.each(PRESETS.map(({title, scenario}) => [title, scenario] as const))(
  'names %s after its preset on any trace',
  (title, scenario) => {
    expect(nameOfRun(scenario)).toBe(title)
    expect(nameOfRun({...scenario, trace: {kind: 'catalogue', id: 'toolagent-5min'}})).toBe(title)
  },
)

test('adds what was changed, and counts the rest', () => {
  const changed = {...preset('guide-agg'), seed: 4}
  expect(nameOfRun(changed)).toBe('Guide: aggregated, seed 4')
  const much = {...changed, arrivalSpeedupRatio: 2, benchmarkGranularity: 4}
  expect(nameOfRun(much)).toMatch(/^Guide: aggregated, speedup 2, .+, 1 more$/)
})

test('falls back to the fleet', () => {
  expect(nameOfRun(defaultScenario())).toBe('1 aggregated')
})

test('says what was run in a sentence', () => {
  expect(scenarioSentence(preset('guide-disagg'), 'Short')).toBe(
    'Short · 1 prefill + 1 decode · planner on SLA 1,500 ms / 50 ms · aic timing',
  )
  expect(scenarioSentence(defaultScenario(), 'Short')).toBe(
    'Short · 1 aggregated · fixed fleet · polynomial timing',
  )
})

test('a calibrated scenario names what it was calibrated by, in its sentence alone', () => {
  const calibration = {of: 'run.csv', overheadMs: 3, requests: 40, errorBefore: 0.3, errorAfter: 0.1}
  const calibrated = {...defaultScenario(), calibration}
  expect(scenarioSentence(calibrated, 'Short')).toMatch(/ timing · calibrated by run\.csv$/)
  expect(nameOfRun(calibrated)).toBe(nameOfRun(defaultScenario()))
})
