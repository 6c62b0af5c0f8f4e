import {describe, expect, test} from 'vitest'
import {plannerKnobOf, tellSweep} from '../../../answers/tell-sweep.ts'
import {objectiveOf} from '../../../config/objective.ts'
import {findPreset} from '../../../config/presets.ts'
import type {Scenario} from '../../../config/scenario.ts'
import {fail} from '../../../core/result.ts'
import type {FinishedRow, SweepRow} from '../../../sweep/points.ts'
import {PUBLISHED_POINTS} from '../../../sweep/published.ts'
import {NO_REPEATS, type Repeats} from '../../../sweep/repeats.ts'
import {POINT_FIGURES} from '../../../sweep/row-fixture.ts'
import {sweepBase} from '../../model/sweep/base-fixture.ts'
import {planSweep, type SweepPlan} from '../../model/sweep/plan.ts'
import {frontierPoints} from './frontier-points.ts'
import {HEAT_FIGURES, heatMap, objectiveContour} from './heat-cells.ts'
import {describePlot, plotsOf, readPlot} from './plots.ts'
import {bestPoint, filterPoints, pointColumns, sortPoints} from './point-rows.ts'
import {makeXAxis} from './x-axis.ts'

/** Nobody here knows a GPU. */
const HOST = {sizeKv: async () => fail('no GPU')}

const PHASES: Repeats = {of: 'phase', count: 3}

async function planOf(
  sweep: {first: readonly [string, string]; second?: readonly [string, string]; repeats?: Repeats},
  scenario: Scenario = findPreset('as-published')!.scenario,
): Promise<SweepPlan> {
  const knob = ([key, values]: readonly [string, string]) => ({key, values})
  const {first, second, repeats = NO_REPEATS} = sweep
  const spec = {first: knob(first), second: second === undefined ? null : knob(second), repeats}
  const plan = await planSweep(spec, sweepBase(scenario), {...HOST, signal: new AbortController().signal})
  if (!plan.ok) throw new Error(plan.error.message)
  return plan.value
}

/** Rows of a plan with figures made from the swept value. */
function rowsOf(plan: SweepPlan, figures: (x: number, row: SweepRow) => Partial<FinishedRow>): SweepRow[] {
  const name = plan.axes[0]!.key.name
  return plan.points.map(({facts}) => ({
    ...facts,
    ...POINT_FIGURES,
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

function findingsOf(plan: SweepPlan, rows: readonly SweepRow[]) {
  return tellSweep({
    axes: plan.axes,
    base: plan.base.scenario,
    scenarios: plan.points.map(({scenario}) => scenario),
    rows,
    repeatsOf: plan.spec.repeats.of,
    prices: new Map(),
  })
}

function sentencesOf(plan: SweepPlan, rows: readonly SweepRow[]): readonly string[] {
  return findingsOf(plan, rows).groups.flatMap(({sentences}) => sentences)
}

describe('a cold-start sweep', () => {
  test('states the guide’s three observations and what halving start-up is worth', async () => {
    const plan = await planOf({first: ['startup_time', '0:300:10']})
    const rows = rowsOf(plan, x => ({...published(x), sla_attainment: x === 150 ? 0.75 : 0.5}))
    const findings = findingsOf(plan, rows)
    expect(findings.cliff?.at).toBe(120)
    expect(findings.rule).toContain('2 of the next 3')
    const [bottomLine, cliff, scaling, itl, halving] = sentencesOf(plan, rows)
    expect(bottomLine).toMatch(
      /^None of 31 points holds 95 %. Nearest is start-up time \(startup_time\) 150 s, with 75 %/,
    )
    expect(cliff).toContain('The cliff is at 120 s')
    expect(scaling).toContain('scale-ups fall from 42 to 9')
    expect(itl).toContain('from 120 s on')
    expect(halving).toBe(
      'Halving start-up from 300 to 150 s would cost 0.03 GPU-hours (1.3 %), move the share that meets the objective from ' +
        '50 % to 75 % and move p90 TTFT from 245 s to 130 s.',
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
      'Halving start-up from 60 to 30 s would save 0.5 GPU-hours (25 %), leave the share that meets the objective at 90 % ' +
        'and leave p90 TTFT at 200 ms.',
    )
  })

  test('with repeats says where the cliffs lie, and takes medians', async () => {
    const plan = await planOf({first: ['startup_time', '0:80:10'], repeats: PHASES})
    const cliffAt = (phaseShiftS: number) => (phaseShiftS === 0 ? 40 : phaseShiftS < 5 ? 20 : 50)
    const rows = rowsOf(plan, (x, row) => ({p90_ttft_ms: x >= cliffAt(row.phase_shift_s) ? 90_000 : 200}))
    const sentences = sentencesOf(plan, rows)
    expect(sentences).toContain('Figures are medians of 3 phases.')
    // Of the curve of medians: the scenario’s own breaks away at 40 s, the two others at 20 and 50 s.
    expect(sentences).toContainEqual(expect.stringContaining('The cliff is at 40 s'))
    expect(sentences).toContain('Over 3 phases, all have a cliff, between 20 and 50 s.')
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
    expect(sentences).toContain('Over 3 trace seeds, 2 have a cliff, at 20 s.')
    expect(sentences).toContain('Figures are medians of 3 trace seeds.')
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
    const priced = plotsOf({
      plan,
      rows,
      statistic: 'p90',
      showsPublished: false,
      priceOf: () => 3,
      currency: 'USD',
    })
    const cost = priced.find(({title}) => title === 'Cost, USD')!
    const billed = plots.find(({title}) => title === 'GPU-hours')!.series.find(({key}) => key === 'billed')!
    expect(cost.series[0]!.points.map(({y}) => y)).toEqual(billed.points.map(({y}) => 3 * y))
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
      y: 113.333,
      low: 110,
      high: 116.667,
      own: 110,
      pointId: 'startup_time=10',
    })
    const withoutGhost = plotsOf({plan, rows, statistic: 'p90', showsPublished: false})
    expect(withoutGhost[0]!.series.map(({kind}) => kind)).toEqual(['run', 'run', 'run', 'target'])
    expect(readPlot(withoutGhost[0]!, {plan, x: 10, focus: null})).toBe(
      'startup_time 10 s · TTFT: avg 100 ms, p90 113 ms (110 ms to 117 ms), p99 300 ms, SLA 1,500 ms',
    )
    const axis = makeXAxis(plan.axes[0]!)
    expect(describePlot(withoutGhost[0]!, axis)).toContain(
      'p90: lowest 103 ms at 0 s, highest 123 ms at 20 s.',
    )
  })

  test('says nothing before there are two points', async () => {
    const plan = await planOf({first: ['startup_time', '0:20:10']})
    expect(findingsOf(plan, []).groups).toEqual([])
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
    expect(plots[0]!.series.map(({label}) => label)).toEqual([
      'ITL target 30',
      'ITL target 50',
      'SLA 1,500 ms',
    ])
    // The two series aim at targets of their own, and are judged by one objective.
    expect(plots[1]!.series.map(({kind}) => kind)).toEqual(['run', 'run', 'target'])
  })

  test('a varied target is judged by the one objective, and says how aiming differs from it', async () => {
    const plan = await planOf({first: ['planner.ttft', '200,1500,8000']})
    const rows = rowsOf(plan, x => ({p90_ttft_ms: 50_000, sla_attainment: x === 200 ? 0.7 : 0.5}))
    const target = plotsOf({plan, rows, statistic: 'p90', showsPublished: false})[0]!.series.at(-1)!
    expect(target.points.map(({y}) => y)).toEqual([1500, 1500, 1500])
    expect(plan.points.map(({scenario}) => objectiveOf(scenario)?.ttftMs)).toEqual([1500, 1500, 1500])
    expect(sentencesOf(plan, rows)).toContain(
      'Aiming at the objective itself (planner.ttft 1500 ms) serves 50 %; aiming at 200 ms serves 70 % at about the same cost.',
    )
    expect(findingsOf(plan, rows)).toMatchObject({cliff: null, rule: ''})
    expect(makeXAxis(plan.axes[0]!).kind).toBe('log')
  })

  test('words stand in the order given', async () => {
    const plan = await planOf({first: ['router_mode', 'round_robin,kv_router']})
    const axis = makeXAxis(plan.axes[0]!)
    expect(axis.xs.map(x => axis.label(x))).toEqual(['round_robin', 'kv_router'])
    const rows = rowsOf(plan, () => ({}))
    expect(sentencesOf(plan, rows)[1]).toMatch(/^Router \(router_mode\) does not matter here/)
    expect(findingsOf(plan, rows)).toMatchObject({cliff: null, rule: ''})
  })
})

describe('the frontier', () => {
  test('has a mark per configuration, and its bottom line first', async () => {
    const plan = await planOf({first: ['num_workers', '1:3:1'], second: ['planner', 'off,on']})
    expect(plannerKnobOf(plan.axes)).toBe('planner')
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
      'The planner beats every fixed fleet tried: the planner with 1 worker (num_workers) serves 70 % for 1.25 GPU-hours (mean TTFT 100 ms).',
      'For about the planner’s cost or less (1 GPU-hours against 1.25 GPU-hours) the fixed fleet with 1 worker (num_workers) serves 50 %, 20 points less than the planner’s 70 %.',
      'The cheapest that serves as much is the fixed fleet with 2 workers (num_workers) with 2 GPU-hours: 60 % more than the planner.',
      'None of the 6 holds 95 %; the fixed fleet with 2 workers (num_workers) comes nearest with 80 %.',
    ])
  })

  test('with repeats marks medians, and how far they lie apart', async () => {
    const axes = {first: ['num_workers', '1:2:1'], second: ['planner', 'off,on']} as const
    const plan = await planOf({...axes, repeats: PHASES})
    const rows = rowsOf(plan, (workers, row) =>
      row.axes.planner === 'off'
        ? {total_ticks: 0, gpu_hours: workers, sla_attainment: workers / 4}
        : {gpu_hours: 1 + row.repeat, sla_attainment: [0.1, 0.6, 0.5][row.repeat]!},
    )
    const planned = frontierPoints(rows).find(({id}) => id === 'num_workers=1,planner=on')!
    expect([planned.hours, planned.shares]).toEqual([
      {min: 1, median: 2, max: 3},
      {min: 0.1, median: 0.5, max: 0.6},
    ])
    expect(sentencesOf(plan, rows).at(-1)).toBe(
      'Medians of 3 phases; the planner’s share lies between 10 % and 60 %.',
    )
  })
})

describe('two knobs as a heat map', () => {
  test('have a cell for every pair, and a contour where the objective begins to hold', async () => {
    const plan = await planOf({first: ['num_workers', '1:3:1'], second: ['planner.max_gpu_budget', '4,8']})
    const rows = rowsOf(plan, (workers, row) => ({
      sla_attainment: workers + Number(row.axes['planner.max_gpu_budget']) / 4 >= 4 ? 0.97 : 0.5,
    }))
    const map = heatMap(plan, rows, HEAT_FIGURES[0]!)
    expect([map.columns, map.rows]).toEqual([
      ['1', '2', '3'],
      ['4', '8'],
    ])
    expect(map.cells.map(({value}) => value)).toEqual([0.5, 0.5, 0.97, 0.5, 0.97, 0.97])
    expect(map.cells.map(({step}) => step)).toEqual([0, 0, 5, 0, 5, 5])
    // A staircase from the foot of the third column to the left of the second.
    expect(objectiveContour(map, 0.95)).toEqual([
      {from: [2, 0], to: [2, 1]},
      {from: [1, 1], to: [2, 1]},
      {from: [1, 1], to: [1, 2]},
    ])
  })

  test('leave a pair open that is not finished, without a contour beside it', async () => {
    const plan = await planOf({first: ['num_workers', '1,2'], second: ['planner.max_gpu_budget', '4,8']})
    const [, ...rows] = rowsOf(plan, () => ({sla_attainment: 0.97}))
    const map = heatMap(plan, rows, HEAT_FIGURES[0]!)
    expect(map.cells[0]).toMatchObject({value: null, step: null, pointId: null})
    expect(objectiveContour(map, 0.95)).toEqual([])
  })
})

describe('the table of points', () => {
  test('has a column per knob, sorts by any, filters by words and marks what the findings name', async () => {
    const plan = await planOf({first: ['num_workers', '1:3:1'], second: ['planner.max_gpu_budget', '4,8']})
    const rows = rowsOf(plan, workers => ({sla_attainment: workers < 2 ? 0.9 : 0.96, gpu_hours: workers}))
    const points = plan.points.map((point, i) => ({point, row: rows[i], price: 2}))
    const options = {axes: plan.axes, hasRepeats: false, hasPrices: true, currency: 'EUR'}
    const columns = pointColumns(options)
    expect(columns.slice(0, 2).map(({key}) => key)).toEqual([
      'knob num_workers',
      'knob planner.max_gpu_budget',
    ])
    expect(columns.find(({key}) => key === 'cost')?.title).toBe('Cost, EUR')
    expect(pointColumns({...options, hasPrices: false}).some(({key}) => key === 'cost')).toBe(false)
    // Money is for what is billed, in every view.
    const cost = columns.find(({key}) => key === 'cost')!
    expect([...new Set(points.map(cost.value))]).toEqual([2 * POINT_FIGURES.billed_gpu_hours])
    const sorted = sortPoints(points, columns, {key: 'hours', isRising: false})
    expect(sorted.map(({point}) => point.facts.axes.num_workers)).toEqual([3, 3, 2, 2, 1, 1])
    const waiting = {...points[0]!, row: undefined}
    const open = sortPoints([waiting, ...points.slice(1)], columns, {key: 'hours', isRising: true})
    expect(open.at(-1)).toBe(waiting)
    expect(filterPoints(points, 'BUDGET=8 workers=2')).toHaveLength(1)
    expect(bestPoint(rows, 0.95, () => 2)).toMatchObject({
      axes: {num_workers: 2, 'planner.max_gpu_budget': 4},
      words: 'cheapest that holds',
    })
    expect(bestPoint(rows, 0.99, () => 2)?.words).toBe('nearest to the objective')
    expect(bestPoint(rows, null, () => 2)).toBeNull()
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
    await expect(
      planSweep(spec, sweepBase(), {...HOST, signal: AbortSignal.abort(new Error('newer'))}),
    ).rejects.toThrow('newer')
  })
})
