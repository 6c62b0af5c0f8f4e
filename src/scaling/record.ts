import type {TaggedDetail} from './policy.ts'

/**
 * What a run under a policy was told and decided: one record per tick, one per scaling event. Field names are those of
 * `--diagnostics-json`; an absent field is left out there.
 */
export interface ScalingRecord<Detail extends TaggedDetail = TaggedDetail> {
  readonly totalTicks: number
  readonly ticks: readonly TickRecord<Detail>[]
  readonly scalingEvents: readonly ScalingEvent[]
  /** Serving replicas times their GPUs from the first tick to the last; a policy may count its own way. */
  readonly gpuHours: number
  /** Things worth telling the reader: steps taken where the reference would hang, caveats of the policy. */
  readonly notices: readonly string[]
}

export type Component = 'agg' | 'prefill' | 'decode'

export interface ScalingEvent {
  /** Simulated seconds of the last event before the tick. */
  readonly at_s: number
  readonly component: Component
  readonly from_count: number
  readonly to_count: number
  readonly reason: 'scale_up' | 'scale_down'
}

/** What every policy's ticks have in common; aggregated instances count as `decode`. */
export interface TickRecord<Detail extends TaggedDetail = TaggedDetail> {
  /** When the tick was due, seconds. */
  readonly at_s: number
  /** Time of the last event before it: what a policy inside the fleet calls now. */
  readonly now_s: number
  /** Serving replicas. */
  readonly active_prefill: number
  readonly active_decode: number
  readonly starting_prefill: number
  readonly starting_decode: number
  readonly draining_prefill: number
  readonly draining_decode: number
  /** So far. */
  readonly gpu_hours: number
  /** Absent where the tick reads no traffic, and for a window of no length. */
  readonly traffic?: TickTraffic
  /** What the policy wanted, whether or not it is a change; absent = nothing. */
  readonly scale_to?: {readonly num_prefill?: number; readonly num_decode?: number}
  /** The policy's own word; null = it gave none. */
  readonly reason: string | null
  /** The rest, by policy. */
  readonly detail: Detail
}

export interface TickTraffic {
  readonly duration_s: number
  readonly num_req: number
  readonly isl: number
  readonly osl: number
  readonly kv_hit_rate: number
}
