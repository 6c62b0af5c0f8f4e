import type {BenchChoice} from '../bench/bench-choice.ts'
import type {BenchFigures, BenchJudge} from '../bench/bench-figures.ts'
import type {BenchPlan} from '../bench/plan-bench.ts'
import type {FieldValue} from '../config/field-text.ts'
import type {Release} from '../config/release.ts'
import type {Scenario, TraceSource} from '../config/scenario.ts'
import type {TraceFormat, TraceFormatOptions} from '../config/trace-options.ts'
import type {Result} from '../core/result.ts'
import type {RequestColumns} from '../engine/record/record.ts'
import type {MeasuredComparison} from '../measured/compare-measured.ts'
import type {CalibrationOutcome} from '../measured/fit-calibration.ts'
import type {ModelConfig} from '../perf/models/model-config.ts'
import type {TickTipping} from '../policies/dynamo/tipping/tipping.ts'
import type {TippingQuestion} from '../policies/dynamo/tipping/tipping-question.ts'
import type {RunPictures} from '../report/compute-pictures.ts'
import type {Candidate} from '../report/findings/finding.ts'
import type {LogHistogram} from '../report/log-histogram.ts'
import type {RunProgress, RunResult} from '../run/run.ts'
import type {StreamedPrompts} from '../run/streamable.ts'
import type {KnobEffect} from '../search/answer/knob-effects.ts'
import type {Recommendation} from '../search/answer/recommendation.ts'
import type {SearchProblem} from '../search/problem.ts'
import type {SearchStep} from '../search/search.ts'
import type {PointFigures} from '../sweep/points.ts'
import type {ArrivalHistogram} from '../trace/arrival-histogram.ts'
import type {CatalogueEntry} from '../trace/catalogue.ts'
import type {TraceOddity} from '../trace/doctor/oddity.ts'
import type {DetectedFormat} from '../trace/formats/detect-json-lines.ts'
import type {WorkloadOptions} from '../trace/parsed-trace.ts'
import type {TracePreview} from '../trace/preview-trace.ts'
import type {TraceStatistics} from '../trace/statistics.ts'
import type {PromptIdentity} from '../trace/trace-columns.ts'
import type {OpenedArchive} from './column-archive.ts'
import type {GpuApi} from './gpu-protocol.ts'

/**
 * What crosses the thread boundary. Only plain data, Blobs and ports; expected failures are values, because a
 * thrown error loses its class and fields on the way.
 */
export interface WorkerApi extends GpuApi {
  /** Answers as soon as the worker looks at its messages. */
  ping(): Promise<void>
  listCatalogue(): Promise<Result<readonly CatalogueEntry[]>>
  loadTrace(request: TraceRequest, onProgress: (progress: LoadProgress) => void): Promise<Result<TraceInfo>>
  /** Nobody waits any more for the trace that is being read. */
  stopReading(): Promise<void>
  /** The shards of one trace as one file, each unpacked. */
  /** What of a scenario's traffic is longer than its instances, or its model, can take. */
  checkFit(request: FitRequest): Promise<readonly TraceOddity[]>
  joinTraces(files: readonly File[]): Promise<Result<Blob>>
  /** What a file that could not be read holds, and which of its lines are bad. */
  previewTrace(request: PreviewRequest): Promise<Result<TracePreview>>
  /** `cancel` is one end of a channel: the first message on it ends the run with the problem `cancelled`. */
  run(
    request: RunRequest,
    onProgress: (progress: RunTelemetry) => void,
    cancel: MessagePort,
  ): Promise<Result<RunOutcome>>
  /** The same run, of which only a sweep's figures cross the boundary. */
  runPoint(
    request: PointRequest,
    onProgress: (progress: RunTelemetry) => void,
    cancel: MessagePort,
  ): Promise<Result<PointFigures>>
  /** What a bench of a scenario runs, worked out from its traffic and its timing. */
  planBench(request: BenchRequest): Promise<Result<BenchPlan>>
  /** One run of a bench, in its figures. */
  benchPoint(
    request: BenchPointRequest,
    onProgress: (progress: RunTelemetry) => void,
    cancel: MessagePort,
  ): Promise<Result<BenchFigures>>
  /** What would have tipped a tick's decisions; here, since a search can take longer than a frame has. */
  computeTipping(question: TippingQuestion): Promise<TickTipping>
  /** What a search asks for next; here, since weighing the candidates takes longer than a frame has. */
  searchStep(request: SearchRequest): Promise<Result<SearchAdvance>>
  /** A measured run beside a simulated one. */
  compareMeasured(request: MeasuredRequest): Promise<Result<MeasuredComparison>>
  /** A few replays; `cancel` as for a run. */
  calibrate(request: CalibrationRequest, cancel: MessagePort): Promise<Result<CalibrationOutcome>>
  /** Plain data with columns as one small file, to be stored; off the page's thread, where it would be felt. */
  pack(value: unknown): Promise<Uint8Array<ArrayBuffer>>
  /** All of unpacking but what a text says: the page reads that itself in no more time than it would take over the values. */
  openArchive(packed: Uint8Array<ArrayBuffer>): Promise<Result<OpenedArchive>>
}

/** Where the bytes of a trace come from. A Blob crosses to the worker without being copied or read here. */
export interface TraceRequest extends WorkloadOptions {
  readonly source:
    | {readonly kind: 'catalogue'; readonly id: string}
    | {readonly kind: 'file'; readonly name: string}
  /** Of a local file, or of a catalogue's trace that the page has downloaded; null = to be fetched from the site. */
  readonly blob: Blob | null
}

export interface PreviewRequest {
  readonly blob: Blob
  readonly name: string
  readonly traceFormat?: TraceFormatOptions
  readonly release?: Release
}

export interface LoadProgress {
  readonly phase: 'fetching' | 'reading'
  readonly loadedBytes: number
  /** null = unknown. */
  readonly totalBytes: number | null
}

/** A loaded trace, in the few numbers a person checks before running it. */
export interface TraceInfo {
  readonly source: TraceSource
  /** Seed it was made anew with; null = the trace as it is. */
  readonly traceSeed: number | null
  readonly fileName: string
  readonly sha256: string
  readonly sizeBytes: number
  readonly format: TraceFormat
  /** What the content looks like, whether or not it was read as that. */
  readonly detected: DetectedFormat
  readonly prompts: PromptIdentity
  /** What runs read again as they go on, since its requests are not kept; absent = they are. */
  readonly streamed?: StreamedPrompts
  readonly notices: readonly string[]
  readonly statistics: TraceStatistics
  readonly arrivals: ArrivalHistogram
  readonly lengths: {readonly input: LogHistogram; readonly output: LogHistogram}
  /** What is odd about it, each with what would set it right. */
  readonly oddities: readonly TraceOddity[]
}

/** A run carries all it needs, so that a respawned worker can serve it as well as a warm one. */
export interface RunRequest {
  readonly scenario: Scenario
  readonly traceBlob: Blob | null
  /** Recorded pass times, under the name `planner_profile_data` has in the scenario. */
  readonly profile: {readonly name: string; readonly blob: Blob} | null
  /** Models the user brought; the client adds them. */
  readonly models?: readonly ModelConfig[]
}

export type FitRequest = Pick<RunRequest, 'scenario' | 'traceBlob' | 'models'>

/** A file of measurements, and what was simulated of the same requests. */
export interface MeasuredRequest {
  readonly file: Blob
  readonly fileName: string
  readonly simulated: RequestColumns
  /** Of a calibration, ms; 0 without one. */
  readonly overheadMs: number
}

export interface CalibrationRequest {
  readonly run: RunRequest
  readonly measured: MeasuredRequest
}

/** One run of a sweep. */
export type PointRequest = RunRequest

/** A search as plain data, and every run of it that is in, in the order they were asked for. */
export interface SearchRequest {
  readonly problem: Omit<SearchProblem, 'space'> & {
    readonly space: Readonly<Record<string, readonly FieldValue[]>>
  }
  readonly results: readonly (readonly [id: string, outcome: Result<PointFigures>])[]
  /** Ids of runs that were asked for and are not in, in that order; absent = none. */
  readonly underWay?: readonly string[]
  /** Runs of the whole trace that the page still has time for; absent = any number. */
  readonly runsLeft?: number
}

export interface SearchAdvance {
  readonly step: SearchStep
  /** As far as it is known by now. */
  readonly answer: Recommendation
  /** Around the best, or the nearest. */
  readonly effects: readonly KnobEffect[]
}

export interface BenchRequest extends RunRequest {
  readonly choice: BenchChoice
}

export interface BenchPointRequest extends RunRequest {
  readonly judge: BenchJudge
}

export interface RunTelemetry extends RunProgress {
  readonly elapsedMs: number
}

export interface RunOutcome {
  readonly result: RunResult
  readonly pictures: RunPictures
  readonly traceName: string
  readonly elapsedMs: number
  /** The run's findings with what is worth trying about each; runs saved before have none. */
  readonly candidates?: readonly Candidate[]
}
