import type {PlannerConfig} from '../../../config/scenario.ts'
import type {InstanceCapabilities} from '../capabilities.ts'
import type {ScaleTarget} from '../load-decision.ts'
import {addCachedPasses, type InstanceCaches, type LoadModels} from '../load-models.ts'
import {createTrafficPredictors, type TrafficPredictors} from '../predictors/create.ts'
import {worstEstimateMs} from './latency-side.ts'
import type {LoadDecision} from './load-scaling.ts'
import type {TickDiagnostics} from './planner-detail.ts'
import type {ThroughputDecision, TrafficForecast} from './throughput-scaling.ts'
import {
  decideLoad,
  decideThroughput,
  type LoadGrounds,
  type ThroughputGrounds,
  type TickGrounds,
} from './tick-decision.ts'
import type {ScheduledTick} from './tick-schedule.ts'

/** Traffic of one window, as the planner gets to see it. */
export interface TrafficObservation {
  readonly durationS: number
  readonly numReq: number
  readonly isl: number
  readonly osl: number
  readonly kvHitRate: number
}

export interface ReplicaCounts {
  readonly ready: number
  readonly expected: number
}

export interface TickInput {
  /** null on ticks that do not read traffic, and for windows of no length. */
  readonly traffic: TrafficObservation | null
  readonly prefill: ReplicaCounts
  readonly decode: ReplicaCounts
  /** null on ticks that do not read forward passes. */
  readonly caches: InstanceCaches | null
}

export interface TickOutcome {
  /** null = leave the fleet alone. May equal the current counts. */
  readonly scaleTo: ScaleTarget | null
  readonly load: LoadDecision | null
  readonly throughput: ThroughputDecision | null
  readonly grounds: TickGrounds
  readonly diagnostics: TickDiagnostics
}

export interface StateMachineOptions {
  readonly config: PlannerConfig
  readonly topology: 'agg' | 'disagg'
  readonly capabilities: {
    readonly prefill: InstanceCapabilities | null
    readonly decode: InstanceCapabilities
  }
  readonly models: LoadModels
}

/**
 * What the planner remembers from tick to tick, and the order of its steps within one (planner.md 4). It may not
 * touch the engine: it gets observations and returns what it wants.
 */
export class StateMachine {
  readonly #options: StateMachineOptions
  readonly #config: PlannerConfig
  readonly #models: LoadModels
  readonly #predictors: TrafficPredictors | null
  #boundPrefill = 1
  #boundDecode = 1
  /** Sticky: load scaling discounts prefill by it between throughput ticks. */
  #kvHitRate: number | null = null

  constructor(options: StateMachineOptions) {
    this.#options = options
    this.#config = options.config
    this.#models = options.models
    const predicts = options.config.optimization_target === 'sla' && options.config.enable_throughput_scaling
    this.#predictors = predicts ? createTrafficPredictors(options.config) : null
  }

  /** Throughput scaling runs first, so that load scaling sees the bounds it sets. */
  onTick(tick: ScheduledTick, input: TickInput): TickOutcome {
    const diagnostics: TickDiagnostics = {}
    if (input.traffic !== null) this.#observeTraffic(input.traffic)
    const throughputGrounds =
      tick.isThroughput && input.traffic !== null ? this.#forecastTraffic(input.traffic) : null
    const throughput = throughputGrounds && this.#scaleByThroughput(throughputGrounds, diagnostics)
    const loadGrounds = tick.isLoad && input.caches !== null ? this.#lookAtLoad(input, input.caches) : null
    const load = loadGrounds && decideLoad(this.#config, loadGrounds)

    noteBounds(diagnostics, this.#boundPrefill, this.#boundDecode)
    if (load !== null) noteLoad(diagnostics, load)
    const grounds = {load: loadGrounds, throughput: throughputGrounds}
    return {scaleTo: load?.scaleTo ?? throughput?.scaleTo ?? null, load, throughput, grounds, diagnostics}
  }

  #observeTraffic(traffic: TrafficObservation): void {
    if (this.#predictors === null) {
      if (!Number.isNaN(traffic.kvHitRate)) this.#kvHitRate = traffic.kvHitRate
      return
    }
    this.#predictors.numReq.addDataPoint(traffic.numReq)
    this.#predictors.isl.addDataPoint(traffic.isl)
    this.#predictors.osl.addDataPoint(traffic.osl)
    if (!Number.isNaN(traffic.kvHitRate)) this.#predictors.kvHitRate.addDataPoint(traffic.kvHitRate)
  }

  /** Predictors move on with every call, so a forecast is made once and then kept. */
  #forecastTraffic(traffic: TrafficObservation): ThroughputGrounds | null {
    if (this.#predictors === null) return null
    const forecast: TrafficForecast = {
      numReq: this.#predictors.numReq.predictNext(),
      isl: this.#predictors.isl.predictNext(),
      osl: this.#predictors.osl.predictNext(),
      kvHitRate: this.#predictors.kvHitRate.predictNext(),
      windowS: traffic.durationS,
    }
    this.#kvHitRate = forecast.kvHitRate
    const {capabilities} = this.#options
    const models = this.#models
    if (models.kind === 'none') return null
    if (models.kind === 'agg') {
      return {topology: 'agg', forecast, fit: models.agg.fit(), capabilities: capabilities.decode}
    }
    return {
      topology: 'disagg',
      forecast,
      prefillFit: models.prefill.fit(),
      decodeFit: models.decode.fit(),
      prefillCapabilities: capabilities.prefill,
      decodeCapabilities: capabilities.decode,
    }
  }

  #scaleByThroughput(grounds: ThroughputGrounds, diagnostics: TickDiagnostics): ThroughputDecision {
    const decision = decideThroughput(this.#config, grounds)
    if (decision.bounds) {
      this.#boundPrefill = decision.bounds.prefill ?? this.#boundPrefill
      this.#boundDecode = decision.bounds.decode
    }
    noteForecast(diagnostics, grounds.forecast)
    noteThroughput(diagnostics, decision)
    return decision
  }

  /** Passes are learnt from even where load scaling is off: throughput scaling uses the same regressions. */
  #lookAtLoad(input: TickInput, caches: InstanceCaches): LoadGrounds {
    addCachedPasses(this.#models, caches)
    const {capabilities, topology} = this.#options
    const models = this.#models
    const kvHitRate = this.#kvHitRate
    const decode = {
      instances: caches.decode.loads(),
      ...input.decode,
      capabilities: capabilities.decode,
      throughputBound: this.#boundDecode,
    }
    if (topology === 'agg') {
      return {
        topology,
        pool: {...decode, ...learned(models.kind === 'agg' ? models.agg : null)},
        kvHitRate,
      }
    }
    const prefill = {
      instances: caches.prefill.loads(),
      ...input.prefill,
      capabilities: capabilities.prefill,
      throughputBound: this.#boundPrefill,
    }
    return {
      topology,
      prefill: {...prefill, ...learned(models.kind === 'disagg' ? models.prefill : null)},
      decode: {...decode, ...learned(models.kind === 'disagg' ? models.decode : null)},
      kvHitRate,
    }
  }
}

interface FittedModel<Fit> {
  readonly sampleCount: number
  fit(): Fit | null
}

function learned<Fit>(model: FittedModel<Fit> | null): {fit: Fit | null; sampleCount: number} {
  return model === null ? {fit: null, sampleCount: 0} : {fit: model.fit(), sampleCount: model.sampleCount}
}

function noteBounds(diagnostics: TickDiagnostics, prefill: number, decode: number): void {
  diagnostics.throughput_lower_bound_prefill = prefill
  diagnostics.throughput_lower_bound_decode = decode
}

function noteLoad(diagnostics: TickDiagnostics, load: LoadDecision): void {
  const ttftMs = worstEstimateMs(load.explanation.ttft)
  const itlMs = worstEstimateMs(load.explanation.itl)
  if (ttftMs !== null) diagnostics.estimated_ttft_ms = ttftMs
  if (itlMs !== null) diagnostics.estimated_itl_ms = itlMs
  diagnostics.load_decision_reason = load.reason
  if (load.reasonPrefill !== null) diagnostics.load_decision_reason_prefill = load.reasonPrefill
  if (load.reasonDecode !== null) diagnostics.load_decision_reason_decode = load.reasonDecode
}

function noteForecast(diagnostics: TickDiagnostics, forecast: TrafficForecast): void {
  diagnostics.predicted_num_req = forecast.numReq
  diagnostics.predicted_isl = forecast.isl
  diagnostics.predicted_osl = forecast.osl
  if (forecast.kvHitRate !== null) diagnostics.predicted_kv_hit_rate = forecast.kvHitRate
}

function noteThroughput(diagnostics: TickDiagnostics, decision: ThroughputDecision): void {
  if (decision.instanceRpsPrefill !== null) diagnostics.engine_rps_prefill = decision.instanceRpsPrefill
  if (decision.instanceRpsDecode !== null) diagnostics.engine_rps_decode = decision.instanceRpsDecode
  diagnostics.throughput_decision_reason = decision.reason
  if (decision.reasonPrefill !== null) {
    diagnostics.throughput_decision_reason_prefill = decision.reasonPrefill
  }
  if (decision.reasonDecode !== null) diagnostics.throughput_decision_reason_decode = decision.reasonDecode
}
