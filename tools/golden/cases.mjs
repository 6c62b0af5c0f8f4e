// The cases of test/golden/replay: which of our generated traces the reference replays, and with what.
// No case names a GPU model, so none needs performance tables. Avoided, because the reference never ends on them:
// a request larger than the KV cache, a pause longer than the load interval, tight caches on decode workers.

import {blocks, engine, plain, planner, pools, workers} from './argv.mjs'

const steady = {
  kind: 'sessions',
  spec: {
    seed: 1,
    sessionCount: 240,
    turns: [1, 1],
    burst: [1, 3],
    gapMs: [200, 1400],
    delayMs: [0, 0],
    prompt: [200, 6000],
    growth: [0, 0],
    output: [5, 200],
    families: 4,
    familyBlocks: 2,
    traceBlockSize: 512,
  },
}
const with_ = (base, change) => ({...base, spec: {...base.spec, ...change}})
const tight = with_(steady, {
  seed: 2,
  sessionCount: 120,
  gapMs: [5, 120],
  prompt: [60, 500],
  output: [2, 60],
  traceBlockSize: 64,
  families: 3,
  familyBlocks: 2,
})
const conversations = with_(steady, {
  seed: 3,
  sessionCount: 70,
  turns: [1, 6],
  burst: [1, 5],
  gapMs: [500, 3000],
  delayMs: [0, 4000],
  growth: [50, 900],
  prompt: [100, 3000],
  output: [1, 150],
})
const busy = with_(steady, {
  seed: 4,
  sessionCount: 500,
  gapMs: [300, 1500],
  prompt: [2000, 14000],
  output: [10, 300],
  families: 6,
  familyBlocks: 3,
})
const heavy = with_(steady, {
  seed: 8,
  sessionCount: 450,
  burst: [1, 5],
  gapMs: [600, 2600],
  prompt: [3000, 24000],
  output: [20, 500],
  families: 6,
  familyBlocks: 4,
})
const waves = with_(steady, {
  seed: 5,
  sessionCount: 450,
  burst: [1, 24],
  gapMs: [2500, 4800],
  prompt: [500, 9000],
  output: [5, 250],
  families: 5,
})
const odd = with_(steady, {
  seed: 6,
  sessionCount: 150,
  gapMs: [50, 600],
  prompt: [30, 2500],
  output: [2, 90],
  traceBlockSize: 100,
})
const batches = {kind: 'toolagent', spec: {seed: 7, requestCount: 600, tickCount: 80}}

const agg = (trace, config, args, count = 2, more = []) => ({
  trace,
  argv: [...planner('agg', config), ...engine(args), ...workers(count), ...more],
})
const disagg = (trace, config, prefill, decode, p = 1, d = 1) => ({
  trace,
  argv: [...planner('disagg', config), ...pools(prefill, decode, p, d)],
})
const fixedPools = (trace, prefill, decode, p, d) => ({
  trace,
  argv: pools({worker_type: 'prefill', ...prefill}, {worker_type: 'decode', ...decode}, p, d),
})

/** Name of the golden file, the trace's generator, and what follows the trace on the reference's command line. */
export const CASES = {
  static_1w: plain(steady, {}, 1),
  static_2w: plain(steady, {}, 2),
  static_4w_batches: plain(batches, {}, 4),
  static_2w_busy: plain(busy, {}, 2),
  static_sessions_1w: plain(conversations, {}, 1),
  static_sessions_3w: plain(conversations, {num_gpu_blocks: 600}, 3),
  static_sessions_speedup: plain(conversations, {}, 2, ['--arrival-speedup-ratio', '2.5']),
  static_no_prefix_caching: plain(batches, {enable_prefix_caching: false, num_gpu_blocks: 2500}, 2),
  static_no_chunking: plain(steady, {enable_chunked_prefill: false}, 2),
  static_budget_1000: plain(steady, {max_num_batched_tokens: 1000}, 2),
  static_unlimited: plain(steady, {max_num_batched_tokens: null, max_num_seqs: null}, 1),
  static_max_seqs_4: plain(steady, {max_num_seqs: 4}, 2),
  static_max_seqs_1: plain(tight, {max_num_seqs: 1}, 1, blocks(64)),
  static_engine_speedup: plain(busy, {speedup_ratio: 2.5, decode_speedup_ratio: 1.7}, 1),
  static_arrival_speedup: plain(steady, {}, 2, ['--arrival-speedup-ratio', '3']),
  static_arrival_slowdown: plain(tight, {}, 1, [...blocks(64), '--arrival-speedup-ratio', '0.25']),
  tight_12_lifo: plain(tight, {num_gpu_blocks: 12}, 1, blocks(64)),
  tight_12_fifo: plain(tight, {num_gpu_blocks: 12, preemption_mode: 'fifo'}, 1, blocks(64)),
  tight_20_lifo_2w: plain(tight, {num_gpu_blocks: 20}, 2, blocks(64)),
  tight_20_fifo_2w: plain(tight, {num_gpu_blocks: 20, preemption_mode: 'fifo'}, 2, blocks(64)),
  tight_40_block16: plain(tight, {num_gpu_blocks: 40, block_size: 16}, 1, blocks(64)),
  tight_40_block16_fifo: plain(
    tight,
    {num_gpu_blocks: 40, block_size: 16, preemption_mode: 'fifo'},
    1,
    blocks(64),
  ),
  tight_36_block32: plain(tight, {num_gpu_blocks: 36, block_size: 32}, 1, blocks(64)),
  tight_10_block128: plain(tight, {num_gpu_blocks: 10, block_size: 128}, 1, blocks(64)),
  tight_12_no_prefix: plain(tight, {num_gpu_blocks: 12, enable_prefix_caching: false}, 1, blocks(64)),
  tight_14_no_prefix_fifo: plain(
    tight,
    {num_gpu_blocks: 14, enable_prefix_caching: false, preemption_mode: 'fifo'},
    1,
    blocks(64),
  ),
  tight_20_budget_128: plain(tight, {num_gpu_blocks: 20, max_num_batched_tokens: 128}, 1, blocks(64)),
  tight_150_steady: plain(steady, {num_gpu_blocks: 150}, 2),
  tight_400_busy_lifo: plain(busy, {num_gpu_blocks: 400}, 3),
  tight_400_busy_fifo: plain(busy, {num_gpu_blocks: 400, preemption_mode: 'fifo'}, 3),
  trace_block_100: plain(odd, {num_gpu_blocks: 120}, 1, blocks(100)),
  trace_block_100_block128: plain(odd, {num_gpu_blocks: 60, block_size: 128}, 1, blocks(100)),
  trace_block_100_block16: plain(odd, {num_gpu_blocks: 400, block_size: 16}, 2, blocks(100)),
  trace_block_256_clamped: plain(steady, {}, 2, blocks(256)),
  agg_sla_s0: agg(heavy, {}, {}),
  agg_sla_s15: agg(heavy, {}, {startup_time: 15}),
  agg_sla_s60: agg(heavy, {}, {startup_time: 60}),
  agg_sla_waves_s0: agg(waves, {}, {}),
  agg_sla_waves_s12: agg(waves, {}, {startup_time: 12}, 1),
  agg_sla_batches: agg(batches, {ttft: 1500, itl: 50, load_adjustment_interval: 10}, {}),
  agg_sla_sessions: agg(conversations, {ttft: 200, itl: 12}, {}, 3),
  agg_sla_tight_cache: agg(busy, {}, {num_gpu_blocks: 500}, 3),
  agg_sla_tight_cache_fifo: agg(busy, {}, {num_gpu_blocks: 500, preemption_mode: 'fifo', startup_time: 8}, 3),
  agg_sla_block16: agg(busy, {}, {block_size: 16, num_gpu_blocks: 8000, startup_time: 5}),
  agg_load_only: agg(waves, {enable_throughput_scaling: false}, {startup_time: 7}),
  agg_throughput_only: agg(
    heavy,
    {enable_load_scaling: false, throughput_adjustment_interval: 20, load_predictor: 'constant'},
    {startup_time: 8},
  ),
  agg_kalman: agg(waves, {load_predictor: 'kalman', throughput_adjustment_interval: 20}, {}),
  agg_constant: agg(waves, {load_predictor: 'constant', throughput_adjustment_interval: 20}, {}),
  agg_sensitive: agg(
    waves,
    {
      load_scaling_down_sensitivity: 40,
      load_min_observations: 2,
      max_num_fpm_samples: 16,
      fpm_sample_bucket_size: 4,
    },
    {},
  ),
  agg_min_endpoint_2: agg(waves, {min_endpoint: 2, max_gpu_budget: 3}, {}),
  agg_max_budget_3: agg(heavy, {max_gpu_budget: 3}, {startup_time: 10}),
  agg_min_budget_3: agg(steady, {min_gpu_budget: 3, max_gpu_budget: 6}, {}),
  agg_no_gpu_count: agg(steady, {prefill_engine_num_gpu: null, decode_engine_num_gpu: null}, {}),
  agg_speedups: agg(busy, {}, {speedup_ratio: 0.8, decode_speedup_ratio: 1.5}, 2, [
    '--arrival-speedup-ratio',
    '1.5',
  ]),
  agg_easy_throughput: agg(heavy, {optimization_target: 'throughput'}, {}),
  agg_easy_throughput_s20: agg(
    waves,
    {optimization_target: 'throughput'},
    {startup_time: 20, num_gpu_blocks: 600},
  ),
  agg_easy_latency: agg(heavy, {optimization_target: 'latency'}, {}),
  agg_easy_latency_s15: agg(waves, {optimization_target: 'latency'}, {startup_time: 15}, 3),
  disagg_sla_s0: disagg(busy, {}, {}, {}),
  disagg_sla_s15: disagg(heavy, {}, {startup_time: 15}, {startup_time: 25}),
  disagg_load_only: disagg(waves, {enable_throughput_scaling: false, itl: 12}, {}, {}, 2, 2),
  disagg_budget_4: disagg(heavy, {max_gpu_budget: 4}, {}, {}, 1, 2),
  disagg_easy_throughput: disagg(busy, {optimization_target: 'throughput'}, {}, {num_gpu_blocks: 1500}),
  disagg_easy_latency: disagg(waves, {optimization_target: 'latency'}, {startup_time: 6}, {}),
  disagg_transfer: disagg(busy, {}, {kv_bytes_per_token: 131072, kv_transfer_bandwidth: 16}, {}, 2, 1),
  disagg_typed: disagg(heavy, {}, {worker_type: 'prefill', startup_time: 5}, {worker_type: 'decode'}, 1, 1),
  disagg_typed_transfer: disagg(
    busy,
    {itl: 12},
    {worker_type: 'prefill', kv_bytes_per_token: 131072, kv_transfer_bandwidth: 16},
    {worker_type: 'decode', startup_time: 10},
    2,
    1,
  ),
  disagg_static_1p1d: fixedPools(steady, {}, {}, 1, 1),
  disagg_static_2p3d: fixedPools(busy, {}, {max_num_seqs: 12}, 2, 3),
  disagg_static_transfer: fixedPools(
    steady,
    {kv_bytes_per_token: 131072, kv_transfer_bandwidth: 8},
    {},
    2,
    1,
  ),
  disagg_static_sessions: fixedPools(
    conversations,
    {num_gpu_blocks: 400},
    {max_num_batched_tokens: 2048},
    1,
    2,
  ),
}
