import type {TaggedDetail} from './policy.ts'

/** What a policy decided in a run, and what came of it. */
export interface PolicyRecord<Detail extends TaggedDetail = TaggedDetail> {
  readonly ticks: readonly PolicyTickRecord<Detail>[]
  readonly changes: readonly ReplicaChange[]
  readonly notices: readonly string[]
}

export interface PoolCounts {
  readonly active: number
  readonly starting: number
  readonly draining: number
}

export interface PolicyTickRecord<Detail extends TaggedDetail = TaggedDetail> {
  readonly atS: number
  /** What there was before the decision. */
  readonly prefill: PoolCounts
  readonly decode: PoolCounts
  /** Null: that pool is left as it is. */
  readonly target: {readonly prefill: number | null; readonly decode: number | null}
  readonly reason: string | null
  readonly detail: Detail
}

/** Replicas asked for, starting ones included. */
export interface ReplicaChange {
  readonly atS: number
  readonly component: 'agg' | 'prefill' | 'decode'
  readonly from: number
  readonly to: number
}
