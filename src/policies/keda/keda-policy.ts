import type {KedaPool, KedaSettings} from '../../config/scaling/autoscaler-settings.ts'
import {toHpaSpec} from '../../config/scaling/keda-spec.ts'
import {mapPools, type PoolKey, type PoolMap} from '../../config/scaling/pool-map.ts'
import type {EngineObservation, PoolObservation} from '../../engine/observation.ts'
import type {PolicyDecision, PolicyTick, ScalingPolicy} from '../../scaling/policy.ts'
import {describeSync} from '../hpa/describe-sync.ts'
import {HpaAutoscaler} from '../hpa/hpa-autoscaler.ts'
import {countReadyPods, statusReplicasOf, toHpaPods} from '../hpa/hpa-pods.ts'
import type {ClusterPolicyOptions, HpaPoolDetail} from '../hpa/hpa-policy.ts'
import {PoolObserver} from '../observe/pool-observer.ts'
import {SCRAPE_PHASES} from '../observe/pool-scraper.ts'
import {Raster} from '../observe/raster.ts'
import {type KedaPollOutcome, KedaScaler} from './keda-scaler.ts'

export interface KedaDetail {
  readonly policy: 'keda'
  readonly prefill: KedaPoolDetail | null
  readonly decode: KedaPoolDetail | null
}

/** Which of KEDA's two loops decided, if both at once, both; null: not due. */
export interface KedaPoolDetail {
  readonly sync: HpaPoolDetail | null
  readonly poll: KedaPollDetail | null
  readonly words: readonly string[]
}

export interface KedaPollDetail extends KedaPollOutcome {
  readonly lastActiveS: number | null
}

/** A poll lies a fraction after its second, as it does in reality (policies.md 2.3). */
const POLL_PHASE_S = 0.4

/** One ScaledObject for each pool: the HPA it writes, and its own loop between zero and the minimum. */
export class KedaPolicy implements ScalingPolicy<KedaDetail> {
  readonly comparesWith = 'requested'
  readonly #loops: PoolMap<KedaLoop>
  readonly #scrapes: Raster
  #slot = 0

  constructor(settings: KedaSettings, options: ClusterPolicyOptions) {
    this.#scrapes = new Raster(settings.observe.scrapeS / SCRAPE_PHASES, 0)
    this.#loops = mapPools(settings.pools, (pool, key) => new KedaLoop(pool, settings, {...options, key}))
  }

  nextTick(): PolicyTick {
    const loops = this.#all()
    const decidesS = Math.min(...loops.map(loop => loop.nextS))
    const atS = Math.min(this.#scrapes.nextS, decidesS)
    return {atS, readsPasses: false, drainsTraffic: false, isLookOnly: atS < decidesS}
  }

  decide({atS}: PolicyTick, seen: EngineObservation): PolicyDecision<KedaDetail> {
    if (this.#scrapes.isDue(atS)) {
      const slot = this.#slot++
      mapPools(this.#loops, (loop, key) => loop.observer.scrape(slot, atS, seen, seen[key]))
    }
    const decided = mapPools(this.#loops, (loop, key) => loop.decide(atS, seen[key]))
    const {prefill, decode} = decided
    return {
      scaleTo: {prefill: prefill?.replicas ?? null, decode: decode?.replicas ?? null},
      reason: reasonOf(decode?.detail ?? prefill?.detail ?? null),
      detail: {policy: 'keda', prefill: prefill?.detail ?? null, decode: decode?.detail ?? null},
    }
  }

  advance({atS}: PolicyTick): void {
    this.#scrapes.pass(atS)
    for (const loop of this.#all()) loop.advance(atS)
  }

  notices(): readonly string[] {
    return []
  }

  #all(): KedaLoop[] {
    return [this.#loops.prefill, this.#loops.decode].filter(loop => loop !== null)
  }
}

function reasonOf(detail: KedaPoolDetail | null): string | null {
  return detail?.sync?.why ?? detail?.poll?.why ?? null
}

/** Both loops of one pool, and the size that was asked for last. */
class KedaLoop {
  readonly observer: PoolObserver
  readonly #pool: KedaPool
  readonly #scaler: KedaScaler
  readonly #hpa: HpaAutoscaler
  readonly #syncs: Raster
  readonly #polls: Raster
  #replicas: number | null = null

  constructor(
    pool: KedaPool,
    settings: KedaSettings,
    options: ClusterPolicyOptions & {readonly key: PoolKey},
  ) {
    const {observe, controller} = settings
    const {phaseShiftS, seed, key} = options
    this.#pool = pool
    this.observer = new PoolObserver({observe, signals: pool.signals, seed, pool: key})
    this.#scaler = new KedaScaler(pool.spec, phaseShiftS * 1000)
    this.#hpa = new HpaAutoscaler(toHpaSpec(pool.spec), controller)
    this.#syncs = new Raster(controller.syncPeriodS, phaseShiftS)
    this.#polls = new Raster(pool.spec.pollingIntervalS, phaseShiftS + POLL_PHASE_S)
  }

  get nextS(): number {
    return Math.min(this.#syncs.nextS, this.#polls.nextS)
  }

  decide(atS: number, pool: PoolObservation): {readonly replicas: number; readonly detail: KedaPoolDetail} {
    this.#replicas ??= statusReplicasOf(pool)
    const sync = this.#syncs.isDue(atS) ? this.#sync(atS, pool) : null
    const poll = this.#polls.isDue(atS) ? this.#poll(atS, pool) : null
    const words = [...(sync?.words ?? []), ...(poll === null ? [] : describePoll(poll))]
    return {replicas: this.#replicas, detail: {sync, poll, words}}
  }

  advance(atS: number): void {
    this.#syncs.pass(atS)
    this.#polls.pass(atS)
  }

  #sync(atS: number, pool: PoolObservation): HpaPoolDetail {
    const {spec, signals} = this.#pool
    const replicas = this.#replicas ?? 0
    const sizes = {specReplicas: replicas, readyPods: countReadyPods(pool)}
    const outcome = this.#hpa.sync({
      nowMs: atS * 1000,
      specReplicas: replicas,
      statusReplicas: statusReplicasOf(pool),
      pods: toHpaPods(pool),
      askMetrics: () => this.#scaler.answerHpa(this.#query(atS), sizes),
    })
    this.#replicas = outcome.desired
    return {...outcome, replicas, words: describeSync(outcome, {spec: toHpaSpec(spec), signals, replicas})}
  }

  #poll(atS: number, pool: PoolObservation): KedaPollDetail {
    const outcome = this.#scaler.poll({
      nowMs: atS * 1000,
      specReplicas: this.#replicas ?? 0,
      readyPods: countReadyPods(pool),
      isHpaActive: this.#hpa.isScalingActive,
      askTriggers: () => this.#query(atS),
    })
    this.#replicas = outcome.replicas
    const {lastActiveMs} = this.#scaler
    return {...outcome, lastActiveS: lastActiveMs === null ? null : lastActiveMs / 1000}
  }

  /** A query that gives several series fails, and one that gives none is null to KEDA (policies.md 2.1). */
  #query(atS: number): (number | null)[] {
    return this.#pool.signals.map(signal => {
      const series = this.observer.series(signal, atS)
      return series.length > 1 ? null : (series[0] ?? Number.NaN)
    })
  }
}

function describePoll({why, isActive, lastActiveS, replicas}: KedaPollDetail): string[] {
  const since = lastActiveS === null ? 'never' : `last at ${lastActiveS} s`
  switch (why) {
    case 'activated':
      return [`Poll: a trigger is active, so from nothing to ${replicas}.`]
    case 'to-zero':
    case 'to-idle':
      return [`Poll: no trigger is active (${since}) and the cooldown is over: to ${replicas}.`]
    case 'cooling-down':
      return [`Poll: no trigger is active (${since}), but the cooldown is not over.`]
    case 'held-by-error':
      return ['Poll: a trigger failed, so nothing moves.']
    case 'below-min':
      return [`Poll: below the minimum, so to ${replicas}.`]
    case null:
      return [isActive ? 'Poll: active.' : 'Poll: not active, and nothing to do.']
  }
}
