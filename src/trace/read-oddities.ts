import {diagnoseTrace, type TraceOddity} from './diagnose-trace.ts'
import type {WorkloadOptions} from './parsed-trace.ts'
import type {ParsedTrace} from './trace-columns.ts'
import type {Workload} from './workload.ts'

/** What is odd about a trace as it was read, before anyone knows the fleet: a run itself leaves out and counts what does not fit. */
export function readOddities(
  parsed: ParsedTrace,
  workload: Workload,
  {traceFormat, traceSelection, replayConcurrency}: WorkloadOptions,
): readonly TraceOddity[] {
  return diagnoseTrace(parsed, workload, {
    hasUnit: traceFormat?.columns?.unit !== undefined,
    isSpread: (traceSelection?.spreadMs ?? 0) > 0 || replayConcurrency !== undefined,
  })
}
