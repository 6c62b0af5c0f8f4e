import * as Comlink from 'comlink'
import {candidatesOf} from '../answers/answer-run.ts'
import {withAnswer} from '../answers/answer-text.ts'
import {type BenchFigures, computeBenchFigures} from '../bench/bench-figures.ts'
import {type BenchPlan, planBench} from '../bench/plan-bench.ts'
import type {Scenario} from '../config/scenario.ts'
import {ok, type Result} from '../core/result.ts'
import {sha256OfParts} from '../host/sha256-of.ts'
import type {CalibrationOutcome} from '../measured/fit-calibration.ts'
import {RULES_1_2} from '../policies/dynamo/rules-1.2/planner-rules.ts'
import {computeTipping, type TickTipping} from '../policies/dynamo/tipping/tipping.ts'
import type {TippingQuestion} from '../policies/dynamo/tipping/tipping-question.ts'
import {computePictures} from '../report/compute-pictures.ts'
import {addDigest} from '../run/digest.ts'
import {oversizeOddities} from '../run/oversize.ts'
import {type PreparedRun, prepareRun, simulatePrepared} from '../run/prepare-run.ts'
import type {RunResult} from '../run/run.ts'
import {STREAMED_ABOVE} from '../run/stream-limits.ts'
import {keepingLast, ROOM_OF_MANY, type Traffic, trafficFrom, workloadOptionsOf} from '../run/traffic.ts'
import {computeFigures, type PointFigures} from '../sweep/points.ts'
import type {TraceOddity} from '../trace/doctor/oddity.ts'
import type {Workload} from '../trace/workload.ts'
import {createGpuApi} from './gpu-api.ts'
import type {GpuApi} from './gpu-protocol.ts'
import type {WorkerHost} from './host.ts'
import type {
  BenchPointRequest,
  BenchRequest,
  CalibrationRequest,
  FitRequest,
  PointRequest,
  RunOutcome,
  RunRequest,
  WorkerApi,
} from './protocol.ts'
import {driveSimulation} from './run-loop.ts'
import type {StreamedFile} from './streamed/streamed-files.ts'
import {streamedTraffic} from './streamed/streamed-traffic.ts'
import {TimingFiles} from './timing-files.ts'
import type {TraceCache} from './trace-cache.ts'
import {detachableBuffers} from './transferables.ts'

/** What the worker can do beyond reading traces: loaded with the first call that needs it, so that the page opens sooner. */
export type Simulator = Pick<
  WorkerApi,
  'run' | 'runPoint' | 'checkFit' | 'planBench' | 'benchPoint' | 'calibrate' | 'computeTipping'
> &
  Omit<GpuApi, 'gpuOffer'>

export function createSimulator(host: WorkerHost, traces: TraceCache): Simulator {
  const load: TrafficOf = (scenario, blob) => trafficOf(traces, scenario, blob)
  const site: Site = {host, timing: new TimingFiles(host), traces, load, loadOfMany: null}
  return {
    run: (request, onProgress, cancel) => run(site, request, onProgress, cancel),
    runPoint: (request, onProgress, cancel) => runPoint(site, request, onProgress, cancel),
    checkFit: request => checkFit(site, request),
    planBench: request => planBenchOf(site, request),
    benchPoint: (request, onProgress, cancel) => benchPoint(site, request, onProgress, cancel),
    calibrate: (request, cancel) => calibrate(site, request, cancel),
    computeTipping: tippingOf,
    ...createGpuApi(site.timing),
  }
}

/** What stays warm between calls. */
interface Site {
  readonly host: WorkerHost
  readonly timing: TimingFiles
  readonly traces: TraceCache
  readonly load: TrafficOf
  /** The same for the runs of a sweep, a bench or a search, which keeps their traffic; null = none since the last single run. */
  loadOfMany: TrafficOf | null
}

type TrafficOf = (scenario: Scenario, blob: Blob | null) => Promise<Result<Traffic>>

/** The rules of 1.6.1 come with its other parts, which runs of 1.2.1 do without. */
async function tippingOf(question: TippingQuestion): Promise<TickTipping> {
  if (question.release === '1.2.1') return computeTipping(RULES_1_2, question.config, question.grounds)
  const {RULES_1_6} = await import('../policies/dynamo/rules-1.6/planner-rules.ts')
  return computeTipping(RULES_1_6, question.config, question.grounds)
}

type OnProgress = Parameters<WorkerApi['run']>[1]

async function run(
  site: Site,
  request: RunRequest,
  onProgress: OnProgress,
  cancel: MessagePort,
): Promise<Result<RunOutcome>> {
  const startMs = site.host.nowMs()
  // Of a run that somebody looks at, the columns take the room.
  site.loadOfMany = null
  const simulated = await simulateRequest(site, request, {onProgress, cancel, streamsAbove: STREAMED_ABOVE})
  if (!simulated.ok) return simulated
  const {traceName, workload} = simulated.value
  const digested = await addDigest(simulated.value.result, sha256OfParts)
  const candidates = candidatesOf(request.scenario, digested)
  const findings = candidates.map(({finding}) => finding)
  const {tally, ...result} = withAnswer(digested, {findings, spread: null})
  const tallied = tally === undefined ? {} : {tally}
  const outcome: RunOutcome = {
    result,
    pictures: computePictures({...result, ...tallied, scenario: request.scenario}),
    traceName,
    elapsedMs: site.host.nowMs() - startMs,
    candidates,
  }
  const {value, buffers} = detachableBuffers(outcome, workload)
  return Comlink.transfer(ok(value), buffers)
}

/** A point of a sweep is one row of its picture: the columns stay here and are freed. */
async function runPoint(
  site: Site,
  request: PointRequest,
  onProgress: OnProgress,
  cancel: MessagePort,
): Promise<Result<PointFigures>> {
  const simulated = await simulateOneOfMany(site, request, {onProgress, cancel, streamsAbove: STREAMED_ABOVE})
  return simulated.ok ? ok(computeFigures(simulated.value.result)) : simulated
}

async function checkFit(
  {traces, load, timing}: Site,
  {scenario, traceBlob, models = []}: FitRequest,
): Promise<readonly TraceOddity[]> {
  timing.useModels(models)
  const sized = timing.loader.sizeKvCaches(scenario)
  if (!sized.ok) return []
  const file = await streamedFileOf(traces, sized.value, traceBlob)
  if (file !== null) return file.ok ? oversizeOddities(sized.value, file.value.columns) : []
  const traffic = await load(sized.value, traceBlob)
  return traffic.ok ? oversizeOddities(sized.value, traffic.value.workload) : []
}

async function planBenchOf(site: Site, request: BenchRequest): Promise<Result<BenchPlan>> {
  const prepared = await prepareRequest(site, request, {})
  return prepared.ok ? planBench(request.choice, prepared.value.inputs) : prepared
}

async function benchPoint(
  site: Site,
  request: BenchPointRequest,
  onProgress: OnProgress,
  cancel: MessagePort,
): Promise<Result<BenchFigures>> {
  const simulated = await simulateOneOfMany(site, request, {onProgress, cancel})
  return simulated.ok ? ok(computeBenchFigures(simulated.value.result, request.judge)) : simulated
}

async function calibrate(
  site: Site,
  request: CalibrationRequest,
  cancel: MessagePort,
): Promise<Result<CalibrationOutcome>> {
  const {calibrateByFile} = await import('./measured-api.ts')
  return calibrateByFile(request, async own => {
    const simulated = await simulateRequest(site, own, {onProgress: () => {}, cancel})
    return simulated.ok ? ok(simulated.value.result.engine.requests) : simulated
  })
}

interface Simulated {
  readonly result: RunResult
  readonly traceName: string
  readonly workload: Workload
}

/** How a run is driven, and where its traffic comes from if not as that of a single run does. */
interface Driving {
  readonly onProgress: OnProgress
  readonly cancel: MessagePort
  readonly streamsAbove?: number
  readonly load?: TrafficOf
}

/** One of runs that mostly replay the same arrivals. */
function simulateOneOfMany(site: Site, request: RunRequest, driving: Driving): Promise<Result<Simulated>> {
  site.loadOfMany ??= keepingLast(site.load, ROOM_OF_MANY)
  return simulateRequest(site, request, {...driving, load: site.loadOfMany})
}

async function simulateRequest(
  site: Site,
  request: RunRequest,
  {onProgress, cancel, ...how}: Driving,
): Promise<Result<Simulated>> {
  const prepared = await prepareRequest(site, request, how)
  if (!prepared.ok) return prepared
  const steps = simulatePrepared(prepared.value)
  const driven = await driveSimulation({steps, host: site.host, onProgress, cancel})
  if (!driven.ok) return driven
  const {traceName, inputs} = prepared.value
  return ok({result: driven.value, traceName, workload: inputs.workload})
}

function trafficOf(traces: TraceCache, described: Scenario, blob: Blob | null): Promise<Result<Traffic>> {
  return trafficFrom(({trace}, options) => traces.loadTraffic({source: trace, blob, ...options}))(described)
}

/** null for any trace but a large file of the user's own. */
async function streamedFileOf(
  traces: TraceCache,
  scenario: Scenario,
  blob: Blob | null,
): Promise<Result<StreamedFile> | null> {
  if (scenario.synthetic !== undefined) return null
  return traces.loadStreamed({...workloadOptionsOf(scenario), source: scenario.trace, blob})
}

/** Of a run that keeps no requests of a large file; null for any other. Which of them an instance can serve is the run's own. */
async function streamedTrafficOf(
  {host, traces}: Site,
  scenario: Scenario,
  blob: Blob | null,
): Promise<Result<Traffic> | null> {
  const file = await streamedFileOf(traces, scenario, blob)
  if (file === null || host.pieces === undefined) return null
  return file.ok ? streamedTraffic(file.value, scenario, host.pieces.readPart) : file
}

function prepareRequest(
  site: Site,
  {scenario, traceBlob, profile, models = []}: RunRequest,
  {streamsAbove, load = site.load}: Pick<Driving, 'streamsAbove' | 'load'>,
): Promise<Result<PreparedRun>> {
  const {host, timing} = site
  const streams = streamsAbove !== undefined
  if (profile !== null) timing.addProfile(profile.name, profile.blob)
  timing.useModels(models)
  return prepareRun(scenario, {
    loadTraffic: async described =>
      (streams ? await streamedTrafficOf(site, described, traceBlob) : null) ?? load(described, traceBlob),
    timing: timing.loader,
    memory: {bytes: host.memoryBytes ?? Number.POSITIVE_INFINITY, of: 'a browser tab'},
    nowMs: host.nowMs,
    ...(streamsAbove === undefined ? {} : {streamsAbove}),
  })
}
