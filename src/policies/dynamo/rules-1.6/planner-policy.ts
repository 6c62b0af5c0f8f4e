import {RunError} from '../../../core/result.ts'
import type {
  EngineObservation,
  ForwardPasses,
  PoolObservation,
  TrafficWindow,
} from '../../../engine/observation.ts'
import type {PolicyDecision, PolicyTick, ScalingPolicy} from '../../../scaling/policy.ts'
import type {ForwardPass} from './pass-times/forward-pass.ts'
import {detailOf, type PlannerDetail16} from './planner-detail.ts'
import {ReplayPlanner, type ReplayPlannerOptions} from './replay-planner.ts'
import type {FleetSnapshot16, PoolSnapshot16, TickRecord16} from './tick-record.ts'
import type {TrafficCounts} from './traffic-windows.ts'

export interface PlannerPolicyOptions extends ReplayPlannerOptions {
  /** Caveats known beforehand. */
  readonly notices?: readonly string[]
}

/** Ticks in a row without any instance, after which nothing will come of the requests that are left. */
const MAX_EMPTY_TICKS = 20_000

/** 1.6.1's planner as a scaling policy: it keeps to its own clock, and counts starting instances as there. */
export class PlannerPolicy16 implements ScalingPolicy<PlannerDetail16> {
  readonly comparesWith = 'requested'
  readonly #planner: ReplayPlanner
  readonly #isDisagg: boolean
  readonly #notices: readonly string[]
  #record: TickRecord16 | null = null
  #emptyTicks = 0

  constructor(options: PlannerPolicyOptions) {
    this.#planner = new ReplayPlanner(options)
    this.#isDisagg = options.capabilities.prefill !== null
    this.#notices = options.notices ?? []
  }

  /** Passes and traffic are taken in at every tick, whether they are looked at then or not. */
  nextTick(): PolicyTick {
    return {atS: this.#planner.nextTick().atS, readsPasses: true, drainsTraffic: true}
  }

  decide(
    _tick: PolicyTick,
    seen: EngineObservation,
    traffic: TrafficWindow | null,
  ): PolicyDecision<PlannerDetail16> & {readonly gpuHours: number} {
    this.#watchEmptyFleet(seen)
    const record = this.#planner.decide(this.#snapshotOf(seen, traffic))
    this.#record = record
    const {outcome, told} = record
    return {
      // Only what changes anything: the planner itself compares with what is there.
      scaleTo: told === null ? null : {prefill: this.#isDisagg ? told.prefill : null, decode: told.decode},
      reason: outcome.loadReason ?? outcome.throughputReason,
      detail: detailOf(record),
      gpuHours: record.gpuHoursActive,
    }
  }

  advance(): void {
    if (this.#record !== null) this.#planner.advance(this.#record)
    this.#record = null
  }

  notices(): readonly string[] {
    return this.#notices
  }

  /** The reference ticks on for ever over a fleet without instances (planner-1.6.md 14). */
  #watchEmptyFleet({prefill, decode}: EngineObservation): void {
    const isEmpty = (pool: PoolObservation) => pool.activeCount + pool.startingCount === 0
    const isDead = isEmpty(decode) || (this.#isDisagg && isEmpty(prefill))
    this.#emptyTicks = isDead ? this.#emptyTicks + 1 : 0
    if (this.#emptyTicks <= MAX_EMPTY_TICKS) return
    throw new RunError(
      `For ${MAX_EMPTY_TICKS} planner ticks there has been no replica to serve the remaining requests: ` +
        'see planner max_gpu_budget and min_endpoint.',
    )
  }

  #snapshotOf(seen: EngineObservation, traffic: TrafficWindow | null): FleetSnapshot16 {
    return {
      prefill: this.#isDisagg ? poolSnapshot(seen.prefill) : null,
      decode: poolSnapshot(seen.decode),
      window: traffic === null ? null : trafficCounts(traffic),
    }
  }
}

function poolSnapshot(pool: PoolObservation): PoolSnapshot16 {
  const ids = {active: [] as number[], starting: [] as number[], draining: [] as number[]}
  for (const {id, state} of pool.instances()) ids[state].push(id)
  return {
    activeIds: ids.active,
    startingIds: ids.starting,
    drainingIds: ids.draining,
    passes: passesOf(pool.passes),
  }
}

/** A copy: the columns are the engine's own and hold until it runs on. */
function passesOf(passes: ForwardPasses): readonly ForwardPass[] {
  return Array.from({length: passes.count}, (_, at) => passOf(passes, passes.order?.[at] ?? at))
}

function passOf(passes: ForwardPasses, i: number): ForwardPass {
  return {
    instanceId: passes.instanceId[i]!,
    dpRank: 0,
    wallTimeS: passes.wallTimeS[i]!,
    prefillRequests: passes.numPrefillRequests[i]!,
    prefillTokens: passes.sumPrefillTokens[i]!,
    prefillKvTokens: passes.sumPrefillKvTokens?.[i] ?? 0,
    decodeRequests: passes.numDecodeRequests[i]!,
    decodeKvTokens: passes.sumDecodeKvTokens[i]!,
    queuedPrefillRequests: passes.numQueuedPrefill[i]!,
    queuedPrefillTokens: passes.sumQueuedPrefillTokens[i]!,
    queuedDecodeRequests: passes.numQueuedDecode[i]!,
    queuedDecodeKvTokens: passes.sumQueuedDecodeKvTokens[i]!,
  }
}

/** Without speculation every decode pass of a request gives one token. */
function trafficCounts(window: TrafficWindow): TrafficCounts {
  const {shapes = 0, ttfts = 0, itls = 0, hitRates = 0, decodeTokens = 0} = window.counts ?? {}
  return {
    durationS: window.durationS,
    numReq: window.numReq,
    avgIsl: window.avgIsl,
    avgOsl: window.avgOsl,
    shapeCount: shapes,
    avgTtftMs: window.avgTtftMs,
    ttftCount: ttfts,
    avgItlMs: window.avgItlMs,
    itlCount: itls,
    avgKvHitRate: window.avgKvHitRate,
    hitRateCount: hitRates,
    avgAcceptLength: decodeTokens > 0 ? 1 : null,
    acceptLengthForwardCount: decodeTokens,
  }
}
