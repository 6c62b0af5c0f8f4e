/** What a sweep will take, before it is run. */
export interface SweepForecast {
  /** Runs whose results are not there yet. */
  readonly runs: number
  /** null = nobody knows how many requests a run has. */
  readonly seconds: number | null
}

/** Until the workers have read the trace and the tables, and the language has got to know the code. */
const START_MS = 2000
/** Of a run, however few requests it has: planner and engine are set up, and its figures are made and kept. */
const RUN_MS = 15

interface Ahead {
  readonly open: number
  readonly requests: number | null
  readonly msPerRequest: number
  readonly workers: number
}

export function forecastSweep({open, requests, msPerRequest, workers}: Ahead): SweepForecast {
  if (requests === null) return {runs: open, seconds: null}
  // The last round may leave workers without work.
  const rounds = Math.ceil(open / workers)
  const ms = rounds * (RUN_MS + requests * msPerRequest)
  return {runs: open, seconds: open === 0 ? 0 : (START_MS + ms) / 1000}
}

interface Behind {
  readonly elapsedMs: number
  readonly run: number
  readonly requests: number
  readonly workers: number
}

/** What a request took, by a sweep that is over; null where that went by so soon that its start is most of it. */
export function msPerRequestOf({elapsedMs, run, requests, workers}: Behind): number | null {
  const runningMs = elapsedMs - START_MS
  if (run === 0 || requests === 0 || runningMs < START_MS) return null
  const runMs = runningMs / Math.ceil(run / workers)
  return Math.max(runMs - RUN_MS, 0.1 * runMs) / requests
}
