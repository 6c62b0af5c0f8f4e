import type {EngineTiming, Scenario} from '../../config/scenario.ts'
import type {Report} from '../report.ts'
import {type CheckedRun, type ConservationCheck, checkConservation} from './conservation.ts'
import {GOLDEN_INDEX, type GoldenEntry} from './golden-index.ts'
import {type Comparison, compareWithMeasured} from './measured.ts'
import {computeSaturation, type Saturation} from './saturation.ts'
import {scenarioKey} from './scenario-key.ts'

/** How far a result can be trusted, said of every result alike. */
export interface Honesty {
  readonly timing: EngineTiming
  /** Share of pass-time lookups outside the measured grid; null where the timing has no grid. */
  readonly outsideShare: number | null
  readonly saturation: Saturation
  readonly checks: readonly ConservationCheck[]
  readonly deviation: Deviation
  /** Against public measurements of real engines; absent in runs kept from before there was one. */
  readonly measured?: Comparison
  /** Pre-emptions for a full KV cache; absent likewise. */
  readonly preemptions?: number
  /** null for runs made before there was one. */
  readonly resultSha256: string | null
}

/** Against what ai-dynamo 1.2.1 printed for the very same run; nothing is said of any other. */
export type Deviation =
  | {readonly kind: 'not_compared'; readonly why: string}
  | {readonly kind: 'compared'; readonly name: string; readonly figures: readonly ComparedFigure[]}

export interface ComparedFigure {
  readonly key: string
  readonly ours: number
  readonly reference: number
  /** |ours − reference| as a share of the reference's; 0 where both are 0. */
  readonly relative: number
}

export interface HonestyInput extends CheckedRun {
  readonly scenario: Scenario
  readonly report: Report
}

export function computeHonesty(input: HonestyInput): Honesty {
  return {
    timing: input.scenario.engineTiming,
    outsideShare: input.report.planner_replay.outside_measured_share,
    saturation: computeSaturation(input.engine),
    checks: checkConservation(input),
    deviation: computeDeviation(input, GOLDEN_INDEX),
    measured: compareWithMeasured(input.scenario),
    preemptions: input.engine.requestEvents.preemptions.length,
    resultSha256: input.report.planner_replay.result_sha256 ?? null,
  }
}

export function computeDeviation(input: HonestyInput, index: readonly GoldenEntry[]): Deviation {
  const traceSha256 = input.report.planner_replay.trace_sha256
  const sameTrace = index.filter(entry => entry.traceSha256 === traceSha256)
  if (sameTrace.length === 0)
    return {kind: 'not_compared', why: 'no run of the reference on this trace is on record'}
  const key = scenarioKey(input.scenario)
  const golden = sameTrace.find(entry => entry.scenarioKey === key)
  if (golden === undefined) {
    return {
      kind: 'not_compared',
      why: 'the reference was recorded on this trace, but not in this configuration',
    }
  }
  const ours = headlineFigures(input)
  const figures = Object.entries(golden.figures).map(([figure, reference]) => {
    const own = ours[figure] ?? Number.NaN
    return {key: figure, ours: own, reference, relative: relativeTo(own, reference)}
  })
  return {kind: 'compared', name: golden.name, figures}
}

export function largestDeviation(figures: readonly ComparedFigure[]): number {
  return Math.max(0, ...figures.map(figure => figure.relative))
}

function relativeTo(ours: number, reference: number): number {
  const difference = Math.abs(ours - reference)
  return difference === 0 ? 0 : difference / Math.abs(reference)
}

/** The figures a reader compares first, under the reference's own keys. */
export const HEADLINE_KEYS = [
  'completed_requests',
  'duration_ms',
  'mean_ttft_ms',
  'p90_ttft_ms',
  'mean_itl_ms',
  'p90_itl_ms',
  'output_throughput_tok_s',
  'prefix_cache_reused_ratio',
] as const

function headlineFigures({report, planner}: HonestyInput): Record<string, number> {
  const figures: Record<string, number> = {}
  for (const key of HEADLINE_KEYS) figures[key] = report[key]
  if (planner === null) return figures
  figures.total_ticks = planner.totalTicks
  figures.gpu_hours = planner.gpuHours
  figures.scaling_events = planner.scalingEvents.length
  return figures
}
