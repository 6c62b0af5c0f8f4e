import {warningNotes} from '../config/checks/warnings.ts'
import type {Scenario} from '../config/scenario.ts'
import {fail, ok, type Result, RunError} from '../core/result.ts'
import {tellOddity} from '../trace/doctor/oddity.ts'
import {loadLaterParts} from './later-parts.ts'
import {
  forecastMemory,
  judgeMemory,
  type MemoryLimit,
  sizeOfSynthetic,
  type TrafficSize,
} from './memory-forecast.ts'
import {leaveOutOversize, oversizeOddities} from './oversize.ts'
import type {RunProgress, RunResult} from './run.ts'
import {type SimulationInputs, simulate} from './simulate.ts'
import {streamOf} from './stream.ts'
import type {TimingLoader} from './timing-loader.ts'
import {type LoadTraffic, type StreamedInput, sizeOfTraffic, type Traffic} from './traffic.ts'

/** What a run asks of its host: a worker, the command line, or a thread of a sweep. */
export interface RunPorts {
  readonly loadTraffic: LoadTraffic
  readonly timing: TimingLoader
  readonly memory: MemoryLimit
  /** Requests above which a run keeps none of them, where it can do without; absent = it keeps all. */
  readonly streamsAbove?: number
  /** Host clock in ms, for `wall_time_ms` alone. */
  readonly nowMs: () => number
}

/** A run with all that it needs at hand. */
export interface PreparedRun {
  readonly inputs: SimulationInputs
  readonly traceName: string
  /** What runs as asked and is easily read wrong: the page shows it beside the form, the command line as notes. */
  readonly warnings: readonly string[]
  /** What was found and changed while loading. */
  readonly notices: readonly string[]
}

/** Everything before the first event, in the one order: KV capacity, room, timing, traffic, room again. */
export async function prepareRun(described: Scenario, ports: RunPorts): Promise<Result<PreparedRun>> {
  const sized = ports.timing.sizeKvCaches(described)
  if (!sized.ok) return sized
  const scenario = sized.value
  const checkRoom = (traffic: TrafficSize) => checkMemory(scenario, traffic, ports.memory)
  // Before it is made: the requests alone may be more than there is room for.
  const stream = streamOf(scenario, ports.streamsAbove ?? Number.POSITIVE_INFINITY)
  if (!stream.ok) return stream
  const isStreamed = stream.value !== null
  const room = scenario.synthetic ? checkRoom({...sizeOfSynthetic(scenario.synthetic), isStreamed}) : ok([])
  if (!room.ok) return room
  const timing = await ports.timing.prepare(scenario)
  if (!timing.ok) return timing
  const traffic = stream.value === null ? await ports.loadTraffic(scenario) : ok(stream.value)
  if (!traffic.ok) return traffic
  const fits = checkRoom(sizeOfTraffic(traffic.value))
  if (!fits.ok) return fits
  const {notices: timingNotices, ...timed} = timing.value
  const {name, sha256, source, notices} = traffic.value
  const opened = openStreamed(traffic.value)
  if (!opened.ok) return opened
  const streamed = opened.value ?? undefined
  const {workload, notice} =
    streamed === undefined
      ? leaveOutOversize(scenario, traffic.value.workload)
      : {workload: streamed.slots.workload, notice: null}
  const longer = streamed === undefined ? oversizeOddities(scenario, workload).map(tellOddity) : []
  return ok({
    inputs: {
      scenario: source === undefined ? scenario : {...scenario, trace: source},
      workload,
      ...(streamed === undefined ? {} : {streamed}),
      traceSha256: sha256,
      ...timed,
      later: await loadLaterParts(scenario),
      clock: ports.nowMs,
    },
    traceName: name,
    warnings: [...warningNotes(scenario), ...fits.value],
    notices: [...timingNotices, ...notices, ...(notice === null ? [] : [notice]), ...longer],
  })
}

/**
 * Runs what was prepared; the result has the notices of both.
 * @throws RunError for input the run cannot finish with
 */
export function* simulatePrepared({inputs, notices}: PreparedRun): Generator<RunProgress, RunResult, void> {
  const result = yield* simulate(inputs)
  return {...result, notices: [...notices, ...result.notices]}
}

/** null where requests are kept; a file that is read again may be gone. */
function openStreamed({streamed}: Traffic): Result<StreamedInput | null> {
  try {
    return ok(streamed?.open() ?? null)
  } catch (error) {
    if (error instanceof RunError) return fail(error.message)
    throw error
  }
}

/** What to tell beforehand, or why the run is not begun: it would end in the middle, or take the machine with it. */
function checkMemory(
  scenario: Scenario,
  traffic: TrafficSize,
  limit: MemoryLimit,
): Result<readonly string[]> {
  const verdict = judgeMemory(forecastMemory(scenario, traffic), limit)
  if (verdict.kind === 'refused') return fail(verdict.message)
  return ok(verdict.kind === 'tight' ? [verdict.message] : [])
}
