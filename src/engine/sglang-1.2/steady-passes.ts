import type {PassObserver, SteadyPassObserver} from '../scheduler.ts'

/** A batch to which passes do nothing but give every request one more token. */
export interface SteadyBatch {
  readonly observer: PassObserver
  /** How long a pass of `count` requests with `total` tokens takes, in ms. */
  readonly decodeMs: (count: number, total: number) => number
  /** Passes of the last run, and when the last of them began. */
  passes: number
  lastStartMs: number
}

export function createSteadyBatch(observer: PassObserver, decodeMs: SteadyBatch['decodeMs']): SteadyBatch {
  return {observer, decodeMs, passes: 0, lastStartMs: 0}
}

interface RunningRequest {
  readonly request: number
  /** Prompt plus generated tokens. */
  readonly length: number
}

/**
 * Runs up to `limit` passes from `nowMs` on that end before `horizonMs`; the caller moves the requests on afterwards.
 * @returns the time the next pass starts; `nowMs` when there was no such pass
 */
export function runSteadyPasses(
  batch: SteadyBatch,
  running: readonly RunningRequest[],
  limit: number,
  nowMs: number,
  horizonMs: number,
  observer: SteadyPassObserver | null,
): number {
  const count = running.length
  let total = 0
  for (let i = 0; i < count; i++) total += running[i]!.length
  let now = nowMs
  let passes = 0
  while (passes < limit) {
    const end = now + batch.decodeMs(count, total)
    if (end >= horizonMs || end === now) break
    if (passes > 0) batch.observer.gaps(end - now, count)
    // Before the first pass requests may have waited: only from the second on are their gaps the same.
    else for (let i = 0; i < count; i++) batch.observer.token(running[i]!.request, end)
    observer?.steadyPass(now, end, count, total)
    total += count
    batch.lastStartMs = now
    now = end
    passes++
  }
  batch.passes = passes
  return now
}
