import {firstPoolOf, type Scenario, type SyntheticSpec, type TraceSource} from '../config/scenario.ts'
import {readingOf} from '../config/trace-reading.ts'
import {ok, type Result} from '../core/result.ts'
import {sha256OfText} from '../core/sha256.ts'
import type {StreamedRequests} from '../engine/stream/streamed-requests.ts'
import {tellOddity} from '../trace/doctor/oddity.ts'
import {readOddities} from '../trace/doctor/read-oddities.ts'
import {createSyntheticWorkload, type SyntheticOptions} from '../trace/generators/synthetic.ts'
import type {WorkloadOptions} from '../trace/parsed-trace.ts'
import type {RequestSource} from '../trace/streamed/request-source.ts'
import type {ParsedTrace} from '../trace/trace-columns.ts'
import type {Workload} from '../trace/workload.ts'
import type {TrafficSize} from './memory-forecast.ts'

/** The requests of a run, and by what they are known. */
export interface Traffic {
  readonly workload: Workload
  /** As a reader knows it. */
  readonly name: string
  /** Of the bytes replayed, compressed or not; of generated traffic its recipe's. */
  readonly sha256: string
  /** Of the file that stays in memory for this run; 0 where there is none, or where many runs share it. */
  readonly fileBytes: number
  /** Read of the file, of which a selection may replay few; absent = as many as are replayed. */
  readonly rows?: number
  /** The trace as it turned out, where the scenario could not know it beforehand. */
  readonly source?: TraceSource
  readonly notices: readonly string[]
  /** The requests of a run that keeps none of them; then `workload` is empty. */
  readonly streamed?: StreamedTraffic
}

export interface StreamedTraffic
  extends Pick<
    RequestSource,
    'requestCount' | 'inputTokens' | 'outputTokens' | 'lastArrivalMs' | 'sessions'
  > {
  /** Anew for each run, which uses it up. */
  open(): StreamedInput
}

export type StreamedInput = Pick<StreamedRequests, 'source' | 'slots'>

export type LoadTraffic = (scenario: Scenario) => Promise<Result<Traffic>>

/** Traffic of a scenario: generated where it says so, else the trace that the host finds and reads as the options say. */
export function trafficFrom(
  loadTrace: (scenario: Scenario, options: WorkloadOptions) => Promise<Result<Traffic>>,
): LoadTraffic {
  return async scenario =>
    scenario.synthetic
      ? generateTraffic(scenario, scenario.synthetic)
      : loadTrace(scenario, workloadOptionsOf(scenario))
}

/**
 * The same with the last traffic kept: most points of a sweep replay the same arrivals, and what the engine makes of their
 * prompts lives as long as they do.
 * @param load its `source` is where the host finds what the scenario names: it does not tell one traffic from another
 * @param room requests that are kept, in those of the largest traffic; a search goes between the whole trace and windows of it
 */
export function keepingLast<Source extends readonly unknown[]>(
  load: (scenario: Scenario, ...source: Source) => Promise<Result<Traffic>>,
  room = 1,
): (scenario: Scenario, ...source: Source) => Promise<Result<Traffic>> {
  const kept = new Map<string, Traffic>()
  return async (scenario, ...source) => {
    const key = trafficKey(scenario)
    const known = kept.get(key)
    if (known !== undefined) {
      kept.delete(key)
      kept.set(key, known)
      return ok(known)
    }
    const traffic = await load(scenario, ...source)
    if (traffic.ok) {
      kept.set(key, traffic.value)
      makeRoom(kept, room)
    }
    return traffic
  }
}

/** For runs of a sweep or a search: the whole trace and, of a search, its windows. */
export const ROOM_OF_MANY = 1.5

/** Drops the oldest; the newest stays. */
function makeRoom(kept: Map<string, Traffic>, room: number): void {
  const counts = [...kept.values()].map(({workload, streamed}) => (streamed ?? workload).requestCount)
  let total = counts.reduce((sum, count) => sum + count, 0)
  const most = room * Math.max(...counts)
  for (const [i, key] of [...kept.keys()].slice(0, -1).entries()) {
    if (total <= most) return
    kept.delete(key)
    total -= counts[i]!
  }
}

/** Generated traffic is identified by its recipe, as a trace file is by its bytes. */
export function sha256OfSynthetic(spec: SyntheticSpec): string {
  return sha256OfText(JSON.stringify(spec))
}

/** How a trace file is to be read for a scenario, and no more: the key of what can be shared between runs. */
export function workloadOptionsOf(scenario: Scenario): WorkloadOptions {
  const {traceSelection, seed} = scenario
  return {
    ...readingOf(scenario),
    // Only what is random depends on it.
    ...(traceSelection?.sample === undefined && traceSelection?.spreadMs === undefined ? {} : {seed}),
  }
}

/** What is odd about a trace, each with what would set it right; for notes beside a run. */
export function oddityNotes(scenario: Scenario, parsed: ParsedTrace): readonly string[] {
  return readOddities(parsed, workloadOptionsOf(scenario)).map(tellOddity)
}

/** What a forecast of memory needs to know of traffic. */
export function sizeOfTraffic({workload, fileBytes, rows = 0, streamed}: Traffic): TrafficSize {
  if (streamed !== undefined) {
    const {requestCount, inputTokens, outputTokens, lastArrivalMs, sessions} = streamed
    const spanS = lastArrivalMs / 1000
    return {requests: requestCount, inputTokens, outputTokens, fileBytes, spanS, isStreamed: true, sessions}
  }
  let inputTokens = 0
  let outputTokens = 0
  for (let r = 0; r < workload.requestCount; r++) {
    inputTokens += workload.inputLength[r]!
    outputTokens += workload.outputLength[r]!
  }
  const last = workload.releaseOrder[workload.releaseOrder.length - 1]!
  const spanS = workload.arrivalMs[last]! / 1000
  return {requests: workload.requestCount, inputTokens, outputTokens, fileBytes, spanS, traceRows: rows}
}

/** The generated requests. */
export function syntheticWorkloadOf(scenario: Scenario, spec: SyntheticSpec): Result<Workload> {
  return createSyntheticWorkload(spec, syntheticOptionsOf(scenario))
}

/** Blocks are those of the pool that meets the prompts first. */
export function syntheticOptionsOf(scenario: Scenario): SyntheticOptions {
  return {
    blockSize: firstPoolOf(scenario.fleet).args.block_size,
    arrivalSpeedupRatio: scenario.arrivalSpeedupRatio,
    closedLoop: scenario.replayConcurrency !== undefined,
    ...(scenario.release === undefined ? {} : {release: scenario.release}),
  }
}

function generateTraffic(scenario: Scenario, spec: SyntheticSpec): Result<Traffic> {
  const workload = syntheticWorkloadOf(scenario, spec)
  if (!workload.ok) return workload
  return ok(generatedTraffic(spec, workload.value))
}

export function generatedTraffic(spec: SyntheticSpec, workload: Workload): Traffic {
  return {workload, name: 'generated traffic', sha256: sha256OfSynthetic(spec), fileBytes: 0, notices: []}
}

function trafficKey(scenario: Scenario): string {
  const blockSize = firstPoolOf(scenario.fleet).args.block_size
  return JSON.stringify([
    scenario.trace,
    workloadOptionsOf(scenario),
    scenario.synthetic,
    blockSize,
    scenario.release,
  ])
}
