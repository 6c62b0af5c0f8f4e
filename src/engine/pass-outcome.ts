import {scaledDurationMs} from '../core/duration.ts'
import {RunError} from '../core/result.ts'
import type {PerfModel} from '../perf/perf-model.ts'
import type {PassOutcome} from './scheduler.ts'

/** The outcome object a scheduler fills anew in each pass. */
export type MutableOutcome = {-readonly [K in keyof PassOutcome]: PassOutcome[K]} & {
  signals: number[]
  signalCompleted: boolean[]
}

export function createOutcome(): MutableOutcome {
  return {
    endMs: 0,
    completedCount: 0,
    signals: [],
    signalCompleted: [],
    numPrefillRequests: 0,
    sumPrefillTokens: 0,
    numDecodeRequests: 0,
    sumDecodeKvTokens: 0,
    numQueuedPrefill: 0,
    sumQueuedPrefillTokens: 0,
    numQueuedDecode: 0,
    sumQueuedDecodeKvTokens: 0,
  }
}

/** What a timing said of a pass, sped up and in whole nanoseconds (engine.md 4.1). */
export function passDurationMs(perf: PerfModel, ms: number, ratio: number): number {
  if (!Number.isFinite(ms)) throw new RunError(`the ${perf.timing} timing gave a pass time of ${ms} ms`)
  return scaledDurationMs(ms, ratio)
}
