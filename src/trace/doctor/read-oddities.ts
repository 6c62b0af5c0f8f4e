import type {WorkloadOptions} from '../parsed-trace.ts'
import {selectTrace} from '../select-trace.ts'
import type {LengthColumns} from '../streamed/column-source.ts'
import type {ParsedTrace} from '../trace-columns.ts'
import {diagnoseArrivals, diagnoseTrace} from './diagnose-trace.ts'
import type {TimedTrace} from './odd-times.ts'
import type {TraceOddity} from './oddity.ts'

/** What is odd about a trace as it was read, before anyone knows the fleet: a run itself leaves out and counts what does not fit. */
export function readOddities(
  whole: ParsedTrace,
  {traceBlockSize, traceFormat, traceSelection = {}, replayConcurrency, seed = 0}: WorkloadOptions,
): readonly TraceOddity[] {
  // A selection of nothing is refused by the run.
  const selected = selectTrace(whole, traceSelection, seed)
  if (!selected.ok) return []
  return diagnoseTrace(selected.value, {
    traceBlockSize: whole.traceBlockSize ?? traceBlockSize,
    originMs: firstStartMs(whole),
    hasUnit: traceFormat?.columns?.unit !== undefined,
    isSpread: (traceSelection.spreadMs ?? 0) > 0,
    isClosedLoop: replayConcurrency !== undefined,
  })
}

/** The same of a trace of which lengths alone are kept, in order of time: its rows share no prompts and are not compared with each other. */
export function readLengthOddities(
  {requestCount, timestampMs}: LengthColumns,
  readAs: Pick<TimedTrace, 'format' | 'guessedUnit'>,
  {traceFormat, replayConcurrency}: WorkloadOptions,
): readonly TraceOddity[] {
  if (replayConcurrency !== undefined) return []
  const originMs = timestampMs[0] ?? 0
  const times = {...readAs, requestCount, timestampMs, firstTurn: FIRST}
  const arrivals = timestampMs.map(at => at - originMs)
  const told = {hasUnit: traceFormat?.columns?.unit !== undefined, isSpread: false}
  return diagnoseArrivals(times, arrivals, told).filter(oddity => oddity !== null)
}

const FIRST = Int32Array.of(0)

/** From where windows count: the earliest start of what waits for no other. */
function firstStartMs({firstTurn, timestampMs, graph}: ParsedTrace): number {
  const times = graph?.notBeforeMs ?? timestampMs
  let earliest = Number.POSITIVE_INFINITY
  for (const request of firstTurn)
    if ((graph?.waits[request] ?? 0) === 0 && times[request]! < earliest) earliest = times[request]!
  return earliest
}
