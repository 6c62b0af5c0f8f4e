import type {ComparedRow} from '../../../report/comparison/compare.ts'
import type {ConfigDifference} from '../../../report/comparison/config-differences.ts'
import type {DifferenceSummary} from '../../../report/comparison/request-differences.ts'
import {tableToCsv} from '../../kit/charts/frame/chart-table.ts'
import type {ComparedRun} from '../../model/compare/compared-run.ts'
import {linkOfCompared} from '../../model/links/page-link.ts'
import {labelOf, markOf} from './marks.ts'

/** Everything a comparison shows in figures. */
export interface ComparisonFigures {
  readonly runs: readonly ComparedRun[]
  readonly rows: readonly ComparedRow[]
  readonly config: readonly ConfigDifference[]
  /** Money per GPU-hour of each run; null = nobody said. */
  readonly prices: readonly (number | null)[]
  readonly currency: string
}

/** Requests of the second run against those of the first; null where they are not the same requests. */
export interface RequestFigures {
  readonly ttft: DifferenceSummary
  readonly e2e: DifferenceSummary
}

export function comparisonJson(figures: ComparisonFigures, requests: RequestFigures | null): string {
  const {runs, rows, config, prices, currency} = figures
  const [price = null, ...others] = new Set(prices)
  const content = {
    planner_replay_comparison: 1,
    // One price where all have the same; each run says its own.
    price_per_gpu_hour: others.length === 0 ? price : null,
    ...(currency === '' ? {} : {currency}),
    runs: runs.map(({name, run}, i) => ({
      run: markOf(i).letter,
      name,
      link: linkOfCompared(run.scenario),
      ...(others.length === 0 ? {} : {price_per_gpu_hour: prices[i] ?? null}),
      report: run.outcome.result.report,
    })),
    metrics: rows.map(({metric, cells}) => ({
      key: metric.key,
      label: metric.label,
      unit: metric.unit,
      better: metric.better,
      values: cells.map(cell => cell.value),
      differences: cells.map(cell => cell.difference),
      relative_differences: cells.map(cell => cell.relative),
    })),
    config_differences: config.map(({key, values}) => ({key, values})),
    requests_of_b_against_a: requests,
  }
  return `${JSON.stringify(content, null, 2)}\n`
}

/** One line to a metric: value of each run, then difference and relative difference to the first of the others. */
export function comparisonCsv({runs, rows, config}: ComparisonFigures): string {
  const names = runs.map(({name}, i) => labelOf(i, name))
  const others = names.slice(1)
  const columns = [
    'metric',
    'unit',
    'better',
    ...names,
    ...others.map(name => `${name}, difference to A`),
    ...others.map(name => `${name}, relative to A`),
  ]
  const metricRows = rows.map(({metric, cells}) => [
    metric.key,
    metric.unit,
    metric.better ?? '',
    ...cells.map(cell => cell.value ?? Number.NaN),
    ...cells.slice(1).map(cell => cell.difference ?? Number.NaN),
    ...cells.slice(1).map(cell => cell.relative ?? Number.NaN),
  ])
  const blank = others.flatMap(() => ['', ''])
  const configRows = config.map(({key, values}) => [
    `config ${key}`,
    '',
    '',
    ...values.map(value => value ?? ''),
    ...blank,
  ])
  return tableToCsv({columns, rows: [...metricRows, ...configRows]})
}
