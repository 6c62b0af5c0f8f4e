import type {ScenarioOfPrediction} from '../config/prediction/scenario-from-prediction.ts'
import type {Release} from '../config/release.ts'
import type {Result} from '../core/result.ts'
import type {OpLatency} from '../perf/aic/op-latency.ts'
import type {GpuOffer} from '../perf/aic/request/offer.ts'
import type {AicArgs} from '../perf/aic/request/request.ts'
import type {KvCapacity, MemoryFractionKind} from '../perf/kv-capacity.ts'
import type {ModelConfig} from '../perf/models/model-config.ts'

/** What the page asks about GPUs and models besides running; the tables stay in the worker. */
export interface GpuApi {
  /** What the form can offer. */
  gpuOffer(models: readonly ModelConfig[], release?: Release): Promise<Result<GpuOffer>>
  /** Loads the tables of an engine and asks for one pass of each kind: the sentence says what is missing. */
  checkEngine(engine: GpuEngine): Promise<Result<EngineFacts>>
  gpuCurves(engine: GpuEngine): Promise<Result<GpuCurves>>
  passBreakdown(engine: GpuEngine, point: PassPoint): Promise<Result<PassBreakdown>>
  kvCapacity(request: KvRequest): Promise<Result<KvEstimate>>
  /** Reads a model's own files; the problem names the field. */
  readModel(files: ModelFiles): Promise<Result<ModelConfig>>
  /** The scenario of a file of `aisimulate predict`; its trace is the file of that name. Here, since it asks the models. */
  readPrediction(document: unknown, models: readonly ModelConfig[]): Promise<Result<ScenarioOfPrediction>>
}

/** An engine as the form names it, with the models the user brought. */
export interface GpuEngine {
  /** Whose estimator is asked; absent = 1.2.1's. */
  readonly release?: Release
  readonly args: AicArgs
  readonly models: readonly ModelConfig[]
}

export interface EngineFacts {
  readonly system: string
  readonly backend: string
  readonly version: string
  readonly notices: readonly string[]
}

/** Pass times over a grid. NaN = no prediction; `outside` marks those that left the measured data. */
export interface GpuCurves extends EngineFacts {
  /** One prompt computed in one pass, nothing cached. */
  readonly prefill: Curve
  /** One decode step, a curve over batch sizes for each context length. */
  readonly decode: readonly (Curve & {readonly context: number})[]
}

export interface Curve {
  /** Tokens, or batch sizes. */
  readonly x: Float64Array
  readonly ms: Float64Array
  /** 1 = held or extrapolated. */
  readonly outside: Uint8Array
}

export type PassPoint =
  | {readonly kind: 'prefill'; readonly batch: number; readonly tokens: number; readonly prefix: number}
  | {readonly kind: 'decode'; readonly batch: number; readonly context: number}

export interface PassBreakdown extends EngineFacts {
  readonly ms: number
  readonly isOutside: boolean
  /** In the order of the sum. */
  readonly operators: readonly OpLatency[]
}

export interface KvRequest extends GpuEngine {
  readonly blockSize: number
  readonly maxNumTokens: number
  /** null = what the backend starts with. */
  readonly memoryFraction: number | null
}

export interface KvEstimate extends KvCapacity {
  readonly facts: EngineFacts
  readonly memoryFraction: number
  readonly memoryFractionKind: MemoryFractionKind
}

/** Texts of a model's files as published beside its weights. */
export interface ModelFiles {
  readonly id: string
  readonly config: string
  /** `hf_quant_config.json`; null = the checkpoint has none. */
  readonly quant: string | null
}
