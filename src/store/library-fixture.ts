import {defaultScenario} from '../config/presets.ts'
import type {Scenario} from '../config/scenario.ts'
import {computeReport} from '../report/compute-report.ts'
import {recordOf} from '../report/report-fixture.ts'
import type {RunOutcome} from '../worker/protocol.ts'

/** A finished run of one request, for tests of what is kept. */
export function smallOutcome(scenario: Scenario = defaultScenario()): RunOutcome {
  const engine = recordOf([{arrivalMs: 0, tokensMs: [10, 20]}])
  const planner_replay = {
    version: '0',
    config: scenario,
    trace_sha256: 'abc',
    engine_timing: scenario.engineTiming,
    sla_attainment: null,
    goodput_rps: null,
    gpu_hours: 1,
    billed_gpu_hours: 1,
    cost: null,
    outside_measured_share: null,
  }
  const report = {...computeReport(engine, {wallTimeMs: 1}), planner_replay}
  const pictures = {} as RunOutcome['pictures']
  return {result: {report, engine, scaling: null, notices: []}, pictures, traceName: 'trace', elapsedMs: 1}
}
