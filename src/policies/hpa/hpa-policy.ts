import type {HpaPool, HpaSettings} from '../../config/scaling/autoscaler-settings.ts'
import {mapPools, type PoolKey, type PoolMap} from '../../config/scaling/pool-map.ts'
import {ms} from '../../core/units.ts'
import type {EngineObservation} from '../../engine/observation.ts'
import type {PolicyDecision, PolicyTick, ScalingPolicy} from '../../scaling/policy.ts'
import {PoolObserver} from '../observe/pool-observer.ts'
import {SCRAPE_PHASES} from '../observe/pool-scraper.ts'
import {Raster} from '../observe/raster.ts'
import {describeSync} from './describe-sync.ts'
import {HpaAutoscaler, type HpaOutcome} from './hpa-autoscaler.ts'
import {statusReplicasOf, toHpaPods} from './hpa-pods.ts'
import {readMetric} from './hpa-readings.ts'

export interface HpaDetail {
  readonly policy: 'hpa'
  /** Null: the pool has no autoscaler. */
  readonly prefill: HpaPoolDetail | null
  readonly decode: HpaPoolDetail | null
}

export interface HpaPoolDetail extends Omit<HpaOutcome, 'proposals'> {
  readonly replicas: number
  readonly proposals: HpaOutcome['proposals']
  /** The decision in words. */
  readonly words: readonly string[]
}

/** How a policy that lives in a cluster is started. */
export interface ClusterPolicyOptions {
  readonly seed: number
  /** Seconds by which its loops begin later. */
  readonly phaseShiftS: number
}

/** One HorizontalPodAutoscaler for each pool, fed by Prometheus. */
export class HpaPolicy implements ScalingPolicy<HpaDetail> {
  readonly comparesWith = 'requested'
  readonly #pools: PoolMap<HpaLoop>
  readonly #scrapes: Raster
  readonly #syncs: Raster
  #slot = 0

  constructor(settings: HpaSettings, options: ClusterPolicyOptions) {
    const {observe, controller} = settings
    this.#scrapes = new Raster(observe.scrapeS / SCRAPE_PHASES, 0)
    this.#syncs = new Raster(controller.syncPeriodS, options.phaseShiftS)
    this.#pools = mapPools(settings.pools, (pool, key) => new HpaLoop(pool, settings, {...options, key}))
  }

  nextTick(): PolicyTick {
    const atS = Math.min(this.#scrapes.nextS, this.#syncs.nextS)
    return {atS, readsPasses: false, drainsTraffic: false, isLookOnly: !this.#syncs.isDue(atS)}
  }

  decide({atS}: PolicyTick, seen: EngineObservation): PolicyDecision<HpaDetail> {
    if (this.#scrapes.isDue(atS)) {
      const slot = this.#slot++
      mapPools(this.#pools, (loop, key) => loop.observer.scrape(slot, atS, seen, seen[key]))
    }
    if (!this.#syncs.isDue(atS)) return NOTHING_DECIDED
    const synced = mapPools(this.#pools, (loop, key) => loop.sync(atS, seen[key]))
    const {prefill, decode} = synced
    return {
      scaleTo: {prefill: prefill?.desired ?? null, decode: decode?.desired ?? null},
      reason: (decode ?? prefill)?.why ?? null,
      detail: {policy: 'hpa', prefill, decode},
    }
  }

  advance({atS}: PolicyTick): void {
    this.#scrapes.pass(atS)
    this.#syncs.pass(atS)
  }

  notices(): readonly string[] {
    return []
  }
}

const NOTHING_DECIDED: PolicyDecision<HpaDetail> = {
  scaleTo: null,
  reason: null,
  detail: {policy: 'hpa', prefill: null, decode: null},
}

/** The autoscaler of one pool, and the size it asked for last. */
class HpaLoop {
  readonly observer: PoolObserver
  readonly #pool: HpaPool
  readonly #autoscaler: HpaAutoscaler
  #specReplicas: number | null = null

  constructor(pool: HpaPool, settings: HpaSettings, options: ClusterPolicyOptions & {readonly key: PoolKey}) {
    const {observe, controller} = settings
    this.#pool = pool
    this.#autoscaler = new HpaAutoscaler(pool.spec, controller)
    this.observer = new PoolObserver({observe, signals: pool.signals, seed: options.seed, pool: options.key})
  }

  sync(atS: number, pool: EngineObservation[PoolKey]): HpaPoolDetail {
    const {spec, signals} = this.#pool
    const statusReplicas = statusReplicasOf(pool)
    const replicas = this.#specReplicas ?? statusReplicas
    const outcome = this.#autoscaler.sync({
      nowMs: ms(atS * 1000),
      specReplicas: replicas,
      statusReplicas,
      pods: toHpaPods(pool),
      askMetrics: () =>
        spec.metrics.map((metric, i) => {
          const signal = signals[i]
          if (signal === undefined) return {kind: 'failed'}
          return readMetric(metric, signal, {observer: this.observer, pool, nowS: atS})
        }),
    })
    this.#specReplicas = outcome.desired
    return {...outcome, replicas, words: describeSync(outcome, {spec, signals, replicas})}
  }
}
