import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {defaultPlannerConfig, parsePlannerConfig} from './planner-config.ts'
import {INERT_PLANNER_FIELDS, PLANNER_FIELDS} from './planner-fields.ts'

const SLA = {mode: 'agg', optimization_target: 'sla'}

function accept(value: unknown) {
  const parsed = parsePlannerConfig(value)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

function refuse(value: unknown) {
  const parsed = parsePlannerConfig(value)
  if (parsed.ok) throw new Error('was accepted')
  return parsed.error
}

describe('planner config: types', () => {
  test('defaults are the reference defaults', () => {
    expect(defaultPlannerConfig).toMatchObject({
      mode: 'disagg',
      optimization_target: 'throughput',
      enable_throughput_scaling: true,
      enable_load_scaling: false,
      throughput_adjustment_interval: 180,
      load_adjustment_interval: 5,
      ttft: 500,
      itl: 50,
      max_gpu_budget: 8,
      min_gpu_budget: -1,
      load_predictor: 'arima',
      max_num_fpm_samples: 64,
      fpm_sample_bucket_size: 16,
      report_interval_hours: 24,
    })
  })

  test.each([[[]], [null], ['text'], [3], [undefined]])('%s is no object', value => {
    expect(refuse(value).message).toContain('valid dictionary')
  })

  test.each([
    ['max_gpu_budget', '5.0', 5],
    ['max_gpu_budget', 7, 7],
    ['max_gpu_budget', true, 1],
    ['max_gpu_budget', '1_000', 1000],
    ['max_gpu_budget', ' +7 ', 7],
    ['ttft', ' 5e2 ', 500],
    ['ttft', true, 1],
    ['ttft', '1_0', 10],
    ['ttft', '.5', 0.5],
    ['ttft', '5.', 5],
    ['enable_load_scaling', 'Y', true],
    ['enable_load_scaling', 'off', false],
    ['enable_load_scaling', 1, true],
  ] as const)('%s takes %j', (key, given, want) => {
    expect(accept({...SLA, [key]: given}).config[key]).toBe(want)
  })

  test.each([
    ['max_gpu_budget', 5.5, 'Input should be a valid integer, got a number with a fractional part'],
    ['max_gpu_budget', '5.5', 'Input should be a valid integer, unable to parse string as an integer'],
    ['max_gpu_budget', '1e3', 'Input should be a valid integer, unable to parse string as an integer'],
    ['max_gpu_budget', null, 'Input should be a valid integer'],
    ['max_gpu_budget', [1], 'Input should be a valid integer'],
    ['ttft', 'x', 'Input should be a valid number, unable to parse string as a number'],
    ['ttft', '0x10', 'Input should be a valid number, unable to parse string as a number'],
    ['ttft', 'nan', 'Input should be a finite number'],
    ['enable_load_scaling', 2, 'Input should be a valid boolean, unable to interpret input'],
    ['enable_load_scaling', ' yes', 'Input should be a valid boolean, unable to interpret input'],
    ['mode', 'x', "Input should be 'disagg', 'prefill', 'decode' or 'agg'"],
    ['load_predictor', 3, 'Input should be a valid string'],
    ['pre_deployment_sweeping_mode', 'Rapid', "Input should be 'none', 'rapid' or 'thorough'"],
    ['backend', 'tgi', "Input should be 'vllm', 'sglang', 'trtllm' or 'mocker'"],
  ])('%s refuses %j', (key, given, sentence) => {
    const error = refuse({...SLA, [key]: given})
    expect(error.message).toContain(`planner.${key}: ${sentence}`)
    expect(error.field).toBe(`planner.${key}`)
  })

  test('the longer spelling wins', () => {
    const {config} = accept({
      ...SLA,
      ttft: 1,
      ttft_ms: 2,
      itl_ms: 3,
      load_adjustment_interval_seconds: 7,
      throughput_adjustment_interval_seconds: 70,
    })
    expect(config).toMatchObject({
      ttft: 2,
      itl: 3,
      load_adjustment_interval: 7,
      throughput_adjustment_interval: 70,
    })
  })
})

describe('planner config: checks', () => {
  test.each([
    [{ttft: 0}, 'planner.ttft', 'ttft_ms must be > 0, got 0'],
    [{report_interval_hours: 0}, 'planner.report_interval_hours', 'must be a positive finite number or null'],
    [{fpm_sample_bucket_size: 5}, 'planner.fpm_sample_bucket_size', 'must be a perfect square, got 5'],
    [{fpm_sample_bucket_size: -4}, 'planner.fpm_sample_bucket_size', 'must be a perfect square'],
    [{environment: 'global-planner'}, 'planner.global_planner_namespace', 'is required'],
    [{enable_throughput_scaling: false}, 'planner.enable_load_scaling', 'At least one scaling mode'],
    [{pre_deployment_sweeping_mode: 'none'}, 'planner.pre_deployment_sweeping_mode', "cannot be 'none'"],
    [{pre_deployment_sweeping_mode: null}, 'planner.pre_deployment_sweeping_mode', "cannot be 'none'"],
    [
      {enable_load_scaling: true, load_adjustment_interval: 180},
      'planner.load_adjustment_interval',
      'load_adjustment_interval_seconds (180s) must be shorter than throughput_adjustment_interval_seconds (180s)',
    ],
    [{mode: 'prefill'}, 'planner.mode', "supports mode 'agg' or 'disagg'"],
    [{load_predictor: 'lstm'}, 'planner.load_predictor', "'constant', 'arima', 'kalman' or 'prophet'"],
    [{load_adjustment_interval: 0}, 'planner.load_adjustment_interval', 'must be at least 1, got 0'],
    [{throughput_adjustment_interval: -5}, 'planner.throughput_adjustment_interval', 'must be at least 1'],
    [{max_num_fpm_samples: 0}, 'planner.max_num_fpm_samples', 'must be at least 1, got 0'],
    [{load_min_observations: 0}, 'planner.load_min_observations', 'must be at least 1, got 0'],
    [{min_endpoint: -1}, 'planner.min_endpoint', 'must be at least 0, got -1'],
    [{aic_interpolation: {}}, 'planner.aic_interpolation.hf_id', 'Field required'],
  ])('%j', (change, field, sentence) => {
    const error = refuse({...SLA, ...change})
    expect(error.field).toBe(field)
    expect(error.message).toContain(sentence)
  })

  test('the reference checks in this order', () => {
    const all = {...SLA, mode: 'decode', ttft: 0, fpm_sample_bucket_size: 5, max_num_fpm_samples: 0}
    expect(refuse(all).field).toBe('planner.ttft')
    expect(refuse({...all, ttft: 1}).field).toBe('planner.fpm_sample_bucket_size')
    expect(refuse({...all, ttft: 1, fpm_sample_bucket_size: 4}).field).toBe('planner.mode')
  })

  test('other targets force load scaling and know no predictor', () => {
    const {config} = accept({mode: 'agg', optimization_target: 'latency', load_predictor: 'lstm'})
    expect(config.enable_load_scaling).toBe(true)
    expect(config.enable_throughput_scaling).toBe(false)
  })

  test('an interpolation of the live planner is checked and left', () => {
    const aic_interpolation = {
      hf_id: 'm',
      system: 'h200_sxm',
      backend: 'vllm',
      isl: 1,
      osl: 1,
      sweep_max_context_length: 1,
      prefill_interpolation_granularity: 1,
      decode_interpolation_granularity: 1,
      prefill_pick: {tp: 2},
      decode_pick: {},
    }
    expect(accept({...SLA, aic_interpolation}).warnings).toEqual([])
    expect(refuse({...SLA, aic_interpolation: {...aic_interpolation, isl: 0}}).message).toContain(
      'aic_interpolation.isl: Input should be greater than 0',
    )
  })
})

describe('planner config: warnings', () => {
  test('unknown keys name the nearest known one', () => {
    const {warnings} = accept({...SLA, trottle: 1, load_predicter: 'kalman'})
    expect(warnings.some(text => text.includes('load_predicter') && text.includes('load_predictor'))).toBe(
      true,
    )
    expect(warnings.some(text => text.includes('trottle'))).toBe(true)
  })

  test('latency targets without use', () => {
    expect(accept({mode: 'agg', ttft: 1500}).warnings.join()).toContain('ignores ttft_ms and itl_ms')
    expect(accept({mode: 'agg'}).warnings).toEqual([])
  })

  test('fields of the live planner', () => {
    expect(accept({mode: 'agg', namespace: 'x', advisory: true}).warnings.join()).toContain(
      'Without effect in a replay: namespace, advisory',
    )
  })
})

describe('planner fields', () => {
  const fields = [...PLANNER_FIELDS, ...INERT_PLANNER_FIELDS]

  test('every key and alias stands once', () => {
    const names = fields.flatMap(({key, alias}) => (alias === null ? [key] : [key, alias]))
    expect(new Set(names).size).toBe(names.length)
  })

  test('defaults satisfy their own ranges', () => {
    for (const field of fields) {
      if ((field.type !== 'integer' && field.type !== 'number') || field.default === null) continue
      expect(field.default, field.key).toBeGreaterThanOrEqual(field.min)
      expect(field.default, field.key).toBeLessThanOrEqual(field.max)
    }
  })
})

test('no input throws, and what is accepted can run', () => {
  const names = [...PLANNER_FIELDS, ...INERT_PLANNER_FIELDS].flatMap(({key, alias}) => [key, alias ?? key])
  const value = fc.oneof(
    fc.anything(),
    fc.double(),
    fc.integer(),
    fc.constantFrom('agg', 'disagg', 'sla', 'latency', 'kalman', 'rapid', '7', '7.0', 'yes', null, true),
  )
  const config = fc.dictionary(fc.oneof(fc.constantFrom(...names, 'aic_interpolation'), fc.string()), value)
  const input = fc.oneof(
    fc.anything(),
    config,
    config.map(given => ({...SLA, ...given})),
  )
  let accepted = 0
  fc.assert(
    fc.property(input, given => {
      const parsed = parsePlannerConfig(given)
      if (!parsed.ok) {
        expect(parsed.error.message).toMatch(/planner/)
        return
      }
      accepted++
      const {config: got} = parsed.value
      expect(got.load_adjustment_interval).toBeGreaterThanOrEqual(1)
      expect(got.throughput_adjustment_interval).toBeGreaterThanOrEqual(1)
      expect(got.enable_load_scaling || got.enable_throughput_scaling).toBe(true)
      expect(['agg', 'disagg']).toContain(got.mode)
    }),
    {numRuns: 10_000},
  )
  expect(accepted).toBeGreaterThan(100)
})
