import {empty} from '../core/empty.ts'
import {PassRow} from './record/pass-figures.ts'
import {FIRST_TOKEN, type PassOutcome16} from './scheduler-1.6.ts'

/** The outcome object a scheduler of 1.6.1 fills anew in each pass. */
export class OutcomeRow16 extends PassRow implements PassOutcome16 {
  endMs = 0
  hadEffect = false
  signals: number[] = []
  signalKinds: number[] = []
  completedCount = 0
  decodeTokens = 0
  sumPrefillKvTokens = 0

  /** Nothing is computed yet. */
  clearCounts(): void {
    this.numPrefillRequests = 0
    this.sumPrefillTokens = 0
    this.sumPrefillKvTokens = 0
    this.numDecodeRequests = 0
    this.sumDecodeKvTokens = 0
  }

  clearSignals(): void {
    empty(this.signals)
    empty(this.signalKinds)
    this.completedCount = 0
  }

  /** @param kind FIRST_TOKEN, COMPLETED or REJECTED */
  signal(request: number, kind: number): void {
    this.signals.push(request)
    this.signalKinds.push(kind)
    if (kind !== FIRST_TOKEN) this.completedCount++
  }
}
