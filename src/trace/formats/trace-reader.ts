import type {Problem, Result} from '../../core/result.ts'
import type {ParsedTrace} from '../trace-columns.ts'

/** How far an incremental parse is, for a progress bar. */
export interface ParseProgress {
  readonly bytesDone: number
  readonly bytesTotal: number
  readonly requests: number
}

/** A reader of one trace file, in steps of a few milliseconds so that a worker can report progress or stop. */
export interface TraceReader {
  readonly isDone: boolean
  /** Bytes read so far. */
  readonly position: number
  readonly requestCount: number
  /** Reads on; a problem ends the reading. */
  readStep(): Problem | null
  finish(): Result<ParsedTrace>
}

export function* readInSteps(
  reader: TraceReader,
  bytesTotal: number,
): Generator<ParseProgress, Result<ParsedTrace>, void> {
  while (!reader.isDone) {
    const problem = reader.readStep()
    if (problem !== null) return {ok: false, error: problem}
    yield {bytesDone: reader.position, bytesTotal, requests: reader.requestCount}
  }
  return reader.finish()
}

/** Runs a stepwise parse to its end. */
export function finishSteps(steps: Generator<ParseProgress, Result<ParsedTrace>, void>): Result<ParsedTrace> {
  for (;;) {
    const next = steps.next()
    if (next.done) return next.value
  }
}
