import {describe, expect, it} from 'vitest'
import {defaultEngineArgs} from '../config/engine/engine-args.ts'
import {defaultScenario, plannerConfigWith} from '../config/presets.ts'
import {type Scenario, scalingBy} from '../config/scenario.ts'
import type {InstanceRecord} from '../engine/record/record.ts'
import {currentTick} from '../store/former-ticks.ts'
import {computeReport} from './compute-report.ts'
import {formatDiagnosticsJson} from './diagnostics.ts'
import {computeExtras} from './extras.ts'
import {computeIntervals} from './intervals.ts'
import {formatPerRequestLines} from './per-request.ts'
import {recordOf} from './report-fixture.ts'
import {formatReportJson} from './report-json.ts'

const HOUR_MS = 3_600_000

function worker(times: Partial<InstanceRecord>): InstanceRecord {
  const idle = {readyMs: null, drainMs: null, exitMs: null, passes: 0, busyMs: 0}
  return {id: 0, component: 'agg', requestedMs: 0, ...idle, ...times}
}

/** Four requests over an hour: in time, slow first token, slow tokens, a single token. */
const record = {
  ...recordOf([
    {arrivalMs: 0, tokensMs: [100, 120, 140]},
    {arrivalMs: 0, tokensMs: [2000, 2010]},
    {arrivalMs: 0, tokensMs: [100, 300, 500]},
    {arrivalMs: HOUR_MS - 50, tokensMs: [HOUR_MS]},
  ]),
  workers: [
    worker({readyMs: 0}),
    worker({
      id: 1,
      requestedMs: HOUR_MS / 4,
      readyMs: HOUR_MS / 2,
      drainMs: HOUR_MS * 0.7,
      exitMs: HOUR_MS * 0.75,
    }),
    worker({id: 2, requestedMs: HOUR_MS / 2, drainMs: HOUR_MS * 0.6, exitMs: HOUR_MS * 0.6}),
    worker({id: 3, requestedMs: HOUR_MS * 0.9}),
  ],
}
const report = computeReport(record, {wallTimeMs: 1000})
const rest = {traceSha256: 'abc', record, tally: null, report, outsideMeasuredShare: null} as const

function withPlanner(gpus: number | null): Scenario {
  const planner = plannerConfigWith('agg', {
    optimization_target: 'sla',
    ttft: 500,
    itl: 50,
    decode_engine_num_gpu: gpus,
  })
  return {...defaultScenario(), scaling: scalingBy(planner)}
}

describe('our additions to the report', () => {
  it('count the requests that met both targets', () => {
    const planner = {totalTicks: 0, ticks: [], scalingEvents: [], gpuHours: 1.5, notices: []}
    const extras = computeExtras({...rest, scenario: withPlanner(2), scaling: planner})
    expect(extras.sla_attainment).toBe(0.5)
    expect(extras.goodput_rps).toBeCloseTo(2 / 3600, 12)
    expect(extras.gpu_hours).toBe(1.5)
  })

  it('bill every instance from its start request until it is gone', () => {
    const planner = {totalTicks: 0, ticks: [], scalingEvents: [], gpuHours: 0, notices: []}
    const extras = computeExtras({...rest, scenario: withPlanner(2), scaling: planner, pricePerGpuHour: 3})
    const hours = 1 + 0.5 + 0.1 + 0.1
    expect(extras.billed_gpu_hours).toBeCloseTo(2 * hours, 12)
    expect(extras.cost).toBeCloseTo(6 * hours, 12)
  })

  it('take GPUs per instance from the parallelism when the planner config gives none', () => {
    const args = {...defaultEngineArgs(), aic_tp_size: 4, aic_attention_dp_size: 2}
    const scenario: Scenario = {
      ...defaultScenario(),
      fleet: {topology: 'agg', workers: {args, initialWorkers: 3, gpusPerInstance: null}},
    }
    const extras = computeExtras({...rest, scenario, scaling: null})
    expect(extras.gpu_hours).toBeCloseTo(3 * 8, 12)
    expect(extras.billed_gpu_hours).toBeCloseTo(8 * 1.7, 12)
    expect(extras).toMatchObject({sla_attainment: null, goodput_rps: null, cost: null})
  })
})

describe('report file', () => {
  const extras = computeExtras({...rest, scenario: defaultScenario(), scaling: null})
  const text = formatReportJson({...report, planner_replay: extras})

  it('is JSON with sorted keys, floats as Python prints them and a newline at the end', () => {
    const read = JSON.parse(text)
    expect(read).toEqual({...report, planner_replay: extras})
    expect(Object.keys(read)).toEqual(Object.keys(read).sort())
    expect(text).toContain('\n  "duration_ms": 3600000.0,\n')
    expect(text).toContain('\n  "num_requests": 4,\n')
    expect(text.endsWith('\n}\n')).toBe(true)
  })
})

describe('per-request lines', () => {
  it('hold one object per request of the trace', () => {
    const lines = [
      ...formatPerRequestLines(
        recordOf([
          {arrivalMs: 5, tokensMs: [15, 20]},
          {arrivalMs: 6, tokensMs: []},
        ]).requests,
      ),
    ]
    expect(lines).toHaveLength(2)
    expect(lines.every(line => line.endsWith('}\n'))).toBe(true)
    expect(JSON.parse(lines[0]!)).toMatchObject({
      request: 0,
      arrival_ms: 5,
      ttft_ms: 10,
      ttst_ms: 5,
      tpot_ms: 5,
      e2e_latency_ms: 15,
      prefill_worker_id: null,
    })
    expect(JSON.parse(lines[1]!)).toMatchObject({
      request: 1,
      ttft_ms: null,
      e2e_latency_ms: null,
      tpot_ms: null,
    })
  })
})

describe('diagnostics file', () => {
  it('has no ticks for a plain run', () => {
    const extras = computeExtras({...rest, scenario: defaultScenario(), scaling: null})
    const read = JSON.parse(
      formatDiagnosticsJson({report: {...report, planner_replay: extras}, scaling: null}),
    )
    expect(read).toEqual({total_ticks: 0, gpu_hours: 1, scaling_events: [], ticks: []})
  })

  it('has one line per tick', () => {
    const event = {at_s: 1.5, component: 'agg', from_count: 1, to_count: 2, reason: 'scale_up'} as const
    const tick = {
      at_s: 10,
      now_s: 9.9,
      active_prefill: 0,
      active_decode: 2,
      gpu_hours: 0,
      is_load: true,
      is_throughput: false,
      starting_prefill: 0,
      starting_decode: 0,
      draining_prefill: 0,
      draining_decode: 0,
      engines: [],
    }
    const recorded = currentTick({
      ...tick,
      explanation: {load: null, throughput: null, grounds: {load: null, throughput: null}},
    })
    const planner = {
      totalTicks: 2,
      ticks: [recorded, recorded],
      scalingEvents: [event],
      gpuHours: 0.25,
      notices: [],
    }
    const extras = computeExtras({...rest, scenario: withPlanner(1), scaling: planner})
    const text = formatDiagnosticsJson({report: {...report, planner_replay: extras}, scaling: planner})
    expect(JSON.parse(text)).toEqual({
      total_ticks: 2,
      gpu_hours: 0.25,
      scaling_events: [event],
      ticks: [tick, tick],
    })
    expect(text.match(/"now_s"/g)).toHaveLength(2)
    expect(text.split('\n').filter(line => line.includes('now_s'))).toHaveLength(2)
  })
})

describe('intervals', () => {
  it('group completed requests by their last token', () => {
    const intervals = computeIntervals(
      recordOf([
        {arrivalMs: 0, tokensMs: [100, 200]},
        {arrivalMs: 0, tokensMs: [300, 900, 950]},
        {arrivalMs: 1500, tokensMs: [2500]},
      ]).requests,
      1000,
    )
    expect(intervals.count).toBe(3)
    expect([...intervals.startMs]).toEqual([0, 1000, 2000])
    expect([...intervals.arrivalRate]).toEqual([2, 1, 0])
    expect([...intervals.completionRate]).toEqual([2, 0, 1])
    expect([...intervals.outputTokenRate]).toEqual([5, 0, 1])
    expect([...intervals.ttftMsMean]).toEqual([200, Number.NaN, 1000])
    expect([...intervals.ttftMsP90]).toEqual([300, Number.NaN, 1000])
    expect([...intervals.itlMsMean]).toEqual([(100 + 650) / 3, Number.NaN, Number.NaN])
  })

  it('are none without requests', () => {
    expect(computeIntervals(recordOf([]).requests, 10_000).count).toBe(0)
  })
})
