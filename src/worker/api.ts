import * as Comlink from 'comlink'
import type {Scenario, SyntheticSpec} from '../config/scenario.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {sha256Of} from '../host/sha256-of.ts'
import {computeTipping} from '../policies/dynamo/tipping/tipping.ts'
import {digestBytes, withDigest} from '../run/digest.ts'
import {forecastMemory, judgeMemory, sizeOfSynthetic, type TrafficSize} from '../run/memory-forecast.ts'
import type {RunResult} from '../run/run.ts'
import {sizeOfWorkload, syntheticWorkloadOf, workloadOptionsOf} from '../run/traffic.ts'
import {computeFigures, type PointFigures, withTargets} from '../sweep/points.ts'
import type {CatalogueEntry} from '../trace/catalogue.ts'
import type {Workload} from '../trace/workload.ts'
import {columnBuffers, packColumns, unpackColumns} from './column-archive.ts'
import {createGpuApi} from './gpu-api.ts'
import type {WorkerHost} from './host.ts'
import type {PointRequest, RunOutcome, RunRequest, WorkerApi} from './protocol.ts'
import {driveSimulation} from './run-loop.ts'
import {TimingFiles} from './timing-files.ts'
import {TraceCache} from './trace-cache.ts'
import {describeTrace} from './trace-info.ts'
import {detachableBuffers} from './transferables.ts'

/** The simulator as the page sees it. The host gives files, clock and a turn of the event loop. */
export function createWorkerApi(host: WorkerHost): WorkerApi {
  const site: Site = {host, traces: new TraceCache(host), timing: new TimingFiles(host)}
  const {traces} = site

  return {
    async ping() {},

    async listCatalogue(): Promise<Result<readonly CatalogueEntry[]>> {
      const catalogue = await traces.catalogue()
      return catalogue.ok ? ok(catalogue.value.traces) : catalogue
    },

    async loadTrace(request, onProgress) {
      const loaded = await traces.load(request, onProgress)
      release(onProgress)
      if (!loaded.ok) return loaded
      const info = describeTrace(loaded.value, request.traceSeed ?? null)
      return ok(Comlink.transfer(info, [info.arrivals.requests.buffer, info.arrivals.inputTokens.buffer]))
    },

    async run(request, onProgress, cancel) {
      try {
        return await run(site, request, onProgress, cancel)
      } finally {
        release(onProgress)
        cancel.close()
      }
    },

    async runPoint(request, onProgress, cancel) {
      try {
        return await runPoint(site, request, onProgress, cancel)
      } finally {
        release(onProgress)
        cancel.close()
      }
    },

    ...createGpuApi(site.timing),

    async computeTipping(config, grounds) {
      return computeTipping(config, grounds)
    },

    async pack(value) {
      const packed = await packColumns(value)
      return Comlink.transfer(packed, [packed.buffer])
    },

    async unpack(packed) {
      const unpacked = await unpackColumns(packed)
      return unpacked.ok ? Comlink.transfer(unpacked, columnBuffers(unpacked.value)) : unpacked
    },
  }
}

/** What stays warm between calls. */
interface Site {
  readonly host: WorkerHost
  readonly traces: TraceCache
  readonly timing: TimingFiles
}

type OnProgress = Parameters<WorkerApi['run']>[1]

async function run(
  site: Site,
  request: RunRequest,
  onProgress: OnProgress,
  cancel: MessagePort,
): Promise<Result<RunOutcome>> {
  const startMs = site.host.nowMs()
  const simulated = await simulateRequest(site, request, onProgress, cancel)
  if (!simulated.ok) return simulated
  const {traceName, workload} = simulated.value
  const result = withDigest(simulated.value.result, await sha256Of(digestBytes(simulated.value.result)))
  // With them comes what the reference printed for many runs: nothing that a page needs in order to open.
  const {computePictures} = await import('../report/compute-pictures.ts')
  const outcome: RunOutcome = {
    result,
    pictures: computePictures({...result, scenario: request.scenario}),
    traceName,
    elapsedMs: site.host.nowMs() - startMs,
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
  const simulated = await simulateRequest(site, request, onProgress, cancel)
  return simulated.ok ? ok(computeFigures(withTargets(simulated.value.result, request.targets))) : simulated
}

interface Simulated {
  readonly result: RunResult
  readonly traceName: string
  readonly workload: Workload
}

async function simulateRequest(
  {host, traces, timing}: Site,
  {scenario, traceBlob, profile, models = []}: RunRequest,
  onProgress: OnProgress,
  cancel: MessagePort,
): Promise<Result<Simulated>> {
  const checkRoom = (traffic: TrafficSize) => checkMemory(scenario, traffic, host.memoryBytes)
  // Before it is made: the requests alone may be more than there is room for.
  const room = scenario.synthetic ? checkRoom(sizeOfSynthetic(scenario.synthetic)) : ok(null)
  if (!room.ok) return room
  const trace = scenario.synthetic
    ? await generateTraffic(scenario, scenario.synthetic)
    : await traces.load({source: scenario.trace, blob: traceBlob, ...workloadOptionsOf(scenario)})
  if (!trace.ok) return trace
  const fits = checkRoom(sizeOfWorkload(trace.value.workload, trace.value.file.sizeBytes))
  if (!fits.ok) return fits
  if (profile !== null) timing.addProfile(profile.name, profile.blob)
  timing.useModels(models)
  const prepared = await timing.loader.prepare(scenario)
  if (!prepared.ok) return prepared
  const {workload, file} = trace.value
  const {notices, ...timed} = prepared.value
  const driven = await driveSimulation({
    inputs: {
      scenario,
      workload,
      traceSha256: file.sha256,
      ...timed,
      clock: host.nowMs,
    },
    host,
    onProgress,
    cancel,
  })
  if (!driven.ok) return driven
  const result = {...driven.value, notices: [...trace.value.notices, ...notices, ...driven.value.notices]}
  return ok({result, traceName: file.name, workload})
}

function checkMemory(
  scenario: Scenario,
  traffic: TrafficSize,
  bytes = Number.POSITIVE_INFINITY,
): Result<null> {
  const verdict = judgeMemory(forecastMemory(scenario, traffic), {bytes, place: 'a browser tab has'})
  return verdict.kind === 'refused' ? fail(verdict.message) : ok(null)
}

interface Traffic {
  readonly workload: Workload
  readonly file: {readonly name: string; readonly sha256: string; readonly sizeBytes: number}
  readonly notices: readonly string[]
}

/** Generated traffic is identified by its recipe, as a trace file is by its bytes. */
async function generateTraffic(scenario: Scenario, spec: SyntheticSpec): Promise<Result<Traffic>> {
  const workload = syntheticWorkloadOf(scenario, spec)
  if (!workload.ok) return workload
  const sha256 = await sha256Of(new TextEncoder().encode(JSON.stringify(spec)))
  return ok({workload: workload.value, file: {name: 'generated traffic', sha256, sizeBytes: 0}, notices: []})
}

/** Frees the page's callback; a plain function, as in a direct call, has nothing to free. */
function release(callback: object): void {
  const proxy = callback as {[Comlink.releaseProxy]?: () => void}
  if (typeof proxy[Comlink.releaseProxy] === 'function') proxy[Comlink.releaseProxy]?.()
}
