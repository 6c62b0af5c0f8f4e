export type TippingInput =
  | 'ttft'
  | 'itl'
  | 'load_scaling_down_sensitivity'
  | 'queued_prefill_tokens'
  | 'kv_tokens'
  | 'predicted_demand'
  | 'throughput_bound'
  | 'max_gpu_budget'
  | 'min_gpu_budget'
  | 'min_endpoint'
  // Of 1.6.1 alone.
  | 'prefill_min_endpoint'
  | 'decode_min_endpoint'
  | 'max_throughput_scaling_replicas'
  | 'prefill_scale_up_queue_tokens'
  | 'prefill_scale_down_queue_tokens'
  | 'decode_scale_up_kv_rate'
  | 'decode_scale_down_kv_rate'

/**
 * One input of a tick's decisions that can be turned in one direction, a grid unit at a time: TTFT targets by 1 ms, ITL
 * targets by 0.1 ms, KV rates by 0.1 %, demand by 0.001 requests per second, tokens, replicas and percent by 1.
 */
export interface Dial<Config, Grounds> {
  readonly input: TippingInput
  readonly pool: 'agg' | 'prefill' | 'decode' | null
  readonly instanceId: number | null
  readonly direction: 1 | -1
  /** null = no limit. */
  readonly from: number | null
  /** What a change is measured from, and against. */
  readonly anchor: number
  readonly scale: number
  readonly maxSteps: number
  valueAt(steps: number): number
  deltaAt(steps: number): number
  apply(steps: number): {readonly config: Config; readonly grounds: Grounds}
}
