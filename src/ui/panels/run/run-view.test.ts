import {readFile} from 'node:fs/promises'
import {beforeAll, describe, expect, it} from 'vitest'
import {defaultScenario, plannerConfigWith} from '../../../config/presets.ts'
import {type PlannerConfig, type Scenario, scalingBy} from '../../../config/scenario.ts'
import {dynamoTicksOf} from '../../../report/dynamo-ticks.ts'
import {e2eMs, tpotMs, ttftMs} from '../../../report/request-measures.ts'
import {countAttained} from '../../../report/service-level.ts'
import {createWorkerApi} from '../../../worker/api.ts'
import {yieldByChannel} from '../../../worker/host.ts'
import {TimeAxis} from '../../kit/charts/base/time-axis.svelte.ts'
import {tableToCsv, timelineTable} from '../../kit/charts/frame/chart-table.ts'
import {NO_MONEY} from '../../model/money/price-table.svelte.ts'
import type {FinishedRun} from '../../model/run/run.svelte.ts'
import {dynamoDecisions} from '../../policies/dynamo/dynamo-decisions.ts'
import {headlineFigures} from '../figures/headline.ts'
import {measureMs, OUTCOMES, requestPoints} from '../figures/outcomes.ts'
import {runTimelines} from '../figures/run-timelines.ts'
import {tellRequest} from '../requests/request-story.ts'
import {runFiles} from './run-files.ts'

/** A real run of the short bundled trace: what the page shows is checked against what the engine recorded. */
async function finishedRun(planner: PlannerConfig | null): Promise<FinishedRun> {
  const api = createWorkerApi({
    openSiteFile: async path => new Response(new Uint8Array(await readFile(path))),
    nowMs: () => performance.now(),
    yieldToEvents: yieldByChannel,
  })
  const args = {...defaultScenario().fleet}
  const base: Scenario = {
    ...defaultScenario(),
    trace: {kind: 'catalogue', id: 'toolagent-5min'},
    scaling: scalingBy(planner),
  }
  const scenario: Scenario =
    args.topology === 'agg'
      ? {
          ...base,
          fleet: {
            topology: 'agg',
            workers: {
              args: {...args.workers.args, startup_time: 25},
              initialWorkers: 1,
              gpusPerInstance: null,
            },
          },
        }
      : base
  const result = await api.run(
    {scenario, traceBlob: null, profile: null},
    () => {},
    new MessageChannel().port1,
  )
  if (!result.ok) throw new Error(result.error.message)
  const endS = result.value.result.report.duration_ms / 1000
  return {scenario, outcome: result.value, axis: new TimeAxis([0, endS])}
}

const sla = plannerConfigWith('agg', {
  optimization_target: 'sla',
  ttft: 700,
  itl: 30,
  enable_load_scaling: true,
  load_adjustment_interval: 10,
  throughput_adjustment_interval: 60,
  decode_engine_num_gpu: 1,
})

let run: FinishedRun

beforeAll(async () => {
  run = await finishedRun(sla)
})

describe('timelines of a run', () => {
  it('are whole columns that end with the run', () => {
    const timelines = runTimelines(run)
    expect(timelines.length).toBeGreaterThanOrEqual(9)
    for (const {series} of timelines) {
      for (const {x, y} of series) {
        expect(x).toHaveLength(y.length)
        expect([...x]).toEqual([...x].sort((a, b) => a - b))
      }
    }
  })

  it('agree with the record: replicas in use, and billed hours at the end', () => {
    const [replicas] = runTimelines(run)
    const at = (key: string) => replicas!.series.find(series => series.key === key)!.y
    expect(at('serving')[0]).toBe(1)
    expect(Math.max(...at('starting'))).toBeGreaterThan(0)
    const hours = runTimelines(run).find(({id}) => id === 'gpu-hours')!
    const billed = hours.series.find(({key}) => key === 'billed')!.y
    const total = run.outcome.result.report.planner_replay.billed_gpu_hours
    expect(billed.at(-1)!).toBeLessThanOrEqual(total * (1 + 1e-9))
    expect(billed.at(-1)!).toBeGreaterThan(total * 0.8)
  })

  it('go into a table and a CSV of as many rows', () => {
    for (const timeline of runTimelines(run)) {
      const table = timelineTable(timeline, null)
      expect(tableToCsv(table).trimEnd().split('\n')).toHaveLength(table.rows.length + 1)
    }
  })

  it('leave the planner out of a plain run', async () => {
    const plain = await finishedRun(null)
    expect(runTimelines(plain).map(({id}) => id)).toEqual([
      'replicas-agg',
      'request-rate',
      'ttft-observed',
      'itl-observed',
      'sequence-lengths',
      'gpu-hours',
    ])
    expect(dynamoDecisions([])).toEqual([])
    expect(headlineFigures(plain, NO_MONEY).map(({label}) => label)).toContain('Scaling events')
  })
})

describe('decisions', () => {
  it('stand once each in the lane of their reason', () => {
    const ticks = dynamoTicksOf(run.outcome.result.scaling)
    const [load, throughput] = dynamoDecisions(ticks)
    const count = (track: typeof load) => track!.lanes.reduce((sum, lane) => sum + lane.x.length, 0)
    expect(count(load)).toBe(ticks.filter(tick => tick.load_decision_reason !== undefined).length)
    expect(count(throughput)).toBe(ticks.filter(tick => tick.throughput_decision_reason !== undefined).length)
    const up = load!.lanes.find(lane => lane.reason === 'scale_up')!
    expect(load!.at(up.x[0]! + 1)?.label).toBe('scale up')
  })
})

describe('requests', () => {
  it('are coloured as the report counts them', () => {
    const {requests} = run.outcome.result.engine
    const points = requestPoints(requests, 'ttft', {ttftMs: sla.ttft, itlMs: sla.itl})
    const met = OUTCOMES.findIndex(({id}) => id === 'met')
    expect(points.group.filter(outcome => outcome === met)).toHaveLength(
      countAttained(requests, {ttftMs: sla.ttft, itlMs: sla.itl}),
    )
    expect([...points.x]).toEqual([...points.x].sort((a, b) => a - b))
  })

  it('are told in phases that add up to their latency', () => {
    const {engine} = run.outcome.result
    for (let r = 0; r < engine.requests.count; r += 37) {
      const {steps, fleet} = tellRequest(engine, r)
      const [queued, prefill] = steps
      expect(queued!.ms + prefill!.ms).toBeCloseTo(ttftMs(engine.requests, r), 6)
      expect(steps.reduce((sum, step) => sum + step.ms, 0)).toBeCloseTo(e2eMs(engine.requests, r), 6)
      expect(fleet).toMatch(/\d+ instances? served/)
    }
    expect(measureMs(engine.requests, 0, 'tpot')).toBe(tpotMs(engine.requests, 0))
  })
})

describe('files', () => {
  it('hold what the command line would write', async () => {
    const files = runFiles(run, NO_MONEY)
    const texts = new Map(
      await Promise.all(files.map(async file => [file.name, await (await file.make()).text()] as const)),
    )
    expect(files[0]!.name).toMatch(/^planner-report-[a-z0-9.]+(-[a-z0-9.]+)+\.html$/)
    const {report, engine, scaling} = run.outcome.result
    expect(JSON.parse(texts.get('report.json')!).completed_requests).toBe(report.completed_requests)
    expect(JSON.parse(texts.get('diagnostics.json')!).total_ticks).toBe(scaling!.totalTicks)
    expect(texts.get('requests.jsonl')!.trimEnd().split('\n')).toHaveLength(engine.requests.count)
  })
})
