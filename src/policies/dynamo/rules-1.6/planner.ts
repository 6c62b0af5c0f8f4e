import type {PlannerConfig16} from '../../../config/planner/planner-shape-1.6.ts'
import type {ScaleTarget} from '../load-decision.ts'
import type {LoadPredictor} from '../predictors/predictor.ts'
import {clampAcceptLength, Forecaster, type TrafficSeries, type WarmupInterval} from './forecaster.ts'
import type {InstanceCapabilities16, LoadDecision16, PoolLoad, ReplicaCounts16} from './load/pool-load.ts'
import type {ForwardPass} from './pass-times/forward-pass.ts'
import type {PerformanceModel} from './pass-times/performance-model.ts'
import type {ThroughputReason16} from './reasons.ts'
import type {ThroughputDecision16, TrafficForecast16} from './throughput-scaling.ts'
import {decideTick16, type TickSituation16} from './tick-decision.ts'
import type {PluginCalls, ScheduledTick16} from './tick-schedule.ts'
import type {TrafficObservation16} from './traffic-windows.ts'

/** One role of the fleet; an aggregated fleet has only `decode`. */
export interface PlannedRole {
  readonly capabilities: InstanceCapabilities16
  /** null where the target needs none. */
  readonly model: PerformanceModel | null
}

export interface PlannerOptions16 {
  readonly config: PlannerConfig16
  readonly prefill: PlannedRole | null
  readonly decode: PlannedRole
  readonly warmup: readonly WarmupInterval[]
  readonly createPredictor: (series: TrafficSeries) => LoadPredictor
}

export interface PoolInput16 extends ReplicaCounts16 {
  /** Last pass of each instance; null on ticks that do not read passes. */
  readonly passes: readonly ForwardPass[] | null
}

export interface TickInput16 {
  readonly prefill: PoolInput16 | null
  readonly decode: PoolInput16
  /** null on ticks that do not read traffic, and for windows of no length. */
  readonly traffic: TrafficObservation16 | null
}

export interface TickOutcome16 {
  readonly calls: PluginCalls
  readonly forecast: TrafficForecast16 | null
  readonly throughput: ThroughputDecision16 | null
  readonly load: LoadDecision16 | null
  /** What the decisions were made from, to make them again. */
  readonly config: PlannerConfig16
  readonly situation: TickSituation16
  readonly loadReason: LoadDecision16['reason'] | null
  readonly throughputReason: ThroughputReason16 | null
  readonly bounds: {readonly prefill: number; readonly decode: number}
  /** What the plugins want together, before minima and budget have the last word. */
  readonly merged: {readonly prefill: number | null; readonly decode: number}
  /** null = leave the fleet alone. */
  readonly scaleTo: ScaleTarget | null
}

/**
 * What the planner remembers from tick to tick, and the order of its steps within one (planner-1.6.md 5): passes are
 * learned first, then traffic is predicted, throughput and load scaling propose, and minima and budget have the last
 * word. It may not touch the engine: it gets observations and returns what it wants.
 */
export class Planner16 {
  readonly #options: PlannerOptions16
  readonly #forecaster: Forecaster
  readonly #speculativeDepth: number
  #boundPrefill = 1
  #boundDecode = 1
  #lastHitRate: number | null = null
  #lastAcceptLength = 1

  constructor(options: PlannerOptions16) {
    const {config, decode} = options
    this.#options = options
    const ownDepth = decode.capabilities.speculativeNextn ?? 0
    this.#speculativeDepth = ownDepth > 0 ? ownDepth : Math.max(0, config.speculative_nextn)
    this.#forecaster = new Forecaster(options.createPredictor, this.#speculativeDepth)
    if (config.optimization_target === 'sla') this.#forecaster.warmUp(options.warmup)
  }

  onTick(tick: ScheduledTick16, input: TickInput16): TickOutcome16 {
    const {config} = this.#options
    if (config.optimization_target === 'sla' && tick.isLoad) this.#learn(input)
    const {traffic} = input
    const forecast = tick.predictIsDue && traffic !== null ? this.#forecaster.forecast(traffic) : null
    this.#noteTraffic(tick, traffic, forecast)
    const situation = this.#situation(tick, input, forecast)
    const {throughput, load, proposal, scaleTo} = decideTick16(config, situation)
    if (throughput !== null && throughput.bounds !== null) {
      this.#boundPrefill = throughput.bounds.prefill ?? this.#boundPrefill
      this.#boundDecode = throughput.bounds.decode
    }
    return {
      calls: {
        predict: tick.predictIsDue,
        throughput: tick.throughputIsDue && forecast !== null,
        load: tick.loadIsDue,
      },
      ...{forecast, throughput, load, config, situation},
      loadReason: load?.reason ?? (tick.isLoad && !config.enable_load_scaling ? 'disabled' : null),
      throughputReason: throughput?.reason ?? (tick.isThroughput ? 'no_traffic_data' : null),
      bounds: {prefill: this.#boundPrefill, decode: this.#boundDecode},
      merged: {
        prefill: situation.prefill && (proposal?.num_prefill ?? situation.prefill.ready),
        decode: proposal?.num_decode ?? situation.decode.ready,
      },
      scaleTo,
    }
  }

  /** Before either decision, unlike in 1.2.1. */
  #learn({prefill, decode}: TickInput16): void {
    const {prefill: prefillRole, decode: decodeRole} = this.#options
    if (prefill?.passes?.length) prefillRole?.model?.observe(prefill.passes)
    if (decode.passes?.length) decodeRole.model?.observe(decode.passes)
  }

  #noteTraffic(
    tick: ScheduledTick16,
    traffic: TrafficObservation16 | null,
    forecast: TrafficForecast16 | null,
  ): void {
    const {config} = this.#options
    const readsWindow = config.optimization_target === 'sla' && !config.enable_throughput_scaling
    if (tick.loadIsDue && readsWindow && traffic !== null)
      this.#noteMetadata(traffic.kvHitRate, traffic.acceptLength)
    if (forecast !== null) this.#noteMetadata(forecast.kvHitRate, forecast.acceptLength)
  }

  #noteMetadata(kvHitRate: number | null, acceptLength: number | null): void {
    if (kvHitRate !== null && !Number.isNaN(kvHitRate)) this.#lastHitRate = kvHitRate
    if (acceptLength !== null && Number.isFinite(acceptLength)) {
      this.#lastAcceptLength = clampAcceptLength(acceptLength, this.#speculativeDepth)
    }
  }

  #situation(tick: ScheduledTick16, input: TickInput16, forecast: TrafficForecast16 | null): TickSituation16 {
    const {prefill, decode} = this.#options
    const acceptLength = this.#lastAcceptLength
    return {
      prefill:
        prefill === null || input.prefill === null
          ? null
          : poolLoad(prefill, input.prefill, this.#boundPrefill),
      decode: poolLoad(decode, input.decode, this.#boundDecode),
      throughput: forecast && {forecast, kvHitRate: forecast.kvHitRate, acceptLength},
      load: tick.loadIsDue ? {kvHitRate: this.#lastHitRate, acceptLength} : null,
    }
  }
}

function poolLoad({capabilities, model}: PlannedRole, input: PoolInput16, throughputBound: number): PoolLoad {
  const {passes, ready, expected, isInProgress} = input
  return {
    ready,
    expected,
    isInProgress,
    instances: passes ?? [],
    estimates: model?.estimates() ?? null,
    capabilities,
    throughputBound,
  }
}
