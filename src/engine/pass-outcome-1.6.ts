import {PassRow} from './record/pass-figures.ts'
import type {PassOutcome16} from './scheduler-1.6.ts'

/** The outcome object a scheduler of 1.6.1 fills anew in each pass. */
export class OutcomeRow16 extends PassRow implements PassOutcome16 {
  endMs = 0
  hadEffect = false
  signals: number[] = []
  signalKinds: number[] = []
  completedCount = 0
  decodeTokens = 0
  sumPrefillKvTokens = 0
}
