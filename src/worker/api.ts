import * as Comlink from 'comlink'
import {ok, type Result} from '../core/result.ts'
import type {CatalogueEntry} from '../trace/catalogue.ts'
import {unpackParquet} from '../trace/formats/parquet-to-lines.ts'
import {readOptionsOf} from '../trace/parsed-trace.ts'
import {openArchive, packColumns} from './column-archive.ts'
import {createGpuOffer} from './gpu-offer.ts'
import type {WorkerHost} from './host.ts'
import {createPerfFetch} from './perf-fetch.ts'
import type {TraceInfo, TraceRequest, WorkerApi} from './protocol.ts'
import type {Simulator} from './simulator.ts'
import type {StreamedLoading} from './streamed/streamed-files.ts'
import {type LoadedTrace, TraceCache} from './trace-cache.ts'
import {describeTrace} from './trace-info.ts'

/** The simulator as the page sees it. The host gives files, clock and a turn of the event loop. */
export function createWorkerApi(host: WorkerHost): WorkerApi {
  const traces = new TraceCache(host)
  let loading: Promise<Simulator> | null = null
  let reading = {aborted: false}
  const simulator = (): Promise<Simulator> => {
    loading ??= import('./simulator.ts').then(({createSimulator}) => createSimulator(host, traces))
    // A failed download must not be remembered: the next call tries again.
    loading.catch(() => {
      loading = null
    })
    return loading
  }

  return {
    async ping() {},

    async listCatalogue(): Promise<Result<readonly CatalogueEntry[]>> {
      const catalogue = await traces.catalogue()
      return catalogue.ok ? ok(catalogue.value.traces) : catalogue
    },

    async loadTrace(request, onProgress) {
      const signal = {aborted: false}
      reading = signal
      const info = await describe(traces, request, {onProgress, signal})
      release(onProgress)
      return info.ok
        ? ok(
            Comlink.transfer(info.value, [
              info.value.arrivals.requests.buffer,
              info.value.arrivals.inputTokens.buffer,
            ]),
          )
        : info
    },

    async stopReading() {
      reading.aborted = true
    },

    joinTraces: async files => (await import('./join-traces.ts')).joinTraces(files),

    async previewTrace({blob, name, ...reading}) {
      const {previewTrace} = await import('../trace/preview-trace.ts')
      const rows = await unpackParquet(new Uint8Array(await blob.arrayBuffer()), name)
      return rows.ok ? previewTrace(rows.value, name, readOptionsOf(reading)) : rows
    },

    async run(request, onProgress, cancel) {
      try {
        return await (await simulator()).run(request, onProgress, cancel)
      } finally {
        release(onProgress)
        cancel.close()
      }
    },

    async runPoint(request, onProgress, cancel) {
      try {
        return await (await simulator()).runPoint(request, onProgress, cancel)
      } finally {
        release(onProgress)
        cancel.close()
      }
    },

    checkFit: async request => (await simulator()).checkFit(request),
    planBench: async request => (await simulator()).planBench(request),

    async benchPoint(request, onProgress, cancel) {
      try {
        return await (await simulator()).benchPoint(request, onProgress, cancel)
      } finally {
        release(onProgress)
        cancel.close()
      }
    },

    gpuOffer: createGpuOffer(createPerfFetch(host)),
    checkEngine: async engine => (await simulator()).checkEngine(engine),
    gpuCurves: async engine => (await simulator()).gpuCurves(engine),
    passBreakdown: async (engine, point) => (await simulator()).passBreakdown(engine, point),
    kvCapacity: async request => (await simulator()).kvCapacity(request),
    readModel: async files => (await simulator()).readModel(files),
    readPrediction: async (document, models) => (await simulator()).readPrediction(document, models),
    computeTipping: async question => (await simulator()).computeTipping(question),

    searchStep: async request => (await import('./search-steps.ts')).searchStep(request),

    compareMeasured: async request => (await import('./measured-api.ts')).compareMeasuredFile(request),

    async calibrate(request, cancel) {
      try {
        return await (await simulator()).calibrate(request, cancel)
      } finally {
        cancel.close()
      }
    },

    async pack(value) {
      const packed = await packColumns(value)
      return Comlink.transfer(packed, [packed.buffer])
    },

    async openArchive(packed) {
      const opened = await openArchive(packed)
      if (!opened.ok) return opened
      const buffers = opened.value.columns.map(({buffer}) => buffer as ArrayBuffer)
      return Comlink.transfer(opened, buffers)
    },
  }
}

async function describe(
  traces: TraceCache,
  request: TraceRequest,
  loading: StreamedLoading,
): Promise<Result<TraceInfo>> {
  const streamed = await traces.loadStreamed(request, loading)
  if (streamed !== null) {
    if (!streamed.ok) return streamed
    const {describeStreamed} = await import('./streamed/describe-streamed.ts')
    return ok(describeStreamed(streamed.value, request))
  }
  const loaded = await traces.load(request, loading.onProgress)
  if (!loaded.ok) return loaded
  const oddities = await odditiesOf(loaded.value, request)
  return ok({...describeTrace(loaded.value, request), oddities})
}

/** Only a trace of the user's own can be odd; the first page has none, and does without the code. */
async function odditiesOf({file}: LoadedTrace, request: TraceRequest) {
  if (file.source.kind !== 'file') return []
  const {readOddities} = await import('../trace/doctor/read-oddities.ts')
  return readOddities(file.parsed, request)
}

/** Frees the page's callback; a plain function, as in a direct call, has nothing to free. */
function release(callback: object): void {
  const proxy = callback as {[Comlink.releaseProxy]?: () => void}
  if (typeof proxy[Comlink.releaseProxy] === 'function') proxy[Comlink.releaseProxy]?.()
}
