import type {Distribution, ReferenceReport, Statistic} from '../report.ts'
import {TABLE_COLUMNS, tableRows} from '../table.ts'
import type {ComparedFigures, Pricing} from './compared-figures.ts'

export type MetricUnit = 'ms' | 'per_s' | 'tokens_per_s' | 'hours' | 'share' | 'count' | 'money'
export type MetricGroup = 'felt' | 'cost' | 'work' | 'aiperf'

/** One row of a comparison. Keys are the report's own where it has the figure, so that files can be joined. */
export interface Metric {
  readonly key: string
  readonly group: MetricGroup
  readonly label: string
  readonly unit: MetricUnit
  /** null = neither way is better in itself. */
  readonly better: 'lower' | 'higher' | null
  readonly read: (run: ComparedFigures, pricing: Pricing) => number | null
}

export const GROUP_TITLES: Readonly<Record<MetricGroup, string>> = {
  felt: 'What users felt',
  cost: 'What it cost',
  work: 'What was done',
  aiperf: 'AIPerf figures',
}

const LATENCY_STATISTICS: readonly (readonly [Statistic, string])[] = [
  ['mean', 'mean'],
  ['median', 'p50'],
  ['p90', 'p90'],
  ['p99', 'p99'],
]

const FELT: readonly Metric[] = [
  ...latency('ttft_ms', 'TTFT'),
  ...latency('itl_ms', 'ITL'),
  extra('sla_attainment', 'Meets the objective', {group: 'felt', unit: 'share', better: 'higher'}),
  extra('goodput_rps', 'Goodput', {group: 'felt', unit: 'per_s', better: 'higher'}),
  {
    ...reported('p90_e2e_latency_ms', 'End to end, p90', {unit: 'ms', better: 'lower'}),
    group: 'felt',
  },
]

const COST: readonly Metric[] = [
  extra('gpu_hours', "GPU-hours, planner's count", {group: 'cost', unit: 'hours', better: 'lower'}),
  extra('billed_gpu_hours', 'GPU-hours, billed', {group: 'cost', unit: 'hours', better: 'lower'}),
  {
    key: 'cost',
    group: 'cost',
    label: 'Cost of the billed hours',
    unit: 'money',
    better: 'lower',
    read: (run, pricing) => costOf(run, pricing),
  },
  {
    key: 'cost_per_million_output_tokens',
    group: 'cost',
    label: 'Cost per million output tokens',
    unit: 'money',
    better: 'lower',
    read: (run, pricing) => {
      const cost = costOf(run, pricing)
      const tokens = run.report.total_output_tokens
      return cost === null || tokens === 0 ? null : (cost * 1e6) / tokens
    },
  },
]

/** By the run's own price if it has one. */
function costOf(run: ComparedFigures, {pricePerGpuHour}: Pricing): number | null {
  const price = run.pricePerGpuHour ?? pricePerGpuHour
  return price === null ? null : run.report.planner_replay.billed_gpu_hours * price
}

const WORK: readonly Metric[] = [
  scaling('scale_ups', 'Scale-ups', events => events.filter(e => e.to_count > e.from_count).length),
  scaling('scale_downs', 'Scale-downs', events => events.filter(e => e.to_count < e.from_count).length),
  reported('prefix_cache_reused_ratio', 'Prefix cache reuse', {unit: 'share', better: 'higher'}),
  reported('completed_requests', 'Completed requests', {unit: 'count', better: 'higher'}),
  reported('request_throughput_rps', 'Throughput', {unit: 'per_s', better: 'higher'}),
  reported('output_throughput_tok_s', 'Output tokens', {unit: 'tokens_per_s', better: 'higher'}),
]

/** The headline figures of a run in their order, then every figure of the AIPerf table. */
export const COMPARED_METRICS: readonly Metric[] = [...FELT, ...COST, ...WORK, ...aiperfMetrics()]

type Shape = Pick<Metric, 'unit' | 'better'>

function latency(distribution: Distribution, label: string): Metric[] {
  return LATENCY_STATISTICS.map(([statistic, name]) => ({
    ...reported(`${statistic}_${distribution}`, `${label}, ${name}`, {unit: 'ms', better: 'lower'}),
    group: 'felt',
  }))
}

type NumberKey = keyof {[K in keyof ReferenceReport as ReferenceReport[K] extends number ? K : never]: K}

function reported(key: NumberKey, label: string, shape: Shape): Metric {
  return {key, group: 'work', label, ...shape, read: ({report}) => report[key]}
}

type ExtraKey = 'sla_attainment' | 'goodput_rps' | 'gpu_hours' | 'billed_gpu_hours'

function extra(key: ExtraKey, label: string, shape: Shape & Pick<Metric, 'group'>): Metric {
  return {key, label, ...shape, read: ({report}) => report.planner_replay[key]}
}

type Events = NonNullable<ComparedFigures['scaling']>['scalingEvents']

function scaling(key: string, label: string, count: (events: Events) => number): Metric {
  const read = ({scaling: record}: ComparedFigures) => (record === null ? null : count(record.scalingEvents))
  return {key, group: 'work', label, unit: 'count', better: null, read}
}

/** The rows of the AIPerf table, one metric to a figure; which of them are the better ones stands here. */
function aiperfMetrics(): Metric[] {
  const rows: readonly (readonly [label: string, unit: MetricUnit, better: 'lower' | 'higher'])[] = [
    ['Time to First Token (ms)', 'ms', 'lower'],
    ['Time to Second Token (ms)', 'ms', 'lower'],
    ['Request Latency (ms)', 'ms', 'lower'],
    ['Inter Token Latency (ms)', 'ms', 'lower'],
    ['Output Token Throughput Per User (tokens/sec/user)', 'tokens_per_s', 'higher'],
    ['Output Token Throughput (tokens/sec)', 'tokens_per_s', 'higher'],
    ['Request Throughput (requests/sec)', 'per_s', 'higher'],
    ['Request Count (requests)', 'count', 'higher'],
  ]
  return rows.flatMap(([label, unit, better], row) =>
    TABLE_COLUMNS.map((column, i) => ({
      key: `${label} ${column}`,
      group: 'aiperf' as const,
      label: `${label}, ${column}`,
      unit,
      // A wide spread of a latency is bad in itself; a wide spread of speed per user is not.
      better: column === 'std' && better === 'higher' ? null : better,
      read: ({report}: ComparedFigures) => tableRows(report)[row]?.values[i] ?? null,
    })),
  )
}
