import {expect, it} from 'vitest'
import {defaultScenario} from '../config/presets.ts'
import {tellCalibrated} from './calibrated.ts'
import {computeReport} from './compute-report.ts'
import {computeExtras} from './extras.ts'
import {recordOf} from './report-fixture.ts'

const record = recordOf([
  {arrivalMs: 0, tokensMs: [100, 120, 140]},
  {arrivalMs: 0, tokensMs: [390, 400]},
])
const report = computeReport(record, {wallTimeMs: 1})
const calibration = {of: 'run.csv', overheadMs: 24.5, requests: 50, errorBefore: 0.2, errorAfter: 0.1}
const rest = {
  traceSha256: 'abc',
  record,
  report,
  scaling: null,
  tally: null,
  outsideMeasuredShare: null,
} as const
const scenario = {...defaultScenario(), objective: {ttftMs: 400, itlMs: 50, share: 0.95}}

it('holds the overhead of a calibration beside figures that stay as they are', () => {
  const plain = computeExtras({...rest, scenario})
  const extras = computeExtras({...rest, scenario: {...scenario, calibration}})
  expect(plain.calibrated).toBeUndefined()
  expect([plain.sla_attainment, extras.sla_attainment]).toEqual([1, 1])
  expect(extras.calibrated).toMatchObject({
    of: 'run.csv',
    overhead_ms: 24.5,
    mean_ttft_ms: report.mean_ttft_ms + 24.5,
    p90_e2e_latency_ms: report.p90_e2e_latency_ms + 24.5,
    sla_attainment: 0.5,
  })
})

it('is told in a line, with what was simulated beside', () => {
  const {calibrated} = computeExtras({...rest, scenario: {...scenario, calibration}})
  expect(tellCalibrated(calibrated!, report)).toBe(
    'Calibrated by run.csv, 24.50 ms a request outside the engine: time to first token mean 269.50 ms (engine alone 245.00 ms), ' +
      'p90 414.50 ms (engine alone 390.00 ms); request latency mean 294.50 ms (engine alone 270.00 ms), ' +
      'p90 424.50 ms (engine alone 400.00 ms); within the objective 50.0 %.',
  )
})
