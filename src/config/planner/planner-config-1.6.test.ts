import {describe, expect, test} from 'vitest'
import {parsePlannerConfig16} from './planner-config-1.6.ts'

function messageOf(value: unknown): string | null {
  const parsed = parsePlannerConfig16(value)
  return parsed.ok ? null : parsed.error.message
}

function configOf(value: unknown) {
  const parsed = parsePlannerConfig16(value)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

/** Each was asked of the real model of 1.6.1; what follows its message here is ours. */
describe('what 1.6.1 refuses', () => {
  test.each([
    [{mode: 'agg', min_endpoint: -1}, 'min_endpoint: Input should be greater than or equal to 0'],
    [{prefill_min_endpoint: 0}, 'prefill_min_endpoint: Input should be greater than or equal to 1'],
    [{max_throughput_scaling_replicas: 0}, 'max_throughput_scaling_replicas: Input should be greater than 0'],
    [{load_predictor: 'foo'}, "load_predictor: Input should be 'constant', 'arima', 'prophet' or 'kalman'"],
    [{load_scaling_down_sensitivity: 101}, 'Input should be less than or equal to 100'],
    [{fpm_sample_bucket_size: 0}, 'fpm_sample_bucket_size: Input should be greater than 0'],
    [{fpm_sample_bucket_size: 15}, 'fpm_sample_bucket_size must be a perfect square, got 15'],
    [{aic_perf_model: {}}, 'aic_perf_model is no longer supported; use ais_perf_model.roles'],
    [{scheduling: {foo: 1}}, 'scheduling.foo: Extra inputs are not permitted'],
    [
      {scheduling: {scale_interval_seconds: 0}},
      'scheduling.scale_interval_seconds: Input should be greater than 0',
    ],
    [{scheduling: 3}, 'Input should be a valid dictionary or instance of SchedulingConfig'],
    [{scheduling: {scale_interval_seconds: 3}}, 'must evenly divide load_adjustment_interval_seconds'],
    [
      {scheduling: {tick_max_duration_seconds: 0}},
      'tick_max_duration_seconds: Input should be greater than 0',
    ],
    [{ais_perf_model: {roles: {}}}, "ais_perf_model.roles.prefill is required for mode='disagg'"],
    [{ais_perf_model: {roles: {foo: {}}}}, "Input should be 'prefill', 'decode' or 'aggregated'"],
    [{ais_perf_model: 5}, 'Input should be a valid dictionary or instance of AISPerfModelSpec'],
    [{mode: 'agg', prefill_min_endpoint: 1}, "are not supported when mode='agg'; use min_endpoint"],
    [{mode: 'prefill', decode_min_endpoint: 1}, "decode_min_endpoint is not supported when mode='prefill'"],
    [{optimization_target: 'load'}, "optimization_target='load' requires prefill_scale_up_queue_tokens and"],
    [
      {mode: 'agg', optimization_target: 'load', decode_scale_up_kv_rate: 1, decode_scale_down_kv_rate: 1},
      'decode_scale_up_kv_rate must be greater than decode_scale_down_kv_rate',
    ],
    [
      {optimization_target: 'sla', enable_throughput_scaling: false},
      'At least one scaling mode must be enabled',
    ],
    [
      {optimization_target: 'sla', enable_load_scaling: true, load_adjustment_interval: 200},
      'load_adjustment_interval_seconds (200s) must be shorter than throughput_adjustment_interval_seconds (180s)',
    ],
    [
      {optimization_target: 'sla', throughput_adjustment_interval: 0},
      'throughput_adjustment_interval_seconds must be > 0 when throughput scaling is enabled',
    ],
    [{load_adjustment_interval: 0}, 'load_adjustment_interval: Input should be greater than 0'],
    [{ttft: 0}, 'ttft_ms must be > 0, got 0'],
    [{report_interval_hours: 0}, 'report_interval_hours must be a positive finite number or None'],
    [{enable_power_awareness: true}, 'total_gpu_power_limit is required when enable_power_awareness=True'],
    [{control_api_port: 70_000}, 'control_api_port: Input should be less than or equal to 65535'],
    [{decode_scale_up_kv_rate: 101}, 'decode_scale_up_kv_rate: Input should be less than or equal to 100'],
    [{speculative_nextn: -1}, 'speculative_nextn: Input should be greater than or equal to 0'],
    [{plugin_registration: {foo: 1}}, 'plugin_registration.foo: Extra inputs are not permitted'],
    [{max_num_fpm_samples: 0}, 'max_num_fpm_samples: Input should be greater than 0'],
    [{prophet_window_size: 0}, 'prophet_window_size: Input should be greater than 0'],
    [{backend: 'x'}, "Input should be 'vllm', 'sglang', 'trtllm' or 'mocker'"],
    [
      {environment: 'global-planner'},
      "global_planner_namespace is required when environment='global-planner'",
    ],
    [{min_endpoint: 'x'}, 'Input should be a valid integer, unable to parse string as an integer'],
    [{mode: 'prefill'}, "planner-in-the-loop replay supports mode='agg' or 'disagg', got 'prefill'"],
    [{mode: 'agg', optimization_target: 'sla', load_min_observations: 0}, 'min_observations must be >= 1'],
    [
      {mode: 'agg', optimization_target: 'sla', load_min_observations: 65},
      'min_observations must be <= max_observations',
    ],
    [[], 'Input should be a valid dictionary or instance of PlannerConfig'],
  ])('%j', (value, words) => {
    expect(messageOf(value)).toContain(words)
  })

  test('plugins other than the built-in ones', () => {
    const words = 'a replay here runs the three built-in plugins only'
    expect(messageOf({mode: 'agg', scheduling: {external_plugins: [{}]}})).toContain(words)
    expect(messageOf({mode: 'agg', plugin_registration: {in_process_plugins: ['x']}})).toContain(words)
  })
})

describe('what 1.6.1 takes', () => {
  test('its defaults', () => {
    const {config, warnings} = configOf({mode: 'agg'})
    expect(warnings).toEqual([])
    expect(config).toMatchObject({
      optimization_target: 'throughput',
      enable_throughput_scaling: false,
      enable_load_scaling: true,
      ttft: 500,
      itl: 50,
      load_adjustment_interval: 5,
      throughput_adjustment_interval: 180,
      max_gpu_budget: 8,
      min_gpu_budget: -1,
      min_endpoint: 1,
      prefill_min_endpoint: null,
      max_throughput_scaling_replicas: 8,
      load_predictor: 'arima',
      kalman_min_points: 5,
      max_num_fpm_samples: 64,
      fpm_sample_bucket_size: 16,
      load_scaling_down_sensitivity: 80,
      speculative_nextn: 0,
      scale_interval_seconds: 5,
      ais_perf_model: null,
    })
  })

  test.each([
    [{}, 5],
    [{load_adjustment_interval: 5, throughput_adjustment_interval: 180}, 5],
    [{load_adjustment_interval: 10, throughput_adjustment_interval: 300}, 10],
    [{load_adjustment_interval: 7, throughput_adjustment_interval: 45}, 1],
    [{load_adjustment_interval: '7', enable_throughput_scaling: false, enable_load_scaling: true}, 7],
    [
      {load_adjustment_interval: 10, scheduling: {scale_interval_seconds: 2.5}, enable_load_scaling: true},
      2.5,
    ],
  ])('ticks at the common measure of the intervals: %j', (value, seconds) => {
    const {config} = configOf({mode: 'agg', optimization_target: 'sla', ...value})
    expect(config.scale_interval_seconds).toBe(seconds)
  })

  test('the longer spelling wins, and an ITL target below 0 stands', () => {
    expect(configOf({mode: 'agg', ttft: -1, ttft_ms: 5, itl: -1}).config).toMatchObject({ttft: 5, itl: -1})
  })

  test('keys of 1.2.1 are named as such, unknown ones with a guess', () => {
    const {warnings} = configOf({mode: 'agg', load_metric_samples: 5, max_gpu_budgt: 3})
    expect(warnings[0]).toBe(
      'planner.load_metric_samples is a field of Dynamo 1.2.1; 1.6.1 has none such and ignores it.',
    )
    expect(warnings[1]).toContain('max_gpu_budget')
  })

  test('no sweep is a warning only', () => {
    const {warnings} = configOf({
      mode: 'agg',
      optimization_target: 'sla',
      pre_deployment_sweeping_mode: 'none',
    })
    expect(warnings.join()).toContain('pre_deployment_sweeping_mode')
  })
})
