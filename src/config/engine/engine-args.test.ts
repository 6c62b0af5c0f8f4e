import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {defaultEngineArgs, parseEngineArgs} from './engine-args.ts'

const flag = '--extra-engine-args'

function parsed(value: unknown) {
  const result = parseEngineArgs(value, {flag})
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

function message(value: unknown): string {
  const result = parseEngineArgs(value, {flag})
  return result.ok ? 'accepted' : result.error.message
}

describe('engine args', () => {
  it('fills in the defaults of the reference', () => {
    const args = parsed({}).args
    expect(args).toEqual(defaultEngineArgs())
    expect(args).toMatchObject({
      engine_type: 'vllm',
      num_gpu_blocks: 16384,
      block_size: 64,
      max_num_seqs: 256,
      max_num_batched_tokens: 8192,
      enable_prefix_caching: true,
      enable_chunked_prefill: true,
      speedup_ratio: 1,
      decode_speedup_ratio: 1,
      dp_size: 1,
      startup_time: null,
      worker_type: 'aggregated',
      preemption_mode: 'lifo',
      sglang: null,
    })
  })

  // Each accepted by the reference with the default kept (observed with ai-dynamo 1.2.1).
  it.each([
    {num_gpu_blocks: '5'},
    {num_gpu_blocks: 1.5},
    {num_gpu_blocks: -3},
    {max_num_seqs: 'x'},
    {max_num_seqs: -1},
    {max_num_batched_tokens: 'x'},
    {startup_time: '30'},
    {engine_type: 5},
    {enable_prefix_caching: 'false'},
    {enable_prefix_caching: 0},
    {aic_backend: 5},
    {aic_tp_size: -2},
    {router_queue_policy: 3},
    {block_size: '64'},
    {preemption_mode: 7},
  ])('forgives %j like the reference, and says so', value => {
    const {args, notices} = parsed(value)
    expect(args).toEqual(defaultEngineArgs())
    expect(notices).toHaveLength(1)
    expect(notices[0]).toContain(Object.keys(value)[0])
  })

  it('takes null as "not given" without a word', () => {
    const value = {speedup_ratio: null, preemption_mode: null, block_size: null, planner_profile_data: null}
    expect(parsed(value)).toEqual({args: defaultEngineArgs(), notices: []})
    expect(parsed({max_num_seqs: null, max_num_batched_tokens: null}).args).toMatchObject({
      max_num_seqs: null,
      max_num_batched_tokens: null,
    })
  })

  it('says which accepted keys have no effect', () => {
    expect(parsed({zmq_replay_port: 5, has_perf_model: true}).notices).toHaveLength(2)
  })

  it.each([
    [[], 'engine-args must be a JSON object'],
    [3, 'engine-args must be a JSON object'],
    [null, 'engine-args must be a JSON object'],
    [{num_gpu_blocks: 0}, 'Failed to validate MockEngineArgs: num_gpu_blocks must be at least 1, got 0'],
    [{num_gpu_blocks: 0, max_num_seqs: 0}, 'num_gpu_blocks must be at least 1, got 0; max_num_seqs must be'],
    [{max_num_batched_tokens: 0}, 'max_num_batched_tokens must be at least 1, got 0'],
    [{speedup_ratio: -1}, 'speedup_ratio must be at least 0, got -1'],
    [{startup_time: -1}, 'startup_time must be at least 0, got -1'],
    [{dp_size: 0}, 'dp_size must be at least 1, got 0'],
    [{kv_transfer_bandwidth: -1}, 'kv_transfer_bandwidth must be at least 0'],
    [{engine_type: 'trtllm'}, "Invalid engine_type 'trtllm'. Must be 'vllm' or 'sglang'."],
    [{preemption_mode: 'FIFO'}, `preemption_mode must be 'lifo' or 'fifo', got "FIFO"`],
    [{router_queue_policy: 'zzz'}, 'router_queue_policy must be'],
    [
      {num_gpu_bloks: 3},
      'Invalid arguments found in JSON file: num_gpu_bloks (did you mean num_gpu_blocks?)',
    ],
    [
      {engine: {block_size: 16}},
      'Invalid arguments found in JSON file: engine (1.6.1 writes engine args so; --dynamo 1.6.1 reads them)',
    ],
    [{watermark: 0.1, zzzz: 1}, 'Invalid arguments found in JSON file: watermark, zzzz'],
    [JSON.parse('{"__proto__": {"num_gpu_blocks": 1}}'), '__proto__'],
    [{planner_profile_data: 5}, 'planner_profile_data must be a string'],
    [{worker_type: 'x'}, "worker_type must be one of 'aggregated', 'prefill', or 'decode'"],
    [
      {worker_type: 'prefill', is_prefill: true},
      'worker_type cannot be combined with is_prefill or is_decode',
    ],
    [{is_prefill: true, is_decode: true}, 'is_prefill and is_decode cannot both be true'],
    [{block_size: 48}, 'block_size must be a power of two from 2 to 1024 for vllm, got 48'],
    [{block_size: 1}, 'block_size must be a power of two'],
    [{block_size: 2048}, 'block_size must be a power of two'],
    [{sglang: 5}, 'Failed to parse sglang config'],
    [{sglang: {page_size: 'x'}}, 'Failed to parse sglang config: sglang.page_size must be a whole number'],
    [{engine_type: 'sglang', sglang: {page_size: 0}}, 'sglang.page_size must be at least 1'],
    [
      {engine_type: 'sglang', block_size: 16, sglang: {page_size: 8}},
      'got block_size=16 and sglang.page_size=8',
    ],
    [
      {engine_type: 'sglang', sglang: {page_size: 8, chunked_prefill_size: 12}},
      'got chunked_prefill_size=12 and block_size=8',
    ],
  ])('refuses %j', (value, text) => {
    expect(message(value)).toContain(text)
    expect(message(value)).toContain(flag)
    expect(message(value)).not.toContain('\n')
  })

  it.each([
    [{block_size: 0}, 64],
    [{block_size: 16}, 16],
    [{sglang: {page_size: 32}}, 64],
    [{engine_type: 'sglang'}, 1],
    [{engine_type: 'sglang', block_size: '8'}, 1],
    [{engine_type: 'sglang', block_size: 24}, 24],
    [{engine_type: 'sglang', sglang: {page_size: 8, chunked_prefill_size: 16}}, 8],
    [{engine_type: 'sglang', block_size: 0, sglang: {page_size: 8}}, 8],
  ])('block size of %j is %d', (value, size) => {
    expect(parsed(value).args.block_size).toBe(size)
  })

  it('takes the worker type from any of its spellings, else from the pool', () => {
    expect(parsed({worker_type: 'prefill'}).args.worker_type).toBe('prefill')
    expect(parsed({is_decode: true}).args.worker_type).toBe('decode')
    const pool = parseEngineArgs({}, {flag, workerType: 'prefill'})
    expect(pool.ok && pool.value.args.worker_type).toBe('prefill')
  })

  it('never throws, and what it accepts it accepts again unchanged', () => {
    const value = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...FUZZ_KEYS), fc.jsonValue()))
    fc.assert(
      fc.property(value, json => {
        const once = parseEngineArgs(json, {flag})
        if (!once.ok) {
          expect(once.error.message).toContain(flag)
          return
        }
        const again = parseEngineArgs(once.value.args, {flag})
        expect(again).toEqual({ok: true, value: {args: once.value.args, notices: []}})
      }),
      {numRuns: 10_000},
    )
  })
})

const FUZZ_KEYS = [...Object.keys(defaultEngineArgs()), 'is_prefill', 'bootstrap_port', '__proto__']
