import type {ParsedTrace} from '../trace-columns.ts'
import {tellOddReuse} from './odd-reuse.ts'
import {tellBlockSize, tellDuplicates} from './odd-rows.ts'
import {
  type Arrivals,
  type TimedTrace,
  tellIdle,
  tellOneBurst,
  tellOrder,
  tellQuantised,
  tellTimeUnit,
} from './odd-times.ts'
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
    ...(options.isClosedLoop
      ? []
      : [...diagnoseArrivals(parsed, arrivalsOf(parsed, options.originMs), options), tellOrder(parsed)]),
    tellBlockSize(parsed, options.traceBlockSize),
    tellDuplicates(parsed),
    reuse(parsed),
  ].filter(oddity => oddity !== null)
}

/** What can be told of the times alone, in whatever order the file has them. */
export function diagnoseArrivals(
  parsed: TimedTrace,
  arrivals: Arrivals,
  {hasUnit, isSpread}: Pick<DiagnosisOptions, 'hasUnit' | 'isSpread'>,
): readonly (TraceOddity | null)[] {
  const unit = hasUnit ? null : tellTimeUnit(parsed, arrivals)
  return [
    unit,
    isSpread ? null : tellQuantised(arrivals),
    tellOneBurst(parsed, arrivals),
    // Gaps in a wrong unit say nothing.
    unit === null ? tellIdle(arrivals) : null,
  ]
}

/** Recorded times of what waits for no other, ms from the first of the file, in order; rows without a time have none. */
function arrivalsOf({firstTurn, timestampMs, graph}: ParsedTrace, originMs: number): Arrivals {
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
