import type {ServiceObjective} from '../config/scenario.ts'
import {RunError} from '../core/result.ts'
import {computeWorkBound, type WorkBound, type WorkBoundInputs} from './work-bound.ts'

/** What a bench asks of a trace and an engine before its first run. */
export interface TraceNeeds {
  /** From the first to the last arrival, of sessions to the last first turn. */
  readonly spanS: number
  readonly binS: number
  readonly batchAtItl: number
  /** null = the timing cannot say, for instance beyond its tables. */
  readonly bound: WorkBound | null
}

/** Intervals that a run is judged by: fine enough for a start-up, few enough to search. */
const BINS = 96
const LEAST_BIN_S = 15

export function computeTraceNeeds(inputs: WorkBoundInputs, objective: ServiceObjective): TraceNeeds {
  const {arrivalMs, releaseOrder} = inputs.workload
  const spanS = Math.max((arrivalMs[releaseOrder.at(-1) ?? 0] ?? 0) / 1000, 1)
  return {
    spanS,
    binS: Math.max(LEAST_BIN_S, Math.ceil(spanS / BINS)),
    batchAtItl: batchAtItl(inputs, objective.itlMs),
    bound: orNull(() => computeWorkBound(inputs)),
  }
}

const MOST_REQUESTS = 1024

/** The largest batch of mean requests that decodes within the ITL objective and fits into the KV cache; at least 1. */
function batchAtItl({scenario, workload, perfModelFor}: WorkBoundInputs, itlMs: number): number {
  const {fleet} = scenario
  const {args} = fleet.topology === 'agg' ? fleet.workers : fleet.decode
  const perf = perfModelFor(fleet.topology === 'agg' ? 'agg' : 'decode')
  const {inputLength, outputLength, requestCount} = workload
  let [input, output] = [0, 0]
  for (let r = 0; r < requestCount; r++) {
    input += inputLength[r]!
    output += outputLength[r]!
  }
  const context = Math.max(1, Math.floor((input + output / 2) / Math.max(requestCount, 1)))
  const capacity = args.num_gpu_blocks * args.block_size
  const ratio = args.speedup_ratio * args.decode_speedup_ratio
  const most = Math.min(args.max_num_seqs ?? MOST_REQUESTS, Math.max(1, Math.floor(capacity / context)))
  const isInTime = (batch: number) =>
    perf.decodeMs(batch, batch * context, context, capacity) / (ratio > 0 ? ratio : 1) <= itlMs
  let batch = 1
  for (let next = 2; next <= most && (orNull(() => isInTime(next)) ?? false); next++) batch = next
  return batch
}

/** Tables end somewhere, and say so by an error. */
function orNull<T>(compute: () => T): T | null {
  try {
    return compute()
  } catch (error) {
    if (error instanceof RunError) return null
    throw error
  }
}
