import {FIRST_RELEASE, type Release} from '../../config/release.ts'
import type {Scenario} from '../../config/scenario.ts'
import type {Report} from '../report.ts'
import type {CheckedRun} from './conservation.ts'
import {scenarioKey} from './scenario-key.ts'

/** A run of the reference on record: its release, what ran, and the figures it printed. */
export interface GoldenEntry {
  readonly name: string
  readonly release: Release
  readonly scenarioKey: string
  readonly traceSha256: string
  readonly figures: Readonly<Record<string, number>>
}

/** Against what the reference printed for the very same run; nothing is said of any other. */
export type Deviation =
  | {readonly kind: 'not_compared'; readonly why: string; readonly release?: Release}
  | {
      readonly kind: 'compared'
      readonly name: string
      /** Absent in runs kept from while 1.2.1 was the only one. */
      readonly release?: Release
      readonly figures: readonly ComparedFigure[]
    }

export interface ComparedFigure {
  readonly key: string
  readonly ours: number
  readonly reference: number
  /** |ours − reference| as a share of the reference's; 0 where both are 0. */
  readonly relative: number
}

export interface ComparableRun extends CheckedRun {
  readonly scenario: Scenario
  readonly report: Report
}

export function computeDeviation(run: ComparableRun, index: readonly GoldenEntry[]): Deviation {
  const release = run.scenario.release ?? FIRST_RELEASE
  const traceSha256 = run.report.planner_replay.trace_sha256
  const sameTrace = index.filter(entry => entry.release === release && entry.traceSha256 === traceSha256)
  if (sameTrace.length === 0)
    return {kind: 'not_compared', release, why: 'no run of the reference on this trace is on record'}
  const key = scenarioKey(run.scenario)
  const golden = sameTrace.find(entry => entry.scenarioKey === key)
  if (golden === undefined) {
    return {
      kind: 'not_compared',
      release,
      why: 'the reference was recorded on this trace, but not in this configuration',
    }
  }
  const ours = headlineFigures(run)
  const figures = Object.entries(golden.figures).map(([figure, reference]) => {
    const own = ours[figure] ?? Number.NaN
    return {key: figure, ours: own, reference, relative: relativeTo(own, reference)}
  })
  return {kind: 'compared', name: golden.name, release, figures}
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

function headlineFigures({report, scaling}: ComparableRun): Record<string, number> {
  const figures: Record<string, number> = {}
  for (const key of HEADLINE_KEYS) figures[key] = report[key]
  if (scaling === null) return figures
  figures.total_ticks = scaling.totalTicks
  figures.scaling_events = scaling.scalingEvents.length
  // 1.6.1 counts twice: what was provisioned, in its report, and what its planner saw serving.
  const {gpu_hours: provisioned} = report as Report & {readonly gpu_hours?: number}
  if (provisioned !== undefined) figures.gpu_hours_active = scaling.gpuHours
  figures.gpu_hours = provisioned ?? scaling.gpuHours
  return figures
}
