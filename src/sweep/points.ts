import type {FieldValue} from '../config/field-text.ts'
import {phaseShiftOf, sampleOrderSeedOf} from '../config/scenario.ts'
import {isObject} from '../core/is-object.ts'
import {sha256OfText} from '../core/sha256.ts'
import {stableJson} from '../core/stable-json.ts'
import type {PoolHours} from '../report/gpu-hours.ts'
import type {Distribution, Report, Statistic} from '../report/report.ts'
import type {RunResult} from '../run/run.ts'
import type {SweepAxis} from './axis.ts'
import type {GridPoint} from './grid.ts'
import {pointKey} from './point-key.ts'

/** The statistics a row carries. */
const STATISTICS = [
  'mean_ttft_ms',
  'median_ttft_ms',
  'p90_ttft_ms',
  'p99_ttft_ms',
  'mean_itl_ms',
  'p90_itl_ms',
  'p99_itl_ms',
  'mean_e2e_latency_ms',
  'p90_e2e_latency_ms',
] as const satisfies readonly `${Statistic}_${Distribution}`[]

const RATES = [
  'num_requests',
  'completed_requests',
  'duration_ms',
  'request_throughput_rps',
  'output_throughput_tok_s',
  'prefix_cache_reused_ratio',
] as const satisfies readonly (keyof Report)[]

type ReportFigures = Pick<Report, (typeof STATISTICS)[number] | (typeof RATES)[number]>

/** What a finished run adds to its point; nothing here depends on the host or the clock. */
export interface PointFigures extends ReportFigures {
  readonly sla_attainment: number | null
  readonly goodput_rps: number | null
  readonly gpu_hours: number
  readonly billed_gpu_hours: number
  /** Of a fleet of two pools; absent in rows kept before. */
  readonly billed_gpu_hours_by_pool?: PoolHours
  /** Scaling events; 0 without a planner. */
  readonly scale_ups: number
  readonly scale_downs: number
  readonly total_ticks: number
  /** SHA-256 of everything the run decided and measured: equal digests, equal runs. */
  readonly digest: string
}

export interface PointFacts {
  readonly id: string
  /** Value of every axis under the name the user gave it. */
  readonly axes: Readonly<Record<string, FieldValue>>
  /** Which run of these values, from 0: the scenario itself, then those that differ in phase or seed alone. */
  readonly repeat: number
  /** Seconds the planner's ticks are shifted by; 0 is the reference's phase. */
  readonly phase_shift_s: number
  /** Only where the samples of 1.6.1's planner lie in another order than that of their keys. */
  readonly sample_order_seed?: number
  /** Seed the trace was made anew with; null = the trace as it is. */
  readonly trace_seed: number | null
  /** Config + trace + release: what was run. */
  readonly key: string
}

/** One line of `sweep.jsonl`. */
export type SweepRow = PointFacts & (PointFigures | {readonly error: string})
export type FinishedRow = PointFacts & PointFigures

export function isFinished(row: SweepRow): row is FinishedRow {
  return !('error' in row)
}

/** Figures in the order of a line. */
const FIGURE_KEYS: readonly (keyof PointFigures)[] = [
  ...RATES,
  ...STATISTICS,
  'sla_attainment',
  'goodput_rps',
  'gpu_hours',
  'billed_gpu_hours',
  'scale_ups',
  'scale_downs',
  'total_ticks',
  'digest',
]

/** The kept row of a point, or null if the value is none or of another run. Keys come in the order of a new row. */
export function parseFinishedRow(value: unknown, facts: PointFacts): FinishedRow | null {
  if (typeof value !== 'object' || value === null) return null
  const given = value as Readonly<Record<string, unknown>>
  if (given.key !== facts.key || !FIGURE_KEYS.every(key => isFigure(key, given[key]))) return null
  const figures = Object.fromEntries(FIGURE_KEYS.map(key => [key, given[key]])) as unknown as PointFigures
  const byPool = given.billed_gpu_hours_by_pool
  return {...facts, ...figures, ...(isPoolHours(byPool) ? {billed_gpu_hours_by_pool: byPool} : {})}
}

function isPoolHours(value: unknown): value is PoolHours {
  return isObject(value) && typeof value.prefill === 'number' && typeof value.decode === 'number'
}

function isFigure(key: keyof PointFigures, value: unknown): boolean {
  if (key === 'digest') return typeof value === 'string'
  if (value === null) return key === 'sla_attainment' || key === 'goodput_rps'
  return typeof value === 'number' && (key !== 'sla_attainment' || (value >= 0 && value <= 1))
}

export interface PointInputs {
  readonly traceSha256: string
  readonly profileSha256: string | null
}

export function pointFacts(
  {id, repeat, values, scenario}: GridPoint,
  axes: readonly SweepAxis[],
  inputs: PointInputs,
): PointFacts {
  return {
    id,
    axes: Object.fromEntries(axes.map(({key}, i) => [key.name, values[i] ?? null])),
    repeat,
    phase_shift_s: phaseShiftOf(scenario),
    ...(sampleOrderSeedOf(scenario) === 0 ? {} : {sample_order_seed: sampleOrderSeedOf(scenario)}),
    trace_seed: scenario.traceSeed ?? null,
    key: pointKey({...inputs, scenario}),
  }
}

export function computeFigures({report, scaling}: RunResult): PointFigures {
  const {sla_attainment, goodput_rps, gpu_hours, billed_gpu_hours, billed_gpu_hours_by_pool} =
    report.planner_replay
  const events = scaling?.scalingEvents ?? []
  const ups = events.filter(event => event.reason === 'scale_up').length
  return {
    ...pick(report, RATES),
    ...pick(report, STATISTICS),
    sla_attainment,
    goodput_rps,
    gpu_hours,
    billed_gpu_hours,
    ...(billed_gpu_hours_by_pool === undefined ? {} : {billed_gpu_hours_by_pool}),
    scale_ups: ups,
    scale_downs: events.length - ups,
    total_ticks: scaling?.totalTicks ?? 0,
    digest: digestOf(report, events),
  }
}

function pick<K extends keyof Report>(report: Report, keys: readonly K[]): Pick<Report, K> {
  return Object.fromEntries(keys.map(key => [key, report[key]])) as Pick<Report, K>
}

/** Leaves out what depends on the host, and the config, which is in the key. */
function digestOf(report: Report, events: readonly object[]): string {
  const {
    wall_time_ms: _wall,
    processed_tokens_per_s: _rate,
    processed_output_tokens_per_s: _outputRate,
    // What was asked for is in the key.
    planner_replay: {
      config: _config,
      version: _version,
      dynamo: _dynamo,
      policy: _policy,
      objective: _objective,
      meets_objective: _meets,
      // These follow from the columns, and came later than the digests.
      burn: _burn,
      billed_gpu_hours_by_pool: _byPool,
      ...extras
    },
    ...figures
  } = report
  return sha256OfText(stableJson({figures, extras, events}))
}
