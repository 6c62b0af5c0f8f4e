import type {PassOutcome16} from './scheduler-1.6.ts'

/** The outcome object a scheduler of 1.6.1 fills anew in each pass. */
export type MutableOutcome16 = {-readonly [K in keyof PassOutcome16]: PassOutcome16[K]} & {
  signals: number[]
  signalKinds: number[]
}

export function createOutcome16(): MutableOutcome16 {
  return {
    endMs: 0,
    hadEffect: false,
    signals: [],
    signalKinds: [],
    completedCount: 0,
    decodeTokens: 0,
    numPrefillRequests: 0,
    sumPrefillTokens: 0,
    sumPrefillKvTokens: 0,
    numDecodeRequests: 0,
    sumDecodeKvTokens: 0,
    numQueuedPrefill: 0,
    sumQueuedPrefillTokens: 0,
    numQueuedDecode: 0,
    sumQueuedDecodeKvTokens: 0,
  }
}
