import * as Comlink from 'comlink'
import {ok, type Result} from '../core/result.ts'
import {sha256Of} from '../host/sha256-of.ts'
import {RULES_1_2} from '../policies/dynamo/rules-1.2/planner-rules.ts'
import {computeTipping} from '../policies/dynamo/tipping/tipping.ts'
import {addDigest} from '../run/digest.ts'
import {prepareRun, simulatePrepared} from '../run/prepare-run.ts'
import type {RunResult} from '../run/run.ts'
import {trafficFrom} from '../run/traffic.ts'
import {computeFigures, type PointFigures} from '../sweep/points.ts'
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
      return computeTipping(RULES_1_2, config, grounds)
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
  const result = await addDigest(simulated.value.result, sha256Of)
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
  return simulated.ok ? ok(computeFigures(simulated.value.result)) : simulated
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
  if (profile !== null) timing.addProfile(profile.name, profile.blob)
  timing.useModels(models)
  const prepared = await prepareRun(scenario, {
    loadTraffic: trafficFrom((_, options) =>
      traces.loadTraffic({source: scenario.trace, blob: traceBlob, ...options}),
    ),
    timing: timing.loader,
    memory: {bytes: host.memoryBytes ?? Number.POSITIVE_INFINITY, of: 'a browser tab'},
    nowMs: host.nowMs,
  })
  if (!prepared.ok) return prepared
  const driven = await driveSimulation({steps: simulatePrepared(prepared.value), host, onProgress, cancel})
  if (!driven.ok) return driven
  const {traceName, inputs} = prepared.value
  return ok({result: driven.value, traceName, workload: inputs.workload})
}

/** Frees the page's callback; a plain function, as in a direct call, has nothing to free. */
function release(callback: object): void {
  const proxy = callback as {[Comlink.releaseProxy]?: () => void}
  if (typeof proxy[Comlink.releaseProxy] === 'function') proxy[Comlink.releaseProxy]?.()
}
