import type {PlannerConfig} from '../../../config/scenario.ts'
import {assert} from '../../../core/assert.ts'
import type {EngineObservation, PoolObservation, TrafficWindow} from '../../../engine/observation.ts'
import type {PolicyDecision, PolicyTick, ScalingPolicy} from '../../../scaling/policy.ts'
import type {BenchmarkPoints} from '../bootstrap.ts'
import type {InstanceCapabilities} from '../capabilities.ts'
import type {LatencySide} from '../latency-side.ts'
import {
  addEarlierPasses,
  createInstanceCaches,
  createLoadModels,
  type InstanceCaches,
  type LoadModels,
  loadBenchmark,
} from '../load-models.ts'
import {predictorNotice} from '../predictors/create.ts'
import {ExpectedReplicas} from './expected-replicas.ts'
import type {InstanceLoad} from './latency-side.ts'
import type {InstanceTickView, PlannerDetail} from './planner-detail.ts'
import {StateMachine, type TickOutcome, type TrafficObservation} from './state-machine.ts'
import {type ScheduledTick, TickSchedule} from './tick-schedule.ts'

export interface PlannerPolicyOptions {
  readonly config: PlannerConfig
  readonly topology: 'agg' | 'disagg'
  /** An aggregated pool is described under `decode`. */
  readonly capabilities: {
    readonly prefill: InstanceCapabilities | null
    readonly decode: InstanceCapabilities
  }
  readonly bootstrap: BenchmarkPoints | null
  /** Shifts the first ticks later by this many seconds; 0 is the reference. */
  readonly phaseShiftS?: number
}

/** Dynamo's planner of 1.2.1 as a policy: when it looks, what it remembers of the passes it saw, and its decisions. */
export class PlannerPolicy implements ScalingPolicy<PlannerDetail> {
  readonly comparesWith = 'serving'
  readonly #config: PlannerConfig
  readonly #isDisagg: boolean
  readonly #schedule: TickSchedule
  readonly #models: LoadModels
  readonly #caches: InstanceCaches = createInstanceCaches()
  readonly #machine: StateMachine
  readonly #expected: ExpectedReplicas
  #due: ScheduledTick | null = null

  constructor({config, topology, capabilities, bootstrap, phaseShiftS = 0}: PlannerPolicyOptions) {
    this.#config = config
    this.#isDisagg = topology === 'disagg'
    this.#expected = new ExpectedReplicas(this.#isDisagg)
    this.#schedule = new TickSchedule({
      loadIntervalS: config.load_adjustment_interval,
      throughputIntervalS: config.enable_throughput_scaling ? config.throughput_adjustment_interval : null,
      phaseShiftS,
    })
    this.#models = createLoadModels(config, topology)
    if (bootstrap !== null) loadBenchmark(this.#models, bootstrap)
    this.#machine = new StateMachine({config, topology, capabilities, models: this.#models})
  }

  nextTick(): PolicyTick {
    this.#due ??= this.#schedule.next()
    return {atS: this.#due.atS, readsPasses: this.#due.isLoad, drainsTraffic: this.#due.needsTraffic}
  }

  decide(
    _tick: PolicyTick,
    seen: EngineObservation,
    window: TrafficWindow | null,
  ): PolicyDecision<PlannerDetail> {
    const due = this.#dueTick()
    if (due.isLoad) this.#observePasses(seen)
    const outcome = this.#machine.onTick(due, {
      traffic: window && trafficOf(window),
      prefill: counts(seen.prefill, this.#expected.prefill),
      decode: counts(seen.decode, this.#expected.decode),
      caches: due.isLoad ? this.#caches : null,
    })
    this.#expected.update(seen, outcome.scaleTo)
    const {scaleTo, diagnostics, load, throughput, grounds} = outcome
    return {
      scaleTo: scaleTo && {prefill: scaleTo.num_prefill ?? null, decode: scaleTo.num_decode ?? null},
      reason: diagnostics.load_decision_reason ?? diagnostics.throughput_decision_reason ?? null,
      detail: {
        policy: 'dynamo',
        release: '1.2.1',
        is_load: due.isLoad,
        is_throughput: due.isThroughput,
        diagnostics,
        engines: due.isLoad ? this.#instanceViews(outcome) : [],
        explanation: {load, throughput, grounds},
      },
    }
  }

  advance(_tick: PolicyTick, nowS: number): void {
    this.#schedule.advance(this.#dueTick(), nowS)
    this.#due = null
  }

  notices(): readonly string[] {
    const notice = predictorNotice(this.#config)
    return notice === null ? [] : [notice]
  }

  #dueTick(): ScheduledTick {
    assert(this.#due !== null, 'a tick is asked for before it is taken')
    return this.#due
  }

  /** Passes of a tick that is no load tick are lost, as in the reference. */
  #observePasses(seen: EngineObservation): void {
    this.#caches.prefill.update(seen.prefill)
    this.#caches.decode.update(seen.decode)
    addEarlierPasses(this.#models, this.#caches, seen)
  }

  #instanceViews(outcome: TickOutcome): readonly InstanceTickView[] {
    const seen = outcome.load?.explanation ?? null
    const decode = this.#caches.decode.loads()
    if (!this.#isDisagg) return decode.map(load => instanceView('decode', load, seen?.ttft, seen?.itl))
    return [
      ...this.#caches.prefill.loads().map(load => instanceView('prefill', load, seen?.ttft, null)),
      ...decode.map(load => instanceView('decode', load, null, seen?.itl)),
    ]
  }
}

function trafficOf({durationS, numReq, avgIsl, avgOsl, avgKvHitRate}: TrafficWindow): TrafficObservation {
  return {durationS, numReq, isl: avgIsl, osl: avgOsl, kvHitRate: avgKvHitRate}
}

function counts(pool: PoolObservation, target: number | null): {ready: number; expected: number} {
  return {ready: pool.activeCount, expected: target ?? pool.activeCount}
}

function instanceView(
  pool: 'prefill' | 'decode',
  load: InstanceLoad,
  ttft: LatencySide | null | undefined,
  itl: LatencySide | null | undefined,
): InstanceTickView {
  const ttftMs = estimateOf(ttft, load.instanceId)
  const itlMs = estimateOf(itl, load.instanceId)
  return {
    pool,
    worker_id: load.instanceId,
    scheduled_prefill_tokens: load.scheduledPrefillTokens,
    scheduled_decode_kv_tokens: load.scheduledDecodeKvTokens,
    queued_prefill_tokens: load.queuedPrefillTokens,
    queued_decode_kv_tokens: load.queuedDecodeKvTokens,
    ...(ttftMs === undefined ? {} : {estimated_ttft_ms: ttftMs}),
    ...(itlMs === undefined ? {} : {estimated_itl_ms: itlMs}),
  }
}

function estimateOf(side: LatencySide | null | undefined, instanceId: number): number | undefined {
  return side?.checks.find(check => check.instanceId === instanceId)?.estimateMs ?? undefined
}
