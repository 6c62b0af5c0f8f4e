import {scaledDurationMs} from '../core/duration.ts'
import {RunError} from '../core/result.ts'
import type {PerfModel} from '../perf/perf-model.ts'
import {PassRow} from './record/pass-figures.ts'
import type {PassOutcome} from './scheduler.ts'

/** The outcome object a scheduler fills anew in each pass. */
export class OutcomeRow extends PassRow implements PassOutcome {
  endMs = 0
  completedCount = 0
  signals: number[] = []
  signalCompleted: boolean[] = []
}

/** What a timing said of a pass, sped up and in whole nanoseconds (engine.md 4.1). */
export function passDurationMs(perf: PerfModel, ms: number, ratio: number): number {
  if (!Number.isFinite(ms)) throw new RunError(`the ${perf.timing} timing gave a pass time of ${ms} ms`)
  return scaledDurationMs(ms, ratio)
}
