import type {EngineArgs} from '../../config/scenario.ts'

/**
 * KV transfer from prefill to decode in ms, or null when not modelled: both parameters must be set (engine.md 9.2), and
 * the instances must be of type `prefill`; those left `aggregated` in a planner run hand over at once, as in the reference.
 */
export function transferDelay(args: EngineArgs): ((tokens: number) => number) | null {
  const {kv_bytes_per_token: bytes, kv_transfer_bandwidth: bandwidth} = args
  if (args.worker_type !== 'prefill') return null
  if (bytes === null || bandwidth === null || bandwidth <= 0) return null
  return tokens => ((tokens * bytes) / (bandwidth * 1e9)) * 1000
}
