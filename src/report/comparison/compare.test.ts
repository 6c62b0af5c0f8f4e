import {describe, expect, test} from 'vitest'
import {PRESETS} from '../../config/presets.ts'
import type {Scenario} from '../../config/scenario.ts'
import {computeReport} from '../compute-report.ts'
import {recordOf} from '../report-fixture.ts'
import {formatCell, TABLE_COLUMNS, tableRows} from '../table.ts'
import {compareRuns, compareValues} from './compare.ts'
import type {ComparedFigures} from './compared-figures.ts'
import {configDifferences} from './config-differences.ts'

function figuresOf(
  scenario: Scenario,
  tokensMs: readonly (readonly number[])[],
  gpuHours: number,
): ComparedFigures {
  const record = recordOf(tokensMs.map((times, i) => ({arrivalMs: i * 10, tokensMs: times})))
  const planner_replay = {
    version: '0',
    config: scenario,
    trace_sha256: 'a',
    engine_timing: scenario.engineTiming,
    sla_attainment: 0.5,
    goodput_rps: null,
    gpu_hours: gpuHours,
    billed_gpu_hours: gpuHours * 2,
    cost: null,
    outside_measured_share: null,
  }
  return {report: {...computeReport(record, {wallTimeMs: 1}), planner_replay}, scaling: null}
}

function preset(id: string): Scenario {
  return PRESETS.find(candidate => candidate.id === id)!.scenario
}

const agg = figuresOf(
  preset('guide-agg'),
  [
    [100, 120],
    [210, 260],
  ],
  2,
)
const disagg = figuresOf(
  preset('guide-disagg'),
  [
    [50, 60],
    [410, 430],
  ],
  3,
)

describe('compareValues', () => {
  test('takes differences to the first and says which way is better', () => {
    const [base, lower, equal, higher] = compareValues({better: 'lower'}, [100, 80, 100, 150])
    expect(base).toEqual({value: 100, difference: null, relative: null, verdict: 'base', isBest: false})
    expect(lower).toEqual({value: 80, difference: -20, relative: -0.2, verdict: 'better', isBest: true})
    expect(equal).toMatchObject({difference: 0, relative: 0, verdict: 'equal', isBest: false})
    expect(higher).toMatchObject({difference: 50, relative: 0.5, verdict: 'worse', isBest: false})
  })

  test('turns about where more is better, and judges nothing where neither is', () => {
    expect(compareValues({better: 'higher'}, [1, 2]).map(cell => cell.verdict)).toEqual(['base', 'better'])
    const neither = compareValues({better: null}, [1, 2])
    expect(neither.map(cell => cell.verdict)).toEqual(['base', 'neither'])
    expect(neither.some(cell => cell.isBest)).toBe(false)
  })

  test('has no best where all are equal, and no share of nothing', () => {
    expect(compareValues({better: 'lower'}, [5, 5]).some(cell => cell.isBest)).toBe(false)
    expect(compareValues({better: 'lower'}, [0, 5])[1]).toMatchObject({difference: 5, relative: null})
  })

  test('leaves out what a run has no figure for', () => {
    const [, missing] = compareValues({better: 'lower'}, [5, null])
    expect(missing).toEqual({
      value: null,
      difference: null,
      relative: null,
      verdict: 'neither',
      isBest: false,
    })
    const [, second] = compareValues({better: 'lower'}, [null, 5])
    expect(second).toMatchObject({value: 5, difference: null, verdict: 'neither'})
  })
})

describe('compareRuns', () => {
  test('shows every figure of the AIPerf table of each run', () => {
    const rows = compareRuns([agg, disagg], {pricePerGpuHour: null}).filter(
      row => row.metric.group === 'aiperf',
    )
    for (const [i, run] of [agg, disagg].entries()) {
      const table = tableRows(run.report).flatMap(row =>
        row.values.flatMap((value, column) =>
          value === null ? [] : [`${row.label}, ${TABLE_COLUMNS[column]} ${formatCell(value)}`],
        ),
      )
      expect(rows.map(row => `${row.metric.label} ${formatCell(row.cells[i]!.value)}`)).toEqual(table)
    }
  })

  test('prices the billed hours', () => {
    const cost = (price: number | null) =>
      compareRuns([agg, disagg], {pricePerGpuHour: price}).find(row => row.metric.key === 'cost')
    expect(cost(null)).toBeUndefined()
    expect(cost(2.5)!.cells.map(cell => cell.value)).toEqual([10, 15])
    expect(cost(2.5)!.cells[1]).toMatchObject({relative: 0.5, verdict: 'worse'})
  })

  test('gives every metric its own key', () => {
    const keys = compareRuns([agg], {pricePerGpuHour: 1}).map(row => row.metric.key)
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('leaves out figures that no run has', () => {
    const keys = compareRuns([agg, disagg], {pricePerGpuHour: null}).map(row => row.metric.key)
    expect(keys).toContain('sla_attainment')
    expect(keys).not.toContain('goodput_rps')
    expect(keys).not.toContain('scale_ups')
  })
})

describe('configDifferences', () => {
  test('finds nothing between equal scenarios', () => {
    expect(configDifferences([preset('guide-agg'), preset('guide-agg')])).toEqual([])
  })

  test('names the one field that differs', () => {
    const differences = configDifferences([preset('guide-agg'), preset('slow-start')])
    expect(differences.map(({key, values}) => [key, ...values])).toEqual([['startup_time', 'none', '300']])
  })

  test('sees options that are there in one scenario only', () => {
    const closed = {
      ...preset('guide-agg'),
      replayConcurrency: 8,
      traceFormat: {format: 'mooncake'},
    } as Scenario
    const differences = configDifferences([preset('guide-agg'), closed])
    expect(differences.map(({key, values}) => [key, ...values])).toEqual([
      ['trace-format', 'none', 'mooncake'],
      ['concurrency', 'none', '8'],
    ])
  })

  test('compares the pools of agg and disagg as one', () => {
    const differences = configDifferences([preset('guide-agg'), preset('guide-disagg')])
    expect(differences.map(({key, values}) => [key, ...values])).toEqual([
      ['topology', 'agg', 'disagg'],
      ['workers', '2', '1'],
      ['planner.mode', 'agg', 'disagg'],
    ])
  })

  test('says of a run without a planner that it has none, not what its planner lacks', () => {
    const plain = {...preset('guide-agg'), scaling: {policy: 'fixed'} as const}
    expect(configDifferences([preset('guide-agg'), plain]).map(({key}) => key)).toEqual(['planner'])
  })
})
