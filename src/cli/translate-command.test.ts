import {describe, expect, it} from 'vitest'
import {RELEASES} from '../config/release.ts'
import {captureCli} from './cli-fixture.ts'

const ON_GPU = {
  engine: {
    timing_model: {
      type: 'external',
      provider: 'ais',
      config: {
        model: 'nvidia/Llama-3.1-8B-Instruct-FP8',
        backend: 'vllm',
        system: 'h200_sxm',
        worker_type: 'aggregated',
      },
    },
  },
  startup_time: 60,
}

async function translated(...argv: string[]) {
  const {code, out, error} = await captureCli(...argv)
  expect({code, error: code === 0 ? '' : error}).toEqual({code: 0, error: ''})
  const told = JSON.parse(out)
  expect(error).toBe(told.notes.map((note: string) => `note: ${note}\n`).join(''))
  return told
}

describe('--translate-config', () => {
  it('takes a planner config alone, by the keys it has', async () => {
    const config = {mode: 'disagg', optimization_target: 'sla', max_gpu_budget: 6, load_metric_samples: 20}
    const gpus = {prefill_engine_num_gpu: 2, decode_engine_num_gpu: 2}
    const given = JSON.stringify({...config, ...gpus})
    const told = await translated('--translate-config', '1.6.1', '--planner-config', given)
    expect(told).toMatchObject({
      dynamo: '1.6.1',
      planner_config: {mode: 'disagg', max_gpu_budget: 12, ...gpus},
    })
    expect(told.planner_config).not.toHaveProperty('load_metric_samples')
    expect(told.notes).toContain('planner.load_metric_samples has no counterpart in 1.6.1 and is left out.')
    expect(told.notes).toContain('planner.max_gpu_budget counts GPUs there: 6 becomes 12.')
    const back = await translated(
      '--translate-config',
      '1.2.1',
      '--planner-config',
      JSON.stringify(told.planner_config),
    )
    expect(back.planner_config).toMatchObject({mode: 'disagg', max_gpu_budget: 6})
  })

  it('takes a whole command line, with a command that is read as it was meant', async () => {
    const engine = JSON.stringify(ON_GPU)
    const planner = JSON.stringify({
      mode: 'agg',
      optimization_target: 'load',
      decode_scale_up_kv_rate: 80,
      decode_scale_down_kv_rate: 40,
    })
    const flags = ['--planner-config', planner, '--extra-engine-args', engine, '--num-workers', '2']
    const told = await translated('trace.jsonl', '--translate-config=1.2.1', ...flags)
    expect(told).toMatchObject({
      dynamo: '1.2.1',
      extra_engine_args: {aic_system: 'h200_sxm', startup_time: 60},
      planner_config: {mode: 'agg', optimization_target: 'throughput'},
    })
    expect(told.command).toMatch(/^planner-replay trace\.jsonl .*--num-workers 2/)
    for (const key of ['decode_scale_up_kv_rate', 'decode_scale_down_kv_rate'])
      expect(told.notes).toContain(`planner.${key} has no counterpart in 1.2.1 and is left out.`)
  })

  it('says it where there is nothing to translate, and names a wrong key', async () => {
    const same = await captureCli('--translate-config', '1.2.1', '--extra-engine-args', '{}')
    expect(same).toMatchObject({code: 2, error: expect.stringContaining('written for 1.2.1 already')})
    const wrong = await captureCli('--translate-config', '1.6.1', '--planner-config', '{"ttft": -3}')
    expect(wrong).toMatchObject({code: 2, error: expect.stringContaining('ttft')})
  })
})

/** As `dynamo.replay.run_trace_replay` and `run_synthetic_trace_replay` of 1.6.1 declare them. */
const KEYWORDS_16 = `
  extra_engine_args prefill_engine_args decode_engine_args router_config ais_perf_config num_workers num_prefill_workers
  num_decode_workers replay_concurrency agentic_lanes replay_mode router_mode arrival_speedup_ratio trace_block_size
  trace_format trace_shared_prefix_ratio trace_num_prefix_groups report_jsonl_path max_sim_time_ms model_name sla_ttft_ms
  sla_itl_ms sla_e2e_ms planner_config performance_model_metadata benchmark_granularity capture_per_request
  capture_planner_details execution_model weka_nested_timestamp_basis telemetry_options kv_event_lag_ms request_rate
  arrival_interval_ms arrival_seed turns_per_session shared_prefix_ratio num_prefix_groups inter_turn_delay_ms
  input_tokens output_tokens request_count`.split(/\s+/)

describe('--help', () => {
  it('marks each flag by the releases that take it', async () => {
    const {out} = await captureCli('--help')
    const marks = new Map(
      [...out.matchAll(/^ ([ *26])(--[a-z\d-]+)/gm)].map(([, mark, flag]) => [flag!, mark]),
    )
    expect(marks.size).toBeGreaterThan(60)
    for (const [flag, mark] of marks) {
      const isKeyword = KEYWORDS_16.includes(flag.slice(2).replaceAll('-', '_'))
      expect(mark === '*' || mark === '6', flag).toBe(isKeyword)
    }
    expect(marks.get('--aic-system')).toBe('2')
    expect(marks.get('--request-rate')).toBe('6')
    expect(marks.get('--planner-config')).toBe('*')
    expect(marks.get('--objective')).toBe(' ')
    for (const release of RELEASES) expect(out).toContain(release)
  })
})
