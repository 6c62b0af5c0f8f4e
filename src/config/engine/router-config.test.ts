import {describe, expect, it} from 'vitest'
import {DEFAULT_ROUTER_CONFIG, parseRouterConfig} from './router-config.ts'

function configOf(options: object) {
  const parsed = parseRouterConfig(options)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

function messageOf(options: unknown): string {
  const parsed = parseRouterConfig(options)
  return parsed.ok ? 'accepted' : parsed.error.message
}

describe('parseRouterConfig, as ai-dynamo 1.2.1 reads it', () => {
  it('fills in defaults and keeps what is given', () => {
    expect(configOf({}).config).toEqual(DEFAULT_ROUTER_CONFIG)
    expect(configOf({router_queue_threshold: null, router_temperature: 1e9}).config).toEqual({
      ...DEFAULT_ROUTER_CONFIG,
      router_queue_threshold: null,
      router_temperature: 1e9,
    })
  })

  it('lets the deprecated weight win over the scale, and 0 switch the credit off, even a wrong one', () => {
    expect(configOf({overlap_score_weight: 2, prefill_load_scale: 3}).config.prefill_load_scale).toBe(2)
    const none = {prefill_load_scale: 0, overlap_score_credit: 0}
    expect(configOf({overlap_score_weight: 0, overlap_score_credit: 2}).config).toMatchObject(none)
    expect(configOf({overlap_score_weight: null}).config).toEqual(DEFAULT_ROUTER_CONFIG)
  })

  it('takes every option of a live router and says that a replay does not read it', () => {
    const live = {
      host_cache_hit_weight: 0.5,
      disk_cache_hit_weight: 1,
      use_kv_events: false,
      durable_kv_events: false,
      router_replica_sync: true,
      router_track_output_blocks: true,
      router_snapshot_threshold: null,
      router_reset_states: true,
      router_ttl_secs: 0,
      router_event_threads: 1,
      skip_initial_worker_wait: true,
      use_remote_indexer: true,
      serve_indexer: false,
      shared_cache_multiplier: 0.5,
      shared_cache_type: 'hicache',
    }
    const {config, notices} = configOf({...live, router_temprature: 1})
    expect(config).toEqual(DEFAULT_ROUTER_CONFIG)
    expect(notices).toHaveLength(Object.keys(live).length + 1)
    for (const key of Object.keys(live))
      expect(notices.some(notice => notice.includes(`${key} has no effect`))).toBe(true)
    expect(notices.at(-1)).toMatch(/unknown key router_temprature is ignored.*router_temperature/)
  })

  it.each<[unknown, RegExp]>([
    [[], /must be a JSON object/],
    [{overlap_score_credit: 2}, /must be at most 1, got 2; to weigh prompts more heavily raise prefill_load/],
    [{overlap_score_credit: -1}, /at least 0, got -1$/],
    [{overlap_score_weight: -1}, /overlap_score_weight must be at least 0/],
    [{prefill_load_scale: null}, /prefill_load_scale must be a number, got null/],
    [{router_temperature: true}, /router_temperature must be a number, got true/],
    [{router_queue_threshold: -0.1}, /at least 0/],
    [{router_track_active_blocks: null}, /true or false, got null/],
    [{router_queue_policy: 'FCFS'}, /must be 'fcfs', 'lcfs' or 'wspt', got "FCFS"/],
    [{router_prefill_load_model: 'AIC'}, /must be 'none' or 'aic'/],
    [{router_event_threads: 0}, /at least 1, got 0/],
    [{router_event_threads: 1.5}, /a whole number/],
    [{router_snapshot_threshold: 0}, /at least 1/],
    [{shared_cache_multiplier: 2}, /at most 1/],
    [{shared_cache_type: 'x'}, /'none' or 'hicache'/],
    [{router_prefill_load_model: 'aic', router_track_prefill_tokens: false}, /requires router_track_prefill/],
    [{router_prefill_load_model: 'aic', router_queue_policy: 'lcfs'}, /requires router_queue_policy='fcfs'/],
    [{router_track_output_blocks: true, router_track_active_blocks: false}, /requires router_track_active/],
    [{durable_kv_events: true, use_kv_events: false}, /durable_kv_events requires use_kv_events=true/],
    [{use_remote_indexer: true, serve_indexer: true}, /mutually exclusive/],
  ])('refuses %j', (options, message) => {
    expect(messageOf(options)).toMatch(message)
  })
})
