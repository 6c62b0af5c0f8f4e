// Further cases of test/golden/replay: the SGLang engine. The reference stands still for ever once an idle instance finds
// its pool of token slots too full for the next request, so pools here are large, or small on traces where enough leaves
// of the prefix tree stay long.

import {blocks, plain, planner, pools} from './argv.mjs'

const sessions = spec => ({
  kind: 'sessions',
  spec: {
    turns: [1, 1],
    delayMs: [0, 0],
    growth: [0, 0],
    traceBlockSize: 512,
    families: 4,
    familyBlocks: 2,
    ...spec,
  },
})
const steady = sessions({
  seed: 31,
  sessionCount: 200,
  burst: [1, 4],
  gapMs: [200, 1400],
  prompt: [200, 6000],
  output: [5, 160],
})
const busy = sessions({
  seed: 32,
  sessionCount: 300,
  burst: [1, 8],
  gapMs: [300, 2200],
  prompt: [1000, 14000],
  output: [10, 250],
  families: 6,
  familyBlocks: 3,
})
const conversations = sessions({
  seed: 33,
  sessionCount: 60,
  turns: [1, 6],
  burst: [1, 5],
  gapMs: [500, 3000],
  delayMs: [0, 4000],
  growth: [50, 900],
  prompt: [100, 3000],
  output: [1, 120],
})
const hot = sessions({
  seed: 21,
  sessionCount: 60,
  burst: [4, 12],
  gapMs: [300, 2000],
  prompt: [40, 300],
  output: [20, 120],
  traceBlockSize: 64,
  families: 3,
})
const short = sessions({
  seed: 22,
  sessionCount: 150,
  burst: [1, 4],
  gapMs: [50, 500],
  prompt: [200, 1500],
  output: [1, 3],
  traceBlockSize: 64,
  families: 5,
  familyBlocks: 6,
})

const ROOMY = 3_000_000
const engine = (args, sglang) => ({
  engine_type: 'sglang',
  num_gpu_blocks: Math.ceil(ROOMY / (args.block_size ?? 1)),
  ...args,
  ...(sglang === undefined ? {} : {sglang}),
})
const fixedPools = (trace, prefill, decode, p, d) => ({
  trace,
  argv: pools({...prefill, worker_type: 'prefill'}, {...decode, worker_type: 'decode'}, p, d),
})
const blocks64 = blocks(64)
const eager = {clip_max_new_tokens: 4, schedule_conservativeness: 0.1}

export const SGLANG_CASES = {
  sglang_1w: plain(steady, engine({})),
  sglang_3w_page16: plain(busy, engine({block_size: 16}), 3),
  sglang_2w_lpm: plain(busy, engine({}, {schedule_policy: 'lpm'}), 2),
  sglang_lpm_page16: plain(steady, engine({}, {schedule_policy: 'lpm', page_size: 16})),
  sglang_chunks_512: plain(steady, engine({}, {chunked_prefill_size: 512, max_prefill_tokens: 1024}), 2),
  sglang_chunks_page64: plain(busy, engine({block_size: 64}, {chunked_prefill_size: 2048}), 2),
  sglang_sessions_2w: plain(conversations, engine({}), 2),
  sglang_sessions_lpm: plain(conversations, engine({block_size: 4}, {schedule_policy: 'lpm'})),
  sglang_speedup: plain(busy, engine({speedup_ratio: 2.5, decode_speedup_ratio: 1.7}), 1, [
    '--arrival-speedup-ratio',
    '2',
  ]),
  sglang_evict_page1: plain(short, engine({num_gpu_blocks: 16000}), 1, blocks64),
  sglang_evict_chunks_lpm: plain(
    short,
    engine({num_gpu_blocks: 1000, block_size: 16}, {schedule_policy: 'lpm', chunked_prefill_size: 512}),
    1,
    blocks64,
  ),
  sglang_retract: plain(hot, engine({num_gpu_blocks: 47, block_size: 64}, eager), 1, blocks64),
  sglang_retract_lpm: plain(
    hot,
    engine({num_gpu_blocks: 47, block_size: 64}, {...eager, schedule_policy: 'lpm'}),
    1,
    blocks64,
  ),
  disagg_sglang_1p1d: fixedPools(steady, engine({}), engine({}), 1, 1),
  disagg_sglang_2p2d_transfer: fixedPools(
    busy,
    engine({block_size: 16, kv_bytes_per_token: 131072, kv_transfer_bandwidth: 8}, {schedule_policy: 'lpm'}),
    engine({block_size: 16}, {chunked_prefill_size: 1024}),
    2,
    2,
  ),
  disagg_sglang_sessions: fixedPools(conversations, engine({}), engine({}, {schedule_policy: 'lpm'}), 1, 2),
  agg_sglang_sla: {
    trace: busy,
    argv: [
      ...planner('agg'),
      '--extra-engine-args',
      JSON.stringify(engine({startup_time: 10})),
      '--num-workers',
      '2',
    ],
  },
  disagg_sglang_sla: {
    trace: busy,
    argv: [
      ...planner('disagg'),
      ...pools(engine({block_size: 16, startup_time: 5}), engine({block_size: 16}), 1, 1),
    ],
  },
}
