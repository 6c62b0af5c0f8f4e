import type {PassObserver} from '../scheduler.ts'
import type {Recorder} from './recorder.ts'

/** The token a prefill instance emits is never seen by a user. */
export function hiddenTokens(recorder: Recorder): PassObserver {
  return {
    admitted: (request, atMs, reusedTokens) => recorder.admitted(request, atMs, reusedTokens),
    prefillChunk: (request, atMs, endMs, tokens) => recorder.prefillChunk(request, atMs, endMs, tokens, true),
    preempted: (request, atMs) => recorder.preempted(request, atMs, true),
    token: () => {},
    gaps: () => {},
    stoppedAt: () => {},
    gapsBetweenStops: () => {},
    tokensUntil: () => {},
  }
}
