/** A run that a worker has done, by one clock in ms. */
export interface DoneRun {
  readonly startedMs: number
  readonly endedMs: number
}

/** Many runs on a few workers, somewhere on the way. */
export interface UnderWay {
  readonly done: readonly DoneRun[]
  /** Share done of each run that is under way. */
  readonly shares: readonly number[]
  /** Runs that nobody has begun. */
  readonly waiting: number
  readonly workers: number
}

/** So many runs of each worker are looked back at: what a run takes drifts along the knob. */
const LOOK_BACK = 4

/**
 * How long the rest will take, ms; null before the first runs are done. A worker's first run also reads trace and
 * tables, so it counts only while there is nothing else to go by.
 */
export function computeTimeLeft({done, shares, waiting, workers}: UnderWay): number | null {
  if (done.length === 0) return null
  const later = [...done].sort((a, b) => a.startedMs - b.startedMs).slice(workers)
  const latest = (later.length === 0 ? done : later).slice(-LOOK_BACK * workers)
  const runMs = latest.reduce((sum, {startedMs, endedMs}) => sum + endedMs - startedMs, 0) / latest.length
  const longest = Math.max(0, ...shares.map(share => 1 - share))
  const work = waiting + shares.reduce((sum, share) => sum + 1 - share, 0)
  // The last runs leave workers without work.
  return runMs * Math.max(work / workers, longest)
}
