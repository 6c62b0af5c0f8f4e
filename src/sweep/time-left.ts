/** A run that a worker has done, by one clock in ms. */
export interface DoneRun {
  readonly startedMs: number
  readonly endedMs: number
}

/** A run that a worker is at. */
export interface RunUnderWay {
  /** Of it that is done. */
  readonly share: number
  readonly elapsedMs: number
}

/** Many runs on a few workers, somewhere on the way. */
export interface UnderWay {
  readonly done: readonly DoneRun[]
  readonly running: readonly RunUnderWay[]
  /** Runs that nobody has begun. */
  readonly waiting: number
  readonly workers: number
}

/** So many runs of each worker are looked back at: what a run takes drifts along the knob. */
const LOOK_BACK = 4

/** Of a run that is done before its pace says how long all of it takes. */
const TELLING_SHARE = 0.1

/**
 * How long the rest will take, ms; null before the first runs are done. A worker's first run also reads trace and
 * tables, so it counts only while there is nothing else to go by: no later one done, and none far enough on its way.
 */
export function computeTimeLeft({done, running, waiting, workers}: UnderWay): number | null {
  if (done.length === 0) return null
  const shares = running.map(({share}) => share)
  const latest = tookMs(done, running, workers).slice(-LOOK_BACK * workers)
  const runMs = latest.reduce((sum, took) => sum + took, 0) / latest.length
  const longest = Math.max(0, ...shares.map(share => 1 - share))
  const work = waiting + shares.reduce((sum, share) => sum + 1 - share, 0)
  // The last runs leave workers without work.
  return runMs * Math.max(work / workers, longest)
}

/** What runs took that say how long others will, in the order they began. */
function tookMs(
  done: readonly DoneRun[],
  running: readonly RunUnderWay[],
  workers: number,
): readonly number[] {
  const inOrder = [...done].sort((a, b) => a.startedMs - b.startedMs)
  const took = inOrder.map(({startedMs, endedMs}) => endedMs - startedMs)
  if (took.length > workers) return took.slice(workers)
  // Whoever is at another one while as many as there are workers are done has its first behind it.
  const isWarm = took.length === workers
  const paced = running.filter(({share}) => isWarm && share >= TELLING_SHARE)
  return paced.length === 0 ? took : paced.map(({share, elapsedMs}) => elapsedMs / share)
}
