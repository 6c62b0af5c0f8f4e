import recorded from './parity.json'

/**
 * How far our runs are from the reference's, over every case on record in the repository. Counts are of figures
 * compared; a difference is the largest |ours − theirs| as a share of theirs.
 */
export interface Parity {
  /** Makes the file anew; test/parity.test.ts checks that it still holds. */
  readonly command: string
  readonly reference: string
  readonly replay: ReplayParity
  readonly hour: HourParity
  readonly tables: TableParity
  readonly predictors: readonly PredictorParity[]
  readonly knownDifferences: readonly {readonly what: string; readonly cause: string}[]
}

export interface ReplayParity extends Compared {
  readonly cases: number
  readonly plannerCases: number
}

export interface Compared {
  readonly ticks: number
  readonly scalingEvents: number
  readonly reportFigures: number
  readonly tickFigures: number
  readonly predictions: number
  readonly largestReportDifference: number
  readonly largestTickDifference: number
  readonly largestPredictionDifference: number
  /** Reasons, replica counts and scaling events that are not the same, as `case: what`. */
  readonly otherwise: readonly string[]
}

/** The cold-start sweep of the bundled hour. */
export interface HourParity {
  readonly points: readonly HourPoint[]
  readonly figures: number
  readonly largestDifference: number
}

/** What the reference printed at one start-up time. */
export interface HourPoint {
  readonly startup_s: number
  readonly mean_ttft_ms: number
  readonly p90_ttft_ms: number
  readonly mean_itl_ms: number
  readonly gpu_hours: number
  readonly scale_ups: number
  readonly scale_downs: number
}

/** Pass times out of the GPU tables. */
export interface TableParity {
  readonly engines: number
  readonly points: number
  readonly largestDifference: number
}

/** Predictors fed with recorded series, outside any run. */
export interface PredictorParity {
  readonly predictor: string
  readonly series: number
  readonly predictions: number
  readonly largestDifference: number
}

export const PARITY: Parity = recorded
