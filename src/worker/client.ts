import * as Comlink from 'comlink'
import type {BenchFigures} from '../bench/bench-figures.ts'
import type {BenchPlan} from '../bench/plan-bench.ts'
import type {Result} from '../core/result.ts'
import type {ModelConfig} from '../perf/models/model-config.ts'
import type {TickTipping} from '../policies/dynamo/tipping/tipping.ts'
import type {TippingQuestion} from '../policies/dynamo/tipping/tipping-question.ts'
import type {PointFigures} from '../sweep/points.ts'
import type {CatalogueEntry} from '../trace/catalogue.ts'
import type {TraceOddity} from '../trace/doctor/oddity.ts'
import type {TracePreview} from '../trace/preview-trace.ts'
import {readArchive} from './column-archive.ts'
import type {GpuApi} from './gpu-protocol.ts'
import type {
  BenchPointRequest,
  BenchRequest,
  CalibrationRequest,
  FitRequest,
  LoadProgress,
  MeasuredRequest,
  PointRequest,
  PreviewRequest,
  RunOutcome,
  RunRequest,
  RunTelemetry,
  SearchAdvance,
  SearchRequest,
  TraceInfo,
  TraceRequest,
  WorkerApi,
} from './protocol.ts'

/** A started worker: an endpoint to talk to, and ways to end it and to hear of its end. */
export interface WorkerLink {
  readonly endpoint: Comlink.Endpoint
  terminate(): void
  onDeath(report: (reason: Error) => void): void
}

type OnProgress = (progress: RunTelemetry) => void

/** The worker is gone, whatever was asked of it: another may do it. */
class WorkerDeath extends Error {}

/** How long a cancelled worker may take to say so before it is taken for stuck. Its slices are 50 ms. */
const CANCEL_GRACE_MS = 1500

/**
 * A worker that leaves a ping unanswered for so many seconds is taken for stuck: its longest step without a look at its
 * messages (the blocks of a trace a hundred times the hour's) takes a fraction of that. Ticks are counted and no clock
 * is read, so a page that sleeps or whose timers are throttled only waits longer.
 */
const STUCK_AFTER_TICKS = 120
/** A worker that has yet to give its first sign has nothing to do but to load its script. */
const UNBORN_AFTER_TICKS = 30
const TICK_MS = 1000

/**
 * The page's side of the boundary. A call settles in every case: with a value, or with the signal's reason. A worker
 * that dies is replaced, and what was asked of it is asked of the new one; what kills two would kill a third, and
 * is given up with the reason.
 */
export class SimulatorClient {
  /** Models the user brought; every run gets them, since a worker may be new. */
  models: readonly ModelConfig[] = []
  readonly #spawn: () => WorkerLink
  #live: LiveWorker | null = null

  constructor(spawn: () => WorkerLink) {
    this.#spawn = spawn
  }

  listCatalogue(): Promise<Result<readonly CatalogueEntry[]>> {
    return this.#ask(api => api.listCatalogue())
  }

  loadTrace(
    request: TraceRequest,
    onProgress: (progress: LoadProgress) => void,
    signal: AbortSignal,
  ): Promise<Result<TraceInfo>> {
    return this.#twice(
      worker =>
        untilSettled(onProgress, signal, listen => {
          signal.addEventListener('abort', () => void worker.api.stopReading(), {once: true})
          return worker.race(worker.api.loadTrace(request, listen), signal)
        }),
      signal,
    )
  }

  joinTraces(files: readonly File[]): Promise<Result<Blob>> {
    return this.#ask(api => api.joinTraces(files))
  }

  previewTrace(request: PreviewRequest): Promise<Result<TracePreview>> {
    return this.#ask(api => api.previewTrace(request))
  }

  checkFit(request: FitRequest): Promise<readonly TraceOddity[]> {
    return this.#ask(api => api.checkFit({models: this.models, ...request}))
  }

  run(request: RunRequest, onProgress: OnProgress, signal: AbortSignal): Promise<Result<RunOutcome>> {
    return this.#twice(
      worker =>
        this.#cancellable(worker, {onProgress, signal}, (api, listen, cancel) =>
          api.run({models: this.models, ...request}, listen, cancel),
        ),
      signal,
    )
  }

  /** One run of a sweep; its columns stay in the worker. */
  runPoint(
    request: PointRequest,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<Result<PointFigures>> {
    return this.#twice(
      worker =>
        this.#cancellable(worker, {onProgress, signal}, (api, listen, cancel) =>
          api.runPoint({models: this.models, ...request}, listen, cancel),
        ),
      signal,
    )
  }

  planBench(request: BenchRequest, signal: AbortSignal): Promise<Result<BenchPlan>> {
    return this.#twice(
      worker => worker.race(worker.api.planBench({models: this.models, ...request}), signal),
      signal,
    )
  }

  /** One run of a bench; its columns stay in the worker. */
  benchPoint(
    request: BenchPointRequest,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<Result<BenchFigures>> {
    return this.#twice(
      worker =>
        this.#cancellable(worker, {onProgress, signal}, (api, listen, cancel) =>
          api.benchPoint({models: this.models, ...request}, listen, cancel),
        ),
      signal,
    )
  }

  /** Questions about a measured run. */
  readonly measured = {
    compareMeasured: (request: MeasuredRequest, signal: AbortSignal) =>
      this.#twice(worker => worker.race(worker.api.compareMeasured(request), signal), signal),
    calibrate: (request: CalibrationRequest, signal: AbortSignal) =>
      this.#twice(
        worker =>
          this.#cancellable(worker, {onProgress: () => {}, signal}, (api, _, cancel) =>
            api.calibrate({...request, run: {models: this.models, ...request.run}}, cancel),
          ),
        signal,
      ),
  }

  /** Questions about GPUs and models. */
  readonly gpu: GpuApi = {
    gpuOffer: (models, release) => this.#ask(api => api.gpuOffer(models, release)),
    checkEngine: engine => this.#ask(api => api.checkEngine(engine)),
    gpuCurves: engine => this.#ask(api => api.gpuCurves(engine)),
    passBreakdown: (engine, point) => this.#ask(api => api.passBreakdown(engine, point)),
    kvCapacity: request => this.#ask(api => api.kvCapacity(request)),
    readModel: files => this.#ask(api => api.readModel(files)),
    readPrediction: (document, models) => this.#ask(api => api.readPrediction(document, models)),
  }

  #ask<P extends Promise<unknown>>(call: (api: Comlink.Remote<WorkerApi>) => P): Promise<Awaited<P>> {
    return this.#twice(worker => worker.race(call(worker.api)))
  }

  async #twice<T>(attempt: (worker: LiveWorker) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted()
    try {
      return await attempt(this.#worker())
    } catch (error) {
      if (!(error instanceof WorkerDeath)) throw error
    }
    signal?.throwIfAborted()
    try {
      return await attempt(this.#worker())
    } catch (error) {
      if (!(error instanceof WorkerDeath)) throw error
      throw new WorkerDeath(`two workers died of it, the second because ${error.message}`)
    }
  }

  async #cancellable<P extends Promise<unknown>>(
    worker: LiveWorker,
    {onProgress, signal}: {readonly onProgress: OnProgress; readonly signal: AbortSignal},
    start: (api: Comlink.Remote<WorkerApi>, listen: OnProgress, cancel: MessagePort) => P,
  ): Promise<Awaited<P>> {
    return untilSettled(onProgress, signal, listen => this.#raceCancellable(worker, {listen, signal}, start))
  }

  async #raceCancellable<P extends Promise<unknown>>(
    worker: LiveWorker,
    {listen, signal}: {readonly listen: OnProgress; readonly signal: AbortSignal},
    start: (api: Comlink.Remote<WorkerApi>, listen: OnProgress, cancel: MessagePort) => P,
  ): Promise<Awaited<P>> {
    const cancel = new MessageChannel()
    const call = start(worker.api, listen, Comlink.transfer(cancel.port2, [cancel.port2]))
    const onAbort = () => {
      cancel.port1.postMessage(null)
      const stuck = setTimeout(
        () => this.#replace(worker, new WorkerDeath('the simulation worker did not stop')),
        CANCEL_GRACE_MS,
      )
      const answered = () => clearTimeout(stuck)
      call.then(answered, answered)
    }
    signal.addEventListener('abort', onAbort, {once: true})
    try {
      return await worker.race(call, signal)
    } finally {
      signal.removeEventListener('abort', onAbort)
      if (!signal.aborted) cancel.port1.close()
    }
  }

  /** The grounds are copied to the worker: a few kilobytes. */
  computeTipping(question: TippingQuestion): Promise<TickTipping> {
    return this.#ask(api => api.computeTipping(question))
  }

  searchStep(request: SearchRequest): Promise<Result<SearchAdvance>> {
    return this.#ask(api => api.searchStep(request))
  }

  /** Plain data with columns as one small file. The value is copied to the worker, so it stays usable here. */
  pack(value: unknown): Promise<Uint8Array<ArrayBuffer>> {
    return this.#ask(api => api.pack(value))
  }

  async unpack(packed: Uint8Array<ArrayBuffer>): Promise<Result<unknown>> {
    const opened = await this.#ask(api => api.openArchive(packed))
    return opened.ok ? readArchive(opened.value) : opened
  }

  /** Ends the worker; the next call starts another. */
  dispose(): void {
    if (this.#live !== null) this.#replace(this.#live, new Error('the simulation worker was closed'))
  }

  #worker(): LiveWorker {
    this.#live ??= new LiveWorker(this.#spawn(), worker => this.#forget(worker))
    return this.#live
  }

  #forget(worker: LiveWorker): void {
    if (this.#live === worker) this.#live = null
  }

  #replace(worker: LiveWorker, reason: Error): void {
    this.#forget(worker)
    worker.end(reason)
  }
}

/**
 * Progress ends with the call. It comes by a port of its own, and between two ports there is no order: the last report
 * may arrive after the answer, when whoever listens has already put its progress bar away.
 */
async function untilSettled<T, P>(
  onProgress: (progress: P) => void,
  signal: AbortSignal,
  call: (listen: (progress: P) => void) => Promise<T>,
): Promise<T> {
  let isSettled = false
  const listen = Comlink.proxy((progress: P) => {
    if (!isSettled && !signal.aborted) onProgress(progress)
  })
  try {
    return await call(listen)
  } finally {
    isSettled = true
  }
}

/** One worker and the calls that wait for it: Comlink alone would leave them waiting for ever if it died. */
class LiveWorker {
  readonly api: Comlink.Remote<WorkerApi>
  readonly #link: WorkerLink
  readonly #onDeath: (worker: LiveWorker) => void
  readonly #waiting = new Set<(reason: Error) => void>()
  #ticker: ReturnType<typeof setInterval> | null = null
  #hasAnswered = false

  constructor(link: WorkerLink, onDeath: (worker: LiveWorker) => void) {
    this.#link = link
    this.api = Comlink.wrap<WorkerApi>(link.endpoint)
    this.#onDeath = onDeath
    link.onDeath(reason => this.#die(reason.message))
  }

  /** Comlink types a union as a union of promises; `Awaited` makes it one again. */
  race<P extends Promise<unknown>>(call: P, signal?: AbortSignal): Promise<Awaited<P>> {
    return new Promise<Awaited<P>>((resolve, reject) => {
      const onAbort = () => settle(() => reject(signal?.reason))
      const onDeath = (reason: Error) => settle(() => reject(reason))
      const settle = (how: () => void) => {
        this.#waiting.delete(onDeath)
        if (this.#waiting.size === 0) this.#unwatch()
        signal?.removeEventListener('abort', onAbort)
        how()
      }
      if (signal?.aborted) return reject(signal.reason)
      this.#waiting.add(onDeath)
      this.#watch()
      signal?.addEventListener('abort', onAbort, {once: true})
      call.then(
        value => settle(() => resolve(value as Awaited<P>)),
        (error: unknown) => settle(() => reject(error)),
      )
    })
  }

  end(reason: Error): void {
    this.#unwatch()
    this.#link.terminate()
    for (const reject of [...this.#waiting]) reject(reason)
  }

  #die(reason: string): void {
    this.#onDeath(this)
    this.end(new WorkerDeath(reason))
  }

  /** Pings the worker as long as something is waited for. */
  #watch(): void {
    if (this.#ticker !== null) return
    let silentTicks = 0
    let isAsked = false
    const onAnswer = () => {
      this.#hasAnswered = true
      silentTicks = 0
      isAsked = false
    }
    this.#ticker = setInterval(() => {
      const patience = this.#hasAnswered ? STUCK_AFTER_TICKS : UNBORN_AFTER_TICKS
      if (++silentTicks > patience) return this.#die(`the simulation worker did not answer for ${patience} s`)
      if (isAsked) return
      isAsked = true
      this.api.ping().then(onAnswer, onAnswer)
    }, TICK_MS)
  }

  #unwatch(): void {
    if (this.#ticker !== null) clearInterval(this.#ticker)
    this.#ticker = null
  }
}
