const QUANTUM_JITTER_MS = 2
const QUANTUM_MIN_MS = 50
const QUANTUM_SHARE_MIN = 0.95
const BATCHES_MIN = 10

/**
 * Arrivals within a jitter are one batch. If nearly all waits between batches are whole multiples of the commonest
 * wait, and batches are real (fewer than arrivals), timestamps were rounded to that wait.
 */
export function findTimestampQuantum(sortedMs: Float64Array): number | null {
  // Of a week's arrivals there are too many waits to keep them for nothing.
  const count = countBatchWaits(sortedMs)
  if (count < BATCHES_MIN || count > sortedMs.length / 2) return null
  const waits = computeBatchWaits(sortedMs, count)
  const quantum = findCommonest(waits)
  if (quantum < QUANTUM_MIN_MS) return null
  const isOnGrid = (wait: number) =>
    Math.abs(wait - quantum * Math.round(wait / quantum)) <= QUANTUM_JITTER_MS && wait > quantum / 2
  return waits.filter(isOnGrid).length >= waits.length * QUANTUM_SHARE_MIN ? quantum : null
}

/** Waits between batches of arrivals, ms; there are `count` of them. */
function computeBatchWaits(sortedMs: Float64Array, count: number): Float64Array {
  const waits = new Float64Array(count)
  let batchStart = sortedMs[0]!
  let next = 0
  for (const arrival of sortedMs) {
    if (isSameBatch(batchStart, arrival)) continue
    waits[next++] = arrival - batchStart
    batchStart = arrival
  }
  return waits
}

/** How often nothing arrives for longer than a jitter, and then something does. */
export function countBatchWaits(sortedMs: Float64Array): number {
  let batchStart = sortedMs[0]!
  let count = 0
  for (const arrival of sortedMs) {
    if (isSameBatch(batchStart, arrival)) continue
    count++
    batchStart = arrival
  }
  return count
}

/** Whether an arrival belongs to the batch that began then. */
export function isSameBatch(batchStart: number, arrival: number): boolean {
  return arrival - batchStart <= QUANTUM_JITTER_MS
}

function findCommonest(values: Float64Array): number {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(Math.round(value), (counts.get(Math.round(value)) ?? 0) + 1)
  let best = 0
  let bestCount = 0
  for (const [value, count] of counts) {
    if (count <= bestCount) continue
    best = value
    bestCount = count
  }
  return best
}
