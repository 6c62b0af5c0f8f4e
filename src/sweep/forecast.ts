/** What a sweep will take, before it is run. */
export interface SweepForecast {
  /** Runs whose results are not there yet. */
  readonly runs: number
  /** null = nobody knows how many requests a run has. */
  readonly seconds: number | null
}

/** Until the workers have read the trace and the tables. */
const START_S = 2

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
  return {runs: open, seconds: open === 0 ? 0 : START_S + (rounds * requests * msPerRequest) / 1000}
}
