import type {InstanceRecord} from '../../../engine/record/record.ts'

/** Instances per state over time: a value holds from its time to the next. */
export interface ReplicaSteps {
  /** Seconds. */
  readonly x: Float64Array
  readonly serving: Float64Array
  readonly starting: Float64Array
  readonly draining: Float64Array
}

type State = 'serving' | 'starting' | 'draining'

export function replicaSteps(workers: readonly InstanceRecord[], endS: number): ReplicaSteps {
  const changes = workers
    .flatMap(stateChanges)
    .filter(change => change.atMs / 1000 <= endS)
    .sort((a, b) => a.atMs - b.atMs)
  const counts = {serving: 0, starting: 0, draining: 0}
  const rows: {x: number; serving: number; starting: number; draining: number}[] = []
  for (const {atMs, state, by} of changes) {
    counts[state] += by
    const row = {x: atMs / 1000, ...counts}
    // Changes of one instant show as one step.
    if (rows.at(-1)?.x === row.x) rows[rows.length - 1] = row
    else rows.push(row)
  }
  rows.push({x: endS, ...counts})
  const column = (pick: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, pick)
  return {
    x: column(row => row.x),
    serving: column(row => row.serving),
    starting: column(row => row.starting),
    draining: column(row => row.draining),
  }
}

function stateChanges(worker: InstanceRecord): {atMs: number; state: State; by: 1 | -1}[] {
  const {requestedMs, readyMs, drainMs, exitMs} = worker
  const changes: {atMs: number; state: State; by: 1 | -1}[] = []
  const span = (state: State, fromMs: number, toMs: number | null) => {
    changes.push({atMs: fromMs, state, by: 1})
    if (toMs !== null) changes.push({atMs: toMs, state, by: -1})
  }
  const startEndsMs = readyMs ?? drainMs ?? exitMs
  if (startEndsMs === null || startEndsMs > requestedMs) span('starting', requestedMs, startEndsMs)
  if (readyMs === null) return changes
  span('serving', readyMs, drainMs ?? exitMs)
  if (drainMs !== null) span('draining', drainMs, exitMs)
  return changes
}

/**
 * Billed GPU-hours up to each time. The report holds the total; every instance is billed alike, so its share of the
 * summed instance time is its share of the bill.
 */
export function cumulativeGpuHours(
  workers: readonly InstanceRecord[],
  timesS: Float64Array,
  totalHours: number,
  endS: number,
): Float64Array {
  const lifeS = (untilS: number) => {
    let sum = 0
    for (const {requestedMs, exitMs} of workers) {
      const goneS = exitMs === null ? endS : exitMs / 1000
      sum += Math.max(Math.min(goneS, untilS) - requestedMs / 1000, 0)
    }
    return sum
  }
  const wholeS = lifeS(Number.POSITIVE_INFINITY)
  return timesS.map(timeS => (wholeS > 0 ? (lifeS(timeS) / wholeS) * totalHours : 0))
}
