import {readFileSync} from 'node:fs'
import {beforeAll, describe, expect, test} from 'vitest'
import {goldenScenario, readGolden, runGolden} from '../../../test/support/golden.ts'
import {readGolden16, runGolden16, scenarioOf} from '../../../test/support/golden16.ts'
import {PROJECT} from '../../../test/support/shared.ts'
import {goldenIndexSource, ownGoldenFiles} from '../../../tools/golden/golden-index-source.ts'
import {findPreset} from '../../config/presets.ts'
import {RELEASES} from '../../config/release.ts'
import {withRelease} from '../../config/releases/with-release.ts'
import {plannerOf, type Scenario, scalingBy} from '../../config/scenario.ts'
import type {RequestColumns} from '../../engine/record/record.ts'
import {type FixtureRequest, recordOf} from '../report-fixture.ts'
import {checkConservation} from './conservation.ts'
import {type ComparableRun, computeDeviation, largestDeviation} from './deviation.ts'
import {GOLDEN_INDEX} from './golden-index.ts'
import {computeHonesty} from './honesty.ts'
import {computeSaturation} from './saturation.ts'
import {scenarioKey} from './scenario-key.ts'

const FOLDER = `${PROJECT}/test/golden/replay`

async function goldenRun(name: string, change: Partial<Scenario> = {}): Promise<ComparableRun> {
  const golden = readGolden(`${FOLDER}/${name}.json`)
  const scenario = {...goldenScenario(golden), ...change}
  const {report, engine, scaling} = await runGolden(golden, `${PROJECT}/static-traces`, change)
  // The runner has checked that the trace has this checksum.
  const planner_replay = {...report.planner_replay, trace_sha256: golden.trace_sha256!}
  return {scenario, report: {...report, planner_replay}, engine, scaling}
}

/** A request every `everyMs`, with its first token after a wait and `tokens` tokens 10 ms apart. */
function traffic(count: number, everyMs: number, waitMs: (i: number) => number): FixtureRequest[] {
  return Array.from({length: count}, (_, i) => {
    const first = i * everyMs + waitMs(i)
    return {arrivalMs: i * everyMs, tokensMs: [first, first + 10, first + 20]}
  })
}

describe('saturation', () => {
  const labelOf = (requests: FixtureRequest[]) => computeSaturation(recordOf(requests)).label

  test('short waits are stable, and so are long ones of a few', () => {
    expect(labelOf(traffic(100, 1000, () => 900))).toBe('stable')
    expect(labelOf(traffic(100, 1000, i => (i < 5 ? 60_000 : 900)))).toBe('stable')
    expect(labelOf(traffic(100, 1000, i => (i < 6 ? 60_000 : 900)))).not.toBe('stable')
  })

  test('a queue that is worked off before arrivals end is a backlog', () => {
    const worked = traffic(200, 1000, i => (i < 60 ? 30_000 - i * 400 : 500))
    const {label, waitingPeak, waitingAtLastArrival} = computeSaturation(recordOf(worked))
    expect(label).toBe('backlogged')
    expect(waitingPeak).toBeGreaterThan(15)
    expect(waitingAtLastArrival).toBe(1)
  })

  test('a queue that grows until arrivals end is overload', () => {
    const growing = computeSaturation(recordOf(traffic(200, 1000, i => i * 500)))
    expect(growing.label).toBe('overloaded')
    expect(growing.arrivalRps).toBeCloseTo(200 / 199)
    expect(growing.completionRps).toBeLessThan(0.7)
    expect(growing.waitingAtLastArrival).toBe(growing.waitingPeak)
  })

  test('a run that left a request without its tokens is overloaded however short the waits', () => {
    const {label, unfinished} = computeSaturation(
      recordOf([...traffic(100, 1000, () => 100), {arrivalMs: 100_000, tokensMs: []}]),
    )
    // The fixture gives a request without tokens an output length of 0: make it ask for some.
    expect([label, unfinished]).toEqual(['stable', 0])
    const record = recordOf([...traffic(100, 1000, () => 100), {arrivalMs: 100_000, tokensMs: []}])
    record.requests.outputLength[100] = 7
    expect(computeSaturation(record)).toMatchObject({label: 'overloaded', unfinished: 1})
  })

  test('an answer that 1.6.1 ends at the model’s length leaves nothing unfinished', () => {
    const record = recordOf(traffic(100, 1000, () => 100))
    record.requests.outputLength.fill(200)
    const ended = (status: number) => ({
      ...record,
      requests: {...record.requests, status: new Uint8Array(100).fill(status)},
    })
    expect(computeSaturation(ended(1))).toMatchObject({label: 'stable', unfinished: 0})
    expect(computeSaturation(ended(0))).toMatchObject({label: 'overloaded', unfinished: 100})
  })

  test('no traffic at all is stable', () => {
    expect(computeSaturation(recordOf([]))).toMatchObject({label: 'stable', arrivalRps: 0, waitingPeak: 0})
  })
})

describe('conservation', () => {
  test.each(['agg_sla_s15', 'disagg_sla_s0', 'agg_sla_tight_cache', 'sglang_retract', 'static_2w_busy'])(
    'holds for %s',
    async name => {
      const failed = checkConservation(await goldenRun(name)).filter(check => !check.passes)
      expect(failed).toEqual([])
    },
  )

  const breaches: readonly [string, RegExp, keyof RequestColumns, number][] = [
    ['a request that vanished', /^Every request/, 'emittedTokens', 0],
    ['a token too few', /^Completed requests/, 'emittedTokens', 1],
    ['an admission before the arrival', /^No request/, 'firstAdmitMs', -1e6],
    ['tokens after the run ended', /^No request/, 'lastTokenMs', 1e9],
    ['a token from an instance that never was', /^Every token/, 'workerId', 999],
  ]
  test.each(breaches)('%s is found', async (_, name, column, wrong) => {
    const run = await goldenRun('agg_sla_waves_s0')
    const values = run.engine.requests[column] as Float64Array
    values[3] = wrong
    const failed = checkConservation(run).filter(check => !check.passes)
    expect(failed.some(check => name.test(check.name))).toBe(true)
  })

  test('a gap counted twice is found', async () => {
    const run = await goldenRun('agg_sla_waves_s0')
    run.engine.tokenGaps.count[0]!++
    const failed = checkConservation(run).filter(check => !check.passes)
    expect(failed.map(check => check.name)).toEqual([expect.stringMatching(/every gap/)])
  })

  test('a tick that goes back in time is found', async () => {
    const run = await goldenRun('agg_sla_waves_s0')
    const {scaling} = run
    const ticks = [...scaling!.ticks].reverse()
    const failed = checkConservation({...run, scaling: {...scaling!, ticks}}).filter(check => !check.passes)
    expect(failed.map(check => check.name)).toEqual(['The planner never goes back in time'])
  })
})

describe('deviation from the reference', () => {
  let run: ComparableRun

  beforeAll(async () => {
    run = await goldenRun('agg_sla_waves_s12')
  })

  test('is stated for the same trace and configuration, figure by figure', () => {
    const {deviation, timing} = computeHonesty(run)
    expect(timing).toBe('polynomial')
    if (deviation.kind !== 'compared') throw new Error(deviation.why)
    expect(deviation.name).toBe('agg_sla_waves_s12')
    expect(deviation.figures.map(figure => figure.key)).toContain('scaling_events')
    expect(largestDeviation(deviation.figures)).toBeLessThan(1e-9)
  })

  test('shows a figure that differs', () => {
    const report = {...run.report, p90_ttft_ms: run.report.p90_ttft_ms * 1.25}
    const {deviation} = computeHonesty({...run, report})
    if (deviation.kind !== 'compared') throw new Error(deviation.why)
    expect(largestDeviation(deviation.figures)).toBeCloseTo(0.25)
  })

  test('is not claimed for another configuration or another trace', () => {
    const own = plannerOf(run.scenario)!
    const scaling = scalingBy({...own, ttft: own.ttft + 1})
    const other = computeDeviation({...run, scenario: {...run.scenario, scaling}}, GOLDEN_INDEX)
    expect(other).toMatchObject({kind: 'not_compared', why: expect.stringContaining('configuration')})
    const extras = {...run.report.planner_replay, trace_sha256: 'f'.repeat(64)}
    const elsewhere = computeDeviation(
      {...run, report: {...run.report, planner_replay: extras}},
      GOLDEN_INDEX,
    )
    expect(elsewhere).toMatchObject({kind: 'not_compared', why: expect.stringContaining('trace')})
  })

  test('is stated of 1.6.1 by its own runs, both GPU-hour counts with it', async () => {
    const golden = readGolden16(`${PROJECT}/test/golden16/planner/a_few_samples_tight.json`)
    const {report, engine, scaling} = await runGolden16(golden)
    const planner_replay = {...report.planner_replay, trace_sha256: golden.trace_sha256!}
    const own = {scenario: scenarioOf(golden), report: {...report, planner_replay}, engine, scaling}
    const {deviation} = computeHonesty(own)
    if (deviation.kind !== 'compared') throw new Error(deviation.why)
    expect(deviation).toMatchObject({name: 'a_few_samples_tight', release: '1.6.1'})
    expect(deviation.figures.map(figure => figure.key)).toContain('gpu_hours_active')
    expect(largestDeviation(deviation.figures)).toBeLessThan(1e-9)
    const earlier = GOLDEN_INDEX.filter(({release}) => release === '1.2.1')
    expect(computeDeviation(own, earlier)).toMatchObject({kind: 'not_compared', release: '1.6.1'})
  })

  test('does not depend on where the trace lies or on the order of keys', () => {
    const {fleet, ...rest} = run.scenario
    const same: Scenario = {fleet, ...rest, trace: {kind: 'catalogue', id: 'elsewhere'}}
    expect(scenarioKey(same)).toBe(scenarioKey(run.scenario))
    expect(scenarioKey({...same, traceBlockSize: 64})).not.toBe(scenarioKey(run.scenario))
  })

  test('depends on the seed where something is random by it, and nowhere else', () => {
    const keyOf = (change: Partial<Scenario>) => scenarioKey({...run.scenario, ...change})
    expect(keyOf({seed: 8})).toBe(keyOf({seed: 9}))
    for (const random of [{traceSelection: {sample: 0.5}}, {routerMode: 'kv_router'} as const])
      expect(keyOf({...random, seed: 8})).not.toBe(keyOf({...random, seed: 9}))
  })
})

describe('the index of the recorded runs', () => {
  test('is what tools/golden/make-index.mjs makes of the golden files', () => {
    const written = readFileSync(`${PROJECT}/src/report/honesty/golden-index.ts`, 'utf8')
    expect(written).toBe(goldenIndexSource(ownGoldenFiles(PROJECT)))
  })

  test('has the guide’s hour under either release', () => {
    const {scenario} = withRelease(findPreset('guide-agg')!.scenario, '1.6.1')
    const key = scenarioKey(scenario)
    expect(GOLDEN_INDEX.find(entry => entry.scenarioKey === key)).toMatchObject({release: '1.6.1'})
  })

  test('tells every recorded run apart', () => {
    const keys = GOLDEN_INDEX.map(entry => `${entry.scenarioKey} ${entry.traceSha256}`)
    expect(new Set(keys).size).toBe(keys.length)
    for (const release of RELEASES)
      expect(GOLDEN_INDEX.filter(entry => entry.release === release).length).toBeGreaterThan(50)
  })
})
