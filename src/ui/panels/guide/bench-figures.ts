import recorded from './bench-figures.json'

interface Range {
  readonly min: number
  readonly median: number
  readonly max: number
}

/** One policy of a bench that was measured: medians over its phases, and how far these lie apart. */
export interface BenchFigureRow {
  readonly id: string
  readonly label: string
  readonly runs: number
  readonly holds: number
  readonly share_in_time: Range
  readonly ttft_ms_p90: Range
  readonly gpu_hours: Range
  readonly scalings: Range
}

/** Made by `tools/guide/bench-figures.mjs`. */
export interface MeasuredBench {
  readonly command: string
  readonly policies: readonly BenchFigureRow[]
  /** Schedules replayed in hindsight. */
  readonly attempts: number
  readonly least_work_gpu_hours: number | null
  readonly verdict: readonly string[]
}

export const BENCHES: {readonly hour: MeasuredBench; readonly day: MeasuredBench} = recorded
