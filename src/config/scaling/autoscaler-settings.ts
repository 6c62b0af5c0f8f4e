import type {HpaController, HpaSpec} from './hpa-spec.ts'
import type {KedaSpec} from './keda-spec.ts'
import type {KpaConfig} from './kpa-config.ts'
import type {PoolMap} from './pool-map.ts'
import type {Signal} from './signal.ts'

/** How late an autoscaler sees the engines (policies.md 4.2). */
export interface ObserveSettings {
  /** Seconds between two looks at the same instance, each at a phase of its own. */
  readonly scrapeS: number
  /** Seconds that an adapter adds. */
  readonly lagS: number
}

/** What an autoscaler of a kind is told about one pool. */
export interface HpaPool {
  readonly spec: HpaSpec
  /** One for each metric of the spec. */
  readonly signals: readonly Signal[]
}

export interface KedaPool {
  readonly spec: KedaSpec
  /** One for each trigger. */
  readonly signals: readonly Signal[]
}

export interface HpaSettings {
  readonly pools: PoolMap<HpaPool>
  readonly controller: HpaController
  readonly observe: ObserveSettings
}

export interface KedaSettings {
  readonly pools: PoolMap<KedaPool>
  readonly controller: HpaController
  readonly observe: ObserveSettings
}

export interface KpaSettings {
  readonly pools: PoolMap<KpaConfig>
}
