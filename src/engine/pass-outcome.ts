import {empty} from '../core/empty.ts'
import {PassRow} from './record/pass-figures.ts'
import type {PassOutcome} from './scheduler.ts'

/** The outcome object a scheduler fills anew in each pass. */
export class OutcomeRow extends PassRow implements PassOutcome {
  endMs = 0
  completedCount = 0
  signals: number[] = []
  signalCompleted: boolean[] = []

  signal(request: number, isCompleted: boolean): void {
    this.signals.push(request)
    this.signalCompleted.push(isCompleted)
  }

  clearSignals(): void {
    empty(this.signals)
    empty(this.signalCompleted)
  }
}
