import type {ParsedTrace} from '../trace-columns.ts'
import {tellOddReuse} from './odd-reuse.ts'
import {tellBlockSize, tellDuplicates} from './odd-rows.ts'
import {tellIdle, tellOneBurst, tellOrder, tellQuantised, tellTimeUnit} from './odd-times.ts'
import type {TraceOddity} from './oddity.ts'

export interface DiagnosisOptions {
  /** Tokens one hash id stands for. */
  readonly traceBlockSize: number
  /** Time of the file's first arrival, ms as in the columns. */
  readonly originMs: number
  /** The user said what unit times are in, or how arrivals are spread: they are not asked again. */
  readonly hasUnit: boolean
  readonly isSpread: boolean
  /** Arrival times do not count. */
  readonly isClosedLoop: boolean
}

/**
 * Looks at what is replayed of a trace before it is run. Where the reference is equally silent the numbers stay as they are,
 * and this alone says that they are odd. One pass over the columns for each question.
 */
export function diagnoseTrace(parsed: ParsedTrace, options: DiagnosisOptions): readonly TraceOddity[] {
  return [
    ...(options.isClosedLoop ? [] : diagnoseTimes(parsed, options)),
    tellBlockSize(parsed, options.traceBlockSize),
    tellDuplicates(parsed),
    reuse(parsed),
  ].filter(oddity => oddity !== null)
}

function diagnoseTimes(
  parsed: ParsedTrace,
  {hasUnit, isSpread, originMs}: DiagnosisOptions,
): readonly (TraceOddity | null)[] {
  const arrivals = arrivalsOf(parsed, originMs)
  const unit = hasUnit ? null : tellTimeUnit(parsed, arrivals)
  return [
    unit,
    isSpread ? null : tellQuantised(arrivals),
    tellOneBurst(parsed, arrivals),
    // Gaps in a wrong unit say nothing.
    unit === null ? tellIdle(arrivals) : null,
    tellOrder(parsed),
  ]
}

/** Recorded times of what waits for no other, ms from the first of the file, in order; rows without a time have none. */
function arrivalsOf({firstTurn, timestampMs, graph}: ParsedTrace, originMs: number): Float64Array {
  const times = graph?.notBeforeMs ?? timestampMs
  return Float64Array.from(
    firstTurn.filter(request => (graph?.waits[request] ?? 0) === 0),
    request => times[request]! - originMs,
  )
    .filter(at => !Number.isNaN(at))
    .sort()
}

function reuse(parsed: ParsedTrace): TraceOddity | null {
  const text = tellOddReuse(parsed)
  return text === null ? null : {kind: 'reuse', text, cure: null}
}
