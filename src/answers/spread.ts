import type {PointFigures} from '../sweep/points.ts'
import {type Band, computeBand, REPEAT_WORDS, type RepeatKind} from '../sweep/repeats.ts'

/** Figures whose spread is told, under their names in the report. */
export const SPREAD_FIGURES = [
  'sla_attainment',
  'mean_ttft_ms',
  'median_ttft_ms',
  'p90_ttft_ms',
  'p99_ttft_ms',
  'mean_itl_ms',
  'p90_itl_ms',
  'p99_itl_ms',
  'mean_e2e_latency_ms',
  'p90_e2e_latency_ms',
  'prefix_cache_reused_ratio',
  'completed_requests',
  'request_throughput_rps',
  'output_throughput_tok_s',
  'goodput_rps',
  'gpu_hours',
  'billed_gpu_hours',
  'scale_ups',
  'scale_downs',
] as const satisfies readonly (keyof PointFigures)[]

export type SpreadFigure = (typeof SPREAD_FIGURES)[number]

/** How far a result depends on what nobody chooses: the planner's phase, or the seed of the traffic. */
export interface Spread {
  readonly of: RepeatKind
  /** Finished runs, the asked one being the first. */
  readonly runs: number
  /** Runs that hold the objective. */
  readonly holds: number
  readonly figures: Readonly<Partial<Record<SpreadFigure, Band>>>
  /** Why not to trust one run of it, in a sentence; null = the runs agree. */
  readonly fragile: string | null
}

export interface SpreadOptions {
  readonly of: RepeatKind
  /** Share of requests that must meet the objective. */
  readonly share: number
}

/** @param runs figures of the repeats that finished, the asked run first */
export function computeSpread(runs: readonly PointFigures[], {of, share}: SpreadOptions): Spread {
  const figures: Partial<Record<SpreadFigure, Band>> = {}
  for (const key of SPREAD_FIGURES) {
    const values = runs.map(run => run[key])
    const band = values.every(value => value !== null) ? computeBand(values) : null
    if (band !== null) figures[key] = band
  }
  const holds = runs.filter(run => (run.sla_attainment ?? 0) >= share).length
  return {of, runs: runs.length, holds, figures, fragile: describeFragility(runs, {of, holds})}
}

/** Repeats that differ by more than this are not one result. */
const FACTOR = 2

function describeFragility(
  runs: readonly PointFigures[],
  {of, holds}: {readonly of: RepeatKind; readonly holds: number},
): string | null {
  if (runs.length < 2) return null
  const all = `${runs.length} ${REPEAT_WORDS[of]}`
  const ttft = runs.map(run => run.mean_ttft_ms)
  const band = computeBand(ttft)!
  const collapsed = ttft.filter(ms => ms > FACTOR * band.median).length
  if (collapsed > 0) {
    return `Fragile: ${collapsed} of ${all} ${collapsed === 1 ? 'collapses' : 'collapse'} (mean TTFT ${seconds(band.max)} against ${seconds(band.median)} in the median).`
  }
  if (holds > 0 && holds < runs.length) return `Fragile: the objective holds in ${holds} of ${all}.`
  if (band.max > FACTOR * band.min)
    return `Fragile: over ${all} mean TTFT lies between ${seconds(band.min)} and ${seconds(band.max)}.`
  const hours = computeBand(runs.map(run => run.gpu_hours))!
  if (hours.max > FACTOR * hours.min)
    return `Fragile: over ${all} the cost lies between ${hours.min.toFixed(2)} and ${hours.max.toFixed(2)} GPU-hours.`
  return null
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`
}
