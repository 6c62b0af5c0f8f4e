import type {KpaSettings} from '../../config/scaling/autoscaler-settings.ts'
import {KPA_SAMPLE_S, KPA_TICK_S, type KpaConfig} from '../../config/scaling/kpa-config.ts'
import {mapPools, type PoolMap} from '../../config/scaling/pool-map.ts'
import type {EngineObservation, PoolObservation} from '../../engine/observation.ts'
import type {PolicyDecision, PolicyTick, ScalingPolicy} from '../../scaling/policy.ts'
import {countReadyPods} from '../hpa/hpa-pods.ts'
import type {ClusterPolicyOptions} from '../hpa/hpa-policy.ts'
import {Raster} from '../observe/raster.ts'
import {KpaAutoscaler, type KpaOutcome} from './kpa-autoscaler.ts'
import {ZeroRule} from './zero-rule.ts'

export interface KpaDetail {
  readonly policy: 'kpa'
  readonly prefill: KpaPoolDetail | null
  readonly decode: KpaPoolDetail | null
}

export interface KpaPoolDetail extends KpaOutcome {
  readonly ready: number
  readonly words: readonly string[]
}

/** Decisions fall half a second after the collector's samples (golden timelines do, too). */
const DECISION_PHASE_S = 0.5

/** Knative's autoscaler for each pool. It has no Prometheus: a sample a second, a decision every two (policies.md 3.1). */
export class KpaPolicy implements ScalingPolicy<KpaDetail> {
  readonly comparesWith = 'requested'
  readonly #loops: PoolMap<KpaLoop>
  readonly #samples: Raster
  readonly #decisions: Raster

  constructor(settings: KpaSettings, {phaseShiftS}: ClusterPolicyOptions) {
    this.#loops = mapPools(settings.pools, config => new KpaLoop(config))
    this.#samples = new Raster(KPA_SAMPLE_S, KPA_SAMPLE_S)
    this.#decisions = new Raster(KPA_TICK_S, DECISION_PHASE_S + phaseShiftS)
  }

  nextTick(): PolicyTick {
    const atS = Math.min(this.#samples.nextS, this.#decisions.nextS)
    return {atS, readsPasses: false, drainsTraffic: false, isLookOnly: !this.#decisions.isDue(atS)}
  }

  decide({atS}: PolicyTick, seen: EngineObservation): PolicyDecision<KpaDetail> {
    if (this.#samples.isDue(atS)) mapPools(this.#loops, (loop, key) => loop.sample(atS, seen, seen[key]))
    if (!this.#decisions.isDue(atS)) return NOTHING_DECIDED
    const decided = mapPools(this.#loops, (loop, key) => loop.decide(atS, seen[key]))
    const {prefill, decode} = decided
    return {
      scaleTo: {prefill: prefill?.applied ?? null, decode: decode?.applied ?? null},
      reason: reasonOf(decode ?? prefill),
      detail: {policy: 'kpa', prefill, decode},
    }
  }

  advance({atS}: PolicyTick): void {
    this.#samples.pass(atS)
    this.#decisions.pass(atS)
  }

  notices(): readonly string[] {
    return []
  }
}

const NOTHING_DECIDED: PolicyDecision<KpaDetail> = {
  scaleTo: null,
  reason: null,
  detail: {policy: 'kpa', prefill: null, decode: null},
}

function reasonOf(detail: KpaPoolDetail | null): string | null {
  if (detail === null) return null
  if (!detail.isValid) return 'no-data'
  return detail.isPanicking ? 'panic' : 'stable'
}

class KpaLoop {
  readonly #config: KpaConfig
  #autoscaler: KpaAutoscaler | null = null
  readonly #zeroRule: ZeroRule | null
  #arrived = 0

  constructor(config: KpaConfig) {
    this.#config = config
    this.#zeroRule = config.scalesToZero ? new ZeroRule(config.stableWindowS) : null
  }

  sample(atS: number, {fleet}: EngineObservation, pool: PoolObservation): void {
    const autoscaler = this.#started(pool)
    const arrived = fleet.arrivedRequests
    const inFlight = pool.waitingRequests + pool.runningRequests + pool.routerQueue
    const value = this.#config.metric === 'rps' ? (arrived - this.#arrived) / KPA_SAMPLE_S : inFlight
    this.#arrived = arrived
    autoscaler.record(atS * 1000, value)
  }

  decide(atS: number, pool: PoolObservation): KpaPoolDetail {
    const ready = countReadyPods(pool)
    const outcome = this.#started(pool).decide(atS * 1000, pool.activeCount)
    const isZero = outcome.isValid && this.#zeroRule?.isZero(atS, outcome.desired) === true
    const words = describe(outcome, this.#config, ready)
    if (!isZero) return {...outcome, ready, words}
    return {
      ...outcome,
      applied: 0,
      ready,
      words: [...words, 'Nobody has come for long enough: no replica is kept.'],
    }
  }

  /** It finds the fleet as it stands when the run begins. */
  #started(pool: PoolObservation): KpaAutoscaler {
    this.#autoscaler ??= new KpaAutoscaler(this.#config, {
      nowMs: 0,
      readyPods: pool.activeCount + pool.startingCount,
    })
    return this.#autoscaler
  }
}

function describe(outcome: KpaOutcome, config: KpaConfig, ready: number): string[] {
  if (!outcome.isValid) return ['No sample yet: the size is kept.']
  const {stable, panic, isPanicking, heldBy, applied} = outcome
  const unit = config.metric === 'rps' ? 'requests a second' : 'requests in flight'
  const texts = [
    `${stable.toFixed(2)} ${unit} over ${config.stableWindowS} s and ${panic.toFixed(2)} over ${config.panicWindowS} s, ` +
      `for ${config.target} a replica on ${ready} ready: ${applied} replicas.`,
  ]
  if (isPanicking) texts.push('Panic: the short window counts too, and the size does not fall.')
  if (heldBy !== null && heldBy !== 'panic') texts.push(`Held by the ${heldBy}.`)
  return texts
}
