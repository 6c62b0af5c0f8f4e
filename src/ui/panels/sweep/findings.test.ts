import {describe, expect, test} from 'vitest'
import {findPreset} from '../../../config/presets.ts'
import type {Scenario} from '../../../config/scenario.ts'
import type {FinishedRow, PointFacts, SweepRow} from '../../../sweep/points.ts'
import {PUBLISHED_POINTS} from '../../../sweep/published.ts'
import {NO_REPEATS, type Repeats} from '../../../sweep/repeats.ts'
import {planSweep, type SweepPlan} from '../../model/sweep/plan.ts'
import {computeFindings, frontierPoints, isFrontier} from './findings.ts'
import {describePlot, plotsOf, readPlot} from './plots.ts'
import {makeXAxis} from './x-axis.ts'

const PHASES: Repeats = {of: 'phase', count: 3}

async function planOf(
  sweep: {first: readonly [string, string]; second?: readonly [string, string]; repeats?: Repeats},
  scenario: Scenario = findPreset('as-published')!.scenario,
): Promise<SweepPlan> {
  const knob = ([key, values]: readonly [string, string]) => ({key, values})
  const {first, second, repeats = NO_REPEATS} = sweep
  const spec = {first: knob(first), second: second === undefined ? null : knob(second), repeats}
  const base = {scenario, traceSha256: 'aa', traceBlob: null, profile: null, profileSha256: null}
  const plan = await planSweep(spec, base, new AbortController().signal)
  if (!plan.ok) throw new Error(plan.error.message)
  return plan.value
}

const FIGURES: Omit<FinishedRow, keyof PointFacts> = {
  num_requests: 10,
  completed_requests: 10,
  duration_ms: 1000,
  request_throughput_rps: 10,
  output_throughput_tok_s: 100,
  prefix_cache_reused_ratio: 0.5,
  mean_ttft_ms: 100,
  median_ttft_ms: 100,
  p90_ttft_ms: 200,
  p99_ttft_ms: 300,
  mean_itl_ms: 20,
  p90_itl_ms: 30,
  p99_itl_ms: 40,
  mean_e2e_latency_ms: 1000,
  p90_e2e_latency_ms: 2000,
  sla_attainment: 0.9,
  goodput_rps: 9,
  gpu_hours: 2,
  billed_gpu_hours: 2.5,
  scale_ups: 3,
  scale_downs: 2,
  total_ticks: 50,
  digest: 'd',
}

/** Rows of a plan with figures made from the swept value. */
function rowsOf(plan: SweepPlan, figures: (x: number, row: SweepRow) => Partial<FinishedRow>): SweepRow[] {
  const name = plan.axes[0]!.key.name
  return plan.points.map(({facts}) => ({
    ...facts,
    ...FIGURES,
    ...figures(Number(facts.axes[name]), facts as SweepRow),
  }))
}

function published(startupS: number): Partial<FinishedRow> {
  const point = PUBLISHED_POINTS.find(candidate => candidate.startupS === startupS)!
  return {
    mean_ttft_ms: point.ttftMsMean,
    p90_ttft_ms: point.ttftMsP90,
    mean_itl_ms: point.itlMsMean,
    p90_itl_ms: point.itlMsP90,
    gpu_hours: point.gpuHours,
    scale_ups: point.scaleUps,
    scale_downs: point.scaleDowns,
  }
}

function sentencesOf(plan: SweepPlan, rows: readonly SweepRow[]): readonly string[] {
  return computeFindings(plan, rows).groups.flatMap(({sentences}) => sentences)
}

describe('a cold-start sweep', () => {
  test('states the guide’s three observations and what halving start-up is worth', async () => {
    const plan = await planOf({first: ['startup_time', '0:300:10']})
    const rows = rowsOf(plan, x => ({...published(x), sla_attainment: x === 150 ? 0.75 : 0.5}))
    const findings = computeFindings(plan, rows)
    expect(findings.cliff?.at).toBe(120)
    expect(findings.rule).toContain('2 of the next 3')
    const [cliff, scaling, itl, halving] = sentencesOf(plan, rows)
    expect(cliff).toContain('The cliff is at 120 s')
    expect(scaling).toContain('scale-ups fall from 42 to 9')
    expect(itl).toContain('from 120 s on')
    expect(halving).toBe(
      'Halving start-up from 300 to 150 s would cost 0.03 GPU-hours (1.3 %), move SLA attainment from 50.0 % to ' +
        '75.0 % and move p90 TTFT from 245 s to 130 s.',
    )
  })

  test('halves the scenario’s own start-up time where it was swept, and says what stays', async () => {
    const {scenario} = findPreset('as-published')!
    const {fleet} = scenario
    if (fleet.topology !== 'agg') throw new Error('the preset is aggregated')
    const args = {...fleet.workers.args, startup_time: 60}
    const own: Scenario = {...scenario, fleet: {...fleet, workers: {...fleet.workers, args}}}
    const plan = await planOf({first: ['startup_time', '0:90:30']}, own)
    const rows = rowsOf(plan, x => ({gpu_hours: x === 30 ? 1.5 : 2}))
    expect(sentencesOf(plan, rows).at(-1)).toBe(
      'Halving start-up from 60 to 30 s would save 0.50 GPU-hours (25.0 %), leave SLA attainment at 90.0 % and ' +
        'leave p90 TTFT at 200 ms.',
    )
  })

  test('with repeats says where the cliffs lie, and takes medians', async () => {
    const plan = await planOf({first: ['startup_time', '0:80:10'], repeats: PHASES})
    const cliffAt = (phaseShiftS: number) => (phaseShiftS === 0 ? 40 : phaseShiftS < 5 ? 20 : 50)
    const rows = rowsOf(plan, (x, row) => ({p90_ttft_ms: x >= cliffAt(row.phase_shift_s) ? 90_000 : 200}))
    const sentences = sentencesOf(plan, rows)
    expect(sentences[0]).toContain('The cliff is at 40 s')
    expect(sentences[1]).toBe('Over 3 planner phases, all have a cliff, between 20 and 50 s.')
    expect(sentences.at(-1)).toContain('(medians of 3 planner phases)')
  })

  test('over seeds of the trace says the same of them', async () => {
    const plan = await planOf({first: ['startup_time', '0:80:10'], repeats: {of: 'seed', count: 3}})
    expect(plan.points.slice(0, 3).map(({facts}) => [facts.id, facts.trace_seed])).toEqual([
      ['startup_time=0', null],
      ['startup_time=0@seed2', 2],
      ['startup_time=0@seed3', 3],
    ])
    const rows = rowsOf(plan, (x, row) => ({p90_ttft_ms: x >= 20 && row.repeat < 2 ? 90_000 : 200}))
    const sentences = sentencesOf(plan, rows)
    expect(sentences[1]).toBe('Over 3 trace seeds, 2 have a cliff, at 20 s.')
    expect(sentences.at(-1)).toContain('(medians of 3 trace seeds)')
  })

  test('draws four linked charts and attainment, with bands, targets and the published points', async () => {
    const plan = await planOf({first: ['startup_time', '0:20:10'], repeats: PHASES})
    const rows = rowsOf(plan, (x, row) => ({p90_ttft_ms: 100 + x + row.phase_shift_s}))
    const plots = plotsOf({plan, rows, statistic: 'p90', showsPublished: true})
    expect(plots.map(({title}) => title)).toEqual([
      'TTFT',
      'ITL',
      'GPU-hours',
      'Scaling events',
      'SLA attainment',
    ])
    const ttft = plots[0]!
    expect(ttft.scale).toBe('log')
    expect(ttft.series.map(({label}) => label)).toEqual([
      'avg',
      'p90',
      'p99',
      'SLA 1,500 ms',
      'avg published',
      'p90 published',
    ])
    expect(ttft.series[1]!.points[1]).toEqual({
      x: 10,
      y: 110,
      low: 110,
      high: 116.667,
      pointId: 'startup_time=10',
    })
    const withoutGhost = plotsOf({plan, rows, statistic: 'p90', showsPublished: false})
    expect(withoutGhost[0]!.series.map(({kind}) => kind)).toEqual(['run', 'run', 'run', 'target'])
    expect(readPlot(withoutGhost[0]!, {plan, x: 10, focus: null})).toBe(
      'startup_time 10 s · TTFT: avg 100 ms, p90 110 ms (110 ms to 117 ms), p99 300 ms, SLA 1,500 ms',
    )
    const axis = makeXAxis(plan.axes[0]!)
    expect(describePlot(withoutGhost[0]!, axis)).toContain(
      'p90: lowest 100 ms at 0 s, highest 120 ms at 20 s.',
    )
  })

  test('says nothing before there are two points', async () => {
    const plan = await planOf({first: ['startup_time', '0:20:10']})
    expect(computeFindings(plan, []).groups).toEqual([])
    expect(sentencesOf(plan, rowsOf(plan, () => ({})).slice(0, 1))).toEqual([])
    expect(plotsOf({plan, rows: [], statistic: 'p90', showsPublished: false})).toEqual([])
  })
})

describe('other knobs', () => {
  test('a second knob makes a series each, of the statistic chosen', async () => {
    const plan = await planOf({
      first: ['load_adjustment_interval', '5,10,20'],
      second: ['planner.itl', '30,50'],
    })
    const plots = plotsOf({plan, rows: rowsOf(plan, () => ({})), statistic: 'p99', showsPublished: false})
    expect(plots[0]!.title).toBe('TTFT p99')
    expect(plots[0]!.series.map(({label}) => label)).toEqual(['itl 30', 'itl 50', 'SLA 1,500 ms'])
    // The two series have targets of their own: there is no one line to draw.
    expect(plots[1]!.series.map(({kind}) => kind)).toEqual(['run', 'run'])
  })

  test('a varied target is drawn as it varies, and no cliff is measured against it', async () => {
    const plan = await planOf({first: ['planner.ttft', '200,1000,8000']})
    const rows = rowsOf(plan, () => ({p90_ttft_ms: 50_000}))
    const target = plotsOf({plan, rows, statistic: 'p90', showsPublished: false})[0]!.series.at(-1)!
    expect(target.points.map(({y}) => y)).toEqual([200, 1000, 8000])
    expect(computeFindings(plan, rows)).toMatchObject({cliff: null, rule: ''})
    expect(makeXAxis(plan.axes[0]!).kind).toBe('log')
  })

  test('words stand in the order given', async () => {
    const plan = await planOf({first: ['router_mode', 'round_robin,kv_router']})
    const axis = makeXAxis(plan.axes[0]!)
    expect(axis.xs.map(x => axis.label(x))).toEqual(['round_robin', 'kv_router'])
    expect(
      computeFindings(
        plan,
        rowsOf(plan, () => ({})),
      ).groups,
    ).toEqual([])
  })
})

describe('the frontier', () => {
  test('names the fleets nobody beats and the regret of the planner', async () => {
    const plan = await planOf({first: ['num_workers', '1:3:1'], second: ['planner', 'off,on']})
    expect(isFrontier(plan)).toBe(true)
    const rows = rowsOf(plan, (workers, row) =>
      row.axes.planner === 'off'
        ? {total_ticks: 0, gpu_hours: workers, sla_attainment: [0.5, 0.8, 0.8][workers - 1]!}
        : {gpu_hours: 1 + workers / 4, sla_attainment: 0.7},
    )
    const points = frontierPoints(rows)
    expect(points.filter(({isOnFrontier}) => isOnFrontier).map(({id}) => id)).toEqual([
      'num_workers=1,planner=off',
      'num_workers=2,planner=off',
    ])
    expect(sentencesOf(plan, rows)).toEqual([
      'Fixed fleets that no other fixed fleet beats reach from 50.0 % for 1.00 GPU-hours to 80.0 % for 2.00 GPU-hours.',
      'With the planner (num_workers=2,planner=on): 70.0 % for 1.50 GPU-hours. The cheapest fixed fleet as good, chosen ' +
        'knowing the whole trace, is num_workers=2,planner=off with 2.00 GPU-hours: the planner takes 0.50 GPU-hours less.',
      'Over 3 planner runs the regret lies between −0.75 and −0.25 GPU-hours; below zero the planner beats every ' +
        'fixed fleet as good.',
    ])
  })
})

describe('the frontier with repeats', () => {
  test('holds each planner run against the fixed fleets that served its trace', async () => {
    const axes = {first: ['num_workers', '1:2:1'], second: ['planner', 'off,on']} as const
    const plan = await planOf({...axes, repeats: {of: 'seed', count: 2}})
    // The other draw is twice as hard: every fleet of it costs twice as much.
    const rows = rowsOf(plan, (workers, row) => {
      const draw = row.repeat + 1
      return row.axes.planner === 'off'
        ? {total_ticks: 0, gpu_hours: workers * draw, sla_attainment: workers / 4}
        : {gpu_hours: (workers + 0.5) * draw, sla_attainment: workers / 4}
    })
    expect(
      frontierPoints(rows)
        .filter(({isOnFrontier}) => isOnFrontier)
        .map(({id}) => id),
    ).toEqual(['num_workers=1,planner=off', 'num_workers=2,planner=off'])
    const [, , spread] = sentencesOf(plan, rows)
    expect(spread).toContain('Over 4 planner runs the regret lies between +0.50 and +1.00 GPU-hours')
  })
})

describe('a plan', () => {
  test('is refused by name when a point cannot be run, or repeats have no planner to shift', async () => {
    await expect(planOf({first: ['planner.load_adjustment_interval', '10,400']})).rejects.toThrow(/interval/)
    const {scenario} = findPreset('as-published')!
    const fixed = planOf(
      {first: ['num_workers', '1,2'], repeats: PHASES},
      {...scenario, scaling: {policy: 'fixed'}},
    )
    await expect(fixed).rejects.toThrow(/no planner/)
    const seeds = {of: 'seed', count: 3} as const
    const drawn = await planOf(
      {first: ['num_workers', '1,2'], repeats: seeds},
      {...scenario, scaling: {policy: 'fixed'}},
    )
    expect(drawn.points).toHaveLength(6)
    const trace = {kind: 'catalogue', id: 'mooncake-toolagent'} as const
    const recorded = planOf({first: ['num_workers', '1,2'], repeats: seeds}, {...scenario, trace})
    await expect(recorded).rejects.toThrow(/only traces of static-traces/)
  })

  test('gives up when another has taken its place', async () => {
    const spec = {first: {key: 'startup_time', values: '0:2000:1'}, second: null, repeats: NO_REPEATS}
    const {scenario} = findPreset('as-published')!
    const base = {scenario, traceSha256: 'aa', traceBlob: null, profile: null, profileSha256: null}
    await expect(planSweep(spec, base, AbortSignal.abort(new Error('newer')))).rejects.toThrow('newer')
  })
})
