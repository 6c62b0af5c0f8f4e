/** Latencies of one request that are compared; ITL is the mean gap between its tokens, as AIPerf and the report have it. */
export const MEASURED_METRICS = ['ttft', 'itl', 'e2e'] as const
export type MeasuredMetric = (typeof MEASURED_METRICS)[number]

/** Latencies by metric, ms; NaN = not measured. */
export type Latencies = Readonly<Record<MeasuredMetric, Float64Array>>

/** What a real run measured, request by request, in the order of their start where that is known, else of the file. */
export interface MeasuredRequests {
  readonly count: number
  /** On the recorder's own clock, ms; NaN = not recorded. */
  readonly startMs: Float64Array
  /** Tokens; NaN = not recorded. */
  readonly inputTokens: Float64Array
  readonly outputTokens: Float64Array
  readonly latencyMs: Latencies
}

/** One figure over all requests, of a file that has no more than those. */
export interface MeasuredStatistic {
  readonly metric: MeasuredMetric
  /** Percentile, in (0, 100); `mean` = the average. */
  readonly at: number | 'mean'
  readonly ms: number
}

export interface MeasuredRun {
  /** What wrote the file, for people. */
  readonly source: string
  readonly fileName: string
  /** null = the file has statistics alone. */
  readonly requests: MeasuredRequests | null
  readonly statistics: readonly MeasuredStatistic[]
  /** What was left out, in sentences. */
  readonly notices: readonly string[]
}

/** One request as a reader found it; an absent figure is NaN. */
export interface MeasuredRow {
  startMs: number
  inputTokens: number
  outputTokens: number
  ttft: number
  itl: number
  e2e: number
}

/** What a reader makes of its file. */
export interface ReadMeasured {
  readonly source: string
  /** Empty = the file has statistics alone. */
  readonly rows: readonly MeasuredRow[]
  readonly statistics?: readonly MeasuredStatistic[]
  readonly notices?: readonly string[]
}

export function emptyRow(): MeasuredRow {
  const none = Number.NaN
  return {startMs: none, inputTokens: none, outputTokens: none, ttft: none, itl: none, e2e: none}
}

/** Rows as columns, sorted by their start if all have one. What two of the latencies say of the third is filled in. */
export function requestsOf(rows: readonly MeasuredRow[]): MeasuredRequests {
  const isTimed = rows.every(({startMs}) => Number.isFinite(startMs))
  const sorted = isTimed ? rows.toSorted((a, b) => a.startMs - b.startMs) : rows
  const column = (pick: (row: MeasuredRow) => number) => Float64Array.from(sorted, pick)
  return {
    count: sorted.length,
    startMs: column(({startMs}) => (isTimed ? startMs : Number.NaN)),
    inputTokens: column(row => row.inputTokens),
    outputTokens: column(row => row.outputTokens),
    latencyMs: {ttft: column(row => row.ttft), itl: column(gapOf), e2e: column(endOf)},
  }
}

function gapOf({ttft, itl, e2e, outputTokens}: MeasuredRow): number {
  return Number.isNaN(itl) && outputTokens > 1 ? (e2e - ttft) / (outputTokens - 1) : itl
}

function endOf({ttft, itl, e2e, outputTokens}: MeasuredRow): number {
  return Number.isNaN(e2e) ? ttft + (outputTokens > 1 ? itl * (outputTokens - 1) : 0) : e2e
}

/** A number from JSON; NaN for anything else, and for what no latency or length can be. */
export function figure(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : Number.NaN
}
