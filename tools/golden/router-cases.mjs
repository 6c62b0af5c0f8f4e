// Further cases of test/golden/replay: the KV router. The reference breaks ties at random, so these traces have none that
// matter: something is always running, and the first requests find instances that differ in name only. Every case was
// recorded several times and came out the same each time.

import {blocks, plain, planner, pools} from './argv.mjs'

const flow = spec => ({
  kind: 'sessions',
  spec: {
    seed: 41,
    sessionCount: 120,
    turns: [1, 1],
    burst: [1, 1],
    gapMs: [10, 220],
    delayMs: [0, 0],
    prompt: [700, 6100],
    growth: [0, 0],
    output: [40, 260],
    families: 4,
    familyBlocks: 2,
    traceBlockSize: 512,
    ...spec,
  },
})
const calm = flow({})
const rush = flow({seed: 42, gapMs: [5, 90], prompt: [1500, 12000]})
const flood = flow({seed: 45, sessionCount: 100, gapMs: [2, 45], prompt: [3000, 15000], output: [3, 60]})
const talk = flow({
  seed: 43,
  sessionCount: 45,
  turns: [1, 5],
  delayMs: [0, 900],
  growth: [60, 900],
  gapMs: [20, 400],
})
const chat = flow({...talk.spec, seed: 46, delayMs: [0, 200], gapMs: [5, 60]})
const short = flow({
  seed: 44,
  sessionCount: 150,
  prompt: [70, 420],
  output: [10, 90],
  traceBlockSize: 64,
  gapMs: [3, 40],
  families: 3,
})

const router = (config, more) => [
  ...['--router-mode', 'kv_router'],
  ...(config === null ? [] : ['--router-config', JSON.stringify(config)]),
  ...more,
]
const agg = (trace, args, count, config, more = []) => plain(trace, args, count, router(config, more))
const disagg = (trace, prefill, decode, [p, d], config, more = []) => ({
  trace,
  argv: [
    ...pools({worker_type: 'prefill', ...prefill}, {worker_type: 'decode', ...decode}, p, d),
    ...router(config, more),
  ],
})
const SHORT = {throughput_adjustment_interval: 6, load_adjustment_interval: 2}
const planned = ({trace, argv}) => ({trace, argv: [...planner('agg', SHORT), ...argv]})
const blocks64 = blocks(64)
const sglang = (args = {}, options) => ({
  engine_type: 'sglang',
  num_gpu_blocks: Math.ceil(3_000_000 / (args.block_size ?? 1)),
  ...args,
  ...(options === undefined ? {} : {sglang: options}),
})
const uncached = (args = {}) => ({enable_prefix_caching: false, ...args})
const estimate = [
  ...['--aic-backend', 'vllm', '--aic-system', 'h200_sxm'],
  ...['--aic-model-path', 'nvidia/Llama-3.1-8B-Instruct-FP8'],
]
const aic = change => ({router_prefill_load_model: 'aic', ...change})

export const ROUTER_CASES = {
  router_vllm_3w: agg(rush, {}, 3, null),
  router_fcfs: agg(rush, {}, 2, {router_queue_threshold: 0.3}),
  router_lcfs: agg(rush, {}, 2, {router_queue_threshold: 0.3, router_queue_policy: 'lcfs'}),
  router_wspt: agg(rush, {}, 2, {router_queue_threshold: 0.3, router_queue_policy: 'wspt'}),
  router_threshold_0: agg(rush, {}, 2, {router_queue_threshold: 0}),
  router_engine_policy: agg(rush, {router_queue_policy: 'wspt'}, 2, {router_queue_threshold: 0.5}),
  router_no_queue_scaled: agg(rush, {}, 3, {router_queue_threshold: null, prefill_load_scale: 2.5}),
  router_half_credit: agg(rush, {}, 3, {overlap_score_credit: 0.5}),
  router_old_weight: agg(rush, {}, 2, {overlap_score_weight: 0.5}),
  router_no_reuse: agg(rush, {}, 2, {router_assume_kv_reuse: false}),
  router_blocks_only: agg(flood, {}, 2, {router_track_prefill_tokens: false}),
  router_prefill_only: agg(rush, {}, 2, {router_track_active_blocks: false, router_queue_threshold: 1}),
  router_live_options: agg(rush, {}, 2, {use_kv_events: false, router_track_output_blocks: true}),
  router_sessions: agg(talk, {num_gpu_blocks: 900}, 2, null),
  router_disagg: disagg(flood, {}, {}, [2, 2], null),
  router_disagg_queue: disagg(flood, {}, {}, [2, 1], {
    router_queue_threshold: 0.2,
    router_queue_policy: 'wspt',
  }),
  router_sglang_page1: agg(rush, sglang(), 3, null),
  router_sglang_page16: agg(calm, sglang({block_size: 16}), 2, null),
  router_sglang_queue: agg(rush, sglang(), 2, {router_queue_threshold: 0.3, router_queue_policy: 'wspt'}),
  router_sglang_sessions: agg(chat, sglang({}, {schedule_policy: 'lpm'}), 2, null),
  router_sglang_no_reuse: agg(rush, sglang({block_size: 8}), 2, {router_assume_kv_reuse: false}),
  router_sglang_disagg: disagg(rush, sglang(), sglang(), [2, 2], null),
  router_sglang_mixed: disagg(flood, sglang({block_size: 64}), {}, [2, 2], {router_queue_threshold: 0.4}),
  router_sglang_planner: planned(agg(rush, sglang({startup_time: 3}), 2, null)),
  router_uncached: agg(rush, uncached(), 3, null),
  router_uncached_tight: agg(short, uncached({num_gpu_blocks: 60}), 2, null, blocks64),
  router_uncached_evicting: agg(rush, uncached({num_gpu_blocks: 1200}), 3, null),
  router_uncached_sessions: agg(talk, uncached({num_gpu_blocks: 700}), 2, null),
  router_uncached_stale: agg(talk, uncached({num_gpu_blocks: 900}), 3, null),
  router_uncached_churn: agg(talk, uncached({num_gpu_blocks: 500}), 3, null),
  router_uncached_disagg: disagg(rush, uncached({num_gpu_blocks: 700}), uncached(), [3, 2], null),
  router_uncached_planner: planned(agg(rush, uncached({startup_time: 3}), 2, null)),
  router_planner: planned(agg(rush, {startup_time: 3}, 2, {router_queue_threshold: 0.5})),
  router_planner_aic: planned(agg(rush, {startup_time: 3}, 2, aic({router_queue_threshold: 0.5}))),
  router_aic: agg(rush, {}, 2, aic(), estimate),
  router_aic_queue: agg(rush, {}, 2, aic({router_queue_threshold: 0.3}), estimate),
  router_aic_sessions: agg(talk, {num_gpu_blocks: 900}, 3, aic(), estimate),
  router_aic_tp2: agg(rush, {speedup_ratio: 2}, 2, aic(), [...estimate, '--aic-tp-size', '2']),
  router_aic_sglang: agg(rush, sglang(), 3, aic({router_queue_threshold: 0.5}), estimate),
  router_aic_disagg: disagg(rush, {}, {}, [2, 1], aic({router_queue_threshold: null}), estimate),
}

/** Here ties decide, so the reference is asked several times: `make-spread.mjs`. */
export const SPREAD_CASES = {
  router_sglang_idle: agg(talk, sglang({block_size: 4}), 3, null),
  router_disagg_idle: disagg(talk, sglang({block_size: 64}), uncached(), [2, 3], null),
  router_temperature: agg(rush, {}, 3, {router_temperature: 0.7}),
  router_temperature_sglang: agg(calm, sglang({block_size: 16}), 3, {router_temperature: 0.3}),
  router_aic_idle: disagg(flood, {}, {}, [2, 1], aic({router_queue_threshold: 0.2}), estimate),
}
