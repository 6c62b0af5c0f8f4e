import {describe, expect, it} from 'vitest'
import {DEFAULT_ROUTER_CONFIG} from '../engine/router-config.ts'
import {PRESETS} from '../presets.ts'
import {type EngineArgs, type PlannerConfig, plannerOf, type Scenario, scalingBy} from '../scenario.ts'
import {warningsOf} from './warnings.ts'

function preset(id: string): Scenario {
  return PRESETS.find(each => each.id === id)!.scenario
}

const QUIET_ENGINE: Partial<EngineArgs> = {startup_time: 60, num_gpu_blocks: 20_000, aic_model_path: null}

/** The guide's fleet with nothing to warn of, changed. */
function agg(engine: Partial<EngineArgs> = {}, planner: Partial<PlannerConfig> = {}): Scenario {
  const guide = preset('guide-agg')
  const guidePlanner = plannerOf(guide)
  if (guide.fleet.topology !== 'agg' || guidePlanner === null)
    throw new Error('the guide is agg with a planner')
  const args = {...guide.fleet.workers.args, ...QUIET_ENGINE, ...engine}
  return {
    ...guide,
    fleet: {topology: 'agg', workers: {args, initialWorkers: 2, gpusPerInstance: null}},
    scaling: scalingBy({...guidePlanner, ...planner}),
  }
}

function said(scenario: Scenario): Readonly<Record<string, string>> {
  return Object.fromEntries(warningsOf(scenario).map(({field, message}) => [field, message]))
}

const NAMED: Partial<EngineArgs> = {aic_model_path: 'some/model', aic_system: 'h200_sxm'}

describe('warningsOf', () => {
  it('is silent on a scenario that cannot be misread', () => {
    expect(warningsOf(agg())).toEqual([])
  })

  it('is silent on a plain run but for the KV cache', () => {
    expect(Object.keys(said({...preset('guide-agg'), scaling: {policy: 'fixed'}}))).toEqual([
      'engine.num_gpu_blocks',
    ])
  })

  it('marks an engine whose tables measurements contradict, under its own timing alone', () => {
    const far = {
      aic_model_path: 'openai/gpt-oss-120b',
      aic_system: 'b200_sxm',
      aic_backend: 'trtllm',
    } as const
    const field = 'engine.aic_model_path'
    expect(said({...agg(far), engineTiming: 'aic'})[field]).toMatch(/^Not to be relied on here: .*MXFP4/)
    expect(said({...agg(far), engineTiming: 'polynomial'})[field]).toBeUndefined()
    expect(said({...agg({...far, aic_backend: 'vllm'}), engineTiming: 'aic'})[field]).toBeUndefined()
  })

  it('says what a KV router does not learn, and where its estimate has no effect', () => {
    const routed = (engine: Partial<EngineArgs>, more: Partial<Scenario> = {}) =>
      said({...agg(engine), routerMode: 'kv_router', ...more})
    expect(routed({})).toEqual({})
    expect(routed({engine_type: 'sglang'})['engine.engine_type']).toMatch(/never learns of an sglang cache/)
    expect(said(agg({engine_type: 'sglang'}))).toEqual({})
    expect(routed({enable_prefix_caching: false})['engine.enable_prefix_caching']).toMatch(/none of them/)
    const routerConfig = {...DEFAULT_ROUTER_CONFIG, router_prefill_load_model: 'aic'}
    expect(routed({}, {routerConfig})['router.router_prefill_load_model']).toMatch(
      /No effect: in planner runs/,
    )
    expect(routed({}, {routerConfig, scaling: {policy: 'fixed'}})).toEqual({})
  })

  it.each<[string, Scenario, string, RegExp]>([
    [
      'GPU count unset',
      agg({}, {decode_engine_num_gpu: null}),
      'planner.decode_engine_num_gpu',
      /GPU-hours leave/,
    ],
    ['GPU count 0', agg({}, {decode_engine_num_gpu: 0}), 'planner.decode_engine_num_gpu', /GPU-hours leave/],
    [
      'GPU count unlike the engine',
      agg({...NAMED, aic_tp_size: 4}),
      'planner.decode_engine_num_gpu',
      /counts 1, but the engine args name 4/,
    ],
    ['timing aic', agg({...NAMED}), 'timing', /reference's planner runs use polynomial/],
    ['timing polynomial', {...agg({...NAMED}), engineTiming: 'polynomial'}, 'timing', /naming h200_sxm/],
    [
      'budget with 4 GPUs a replica',
      agg({}, {decode_engine_num_gpu: 4, max_gpu_budget: 8}),
      'planner.max_gpu_budget',
      /8 replicas are up to 32 GPUs/,
    ],
    [
      'more workers than the budget',
      agg({}, {max_gpu_budget: 1}),
      'planner.max_gpu_budget',
      /starts with 2 /,
    ],
    [
      'intervals that do not meet',
      agg({}, {load_adjustment_interval: 7}),
      'planner.throughput_adjustment_interval',
      /No multiple of 7 s/,
    ],
    [
      'a load interval beyond the throughput interval',
      agg({}, {enable_load_scaling: false, load_adjustment_interval: 400}),
      'planner.load_adjustment_interval',
      /every 400 s only/,
    ],
    ['a key nothing reads', agg({}, {kalman_min_points: 9}), 'planner.kalman_min_points', /never reads it/],
    [
      'a key of another predictor',
      agg({}, {kalman_r: 9}),
      'planner.kalman_r',
      /load predictor \(load_predictor\) is arima/,
    ],
    [
      'a predictor without throughput scaling',
      agg({}, {enable_throughput_scaling: false, load_predictor: 'kalman'}),
      'planner.load_predictor',
      /only throughput scaling predicts/,
    ],
    [
      'the recorder off',
      agg({}, {report_interval_hours: null, live_dashboard_port: 0}),
      'planner.report_interval_hours',
      /GPU-hours stay 0/,
    ],
    [
      'a draining limit of a fleet that nobody scales',
      {...agg(), scaling: {policy: 'fixed'} as const, drainLimitS: 30},
      'drain_limit',
      /changes nothing/,
    ],
    ['no start-up time', agg({startup_time: 0}), 'engine.startup_time', /serve at once/],
    [
      'default KV blocks',
      agg({...NAMED, num_gpu_blocks: 16_384}),
      'engine.num_gpu_blocks',
      /1,048,576 tokens/,
    ],
    [
      'closed loop with a speed-up',
      {...agg(), replayConcurrency: 8, arrivalSpeedupRatio: 2},
      'trace.arrival_speedup_ratio',
      /\(replay_concurrency\) arrival times are ignored/,
    ],
  ])('warns of %s', (_, scenario, field, message) => {
    expect(said(scenario)[field]).toMatch(message)
  })

  it('says in easy mode that targets and other SLA fields do nothing', () => {
    const warnings = said(agg({}, {optimization_target: 'latency', load_predictor: 'kalman'}))
    expect(warnings['planner.ttft']).toMatch(/Target latency does not scale by it/)
    expect(warnings['planner.itl']).toMatch(/Target latency/)
    expect(warnings['planner.load_predictor']).toMatch(/only target sla reads it/)
  })

  it('warns of untyped pools under a planner, and not of typed ones', () => {
    expect(Object.keys(said(preset('guide-disagg')))).toEqual(
      expect.arrayContaining(['prefill.worker_type', 'decode.worker_type']),
    )
    expect(said(preset('disagg-typed'))).not.toHaveProperty('prefill.worker_type')
  })

  it('warns of generated traffic that shares nothing or that the reference refuses', () => {
    const synthetic = {
      input_tokens: 100,
      output_tokens: 10,
      request_count: 5,
      arrival_interval_ms: 1,
      turns_per_session: 1,
      shared_prefix_ratio: 0.5,
      num_prefix_groups: 0,
      inter_turn_delay_ms: 0,
    }
    const warnings = said({...agg(), synthetic})
    expect(warnings['traffic.shared_prefix_ratio']).toMatch(/0 prefix groups \(num_prefix_groups\)/)
    expect(warnings.traffic).toMatch(/reference refuses/)
  })

  it('says of 1.6.1 nothing that is true of 1.2.1 alone', () => {
    const guide = agg(
      {startup_time: null},
      {report_interval_hours: null, live_dashboard_port: 0, max_gpu_budget: 1, optimization_target: 'sla'},
    )
    const routed = {...guide, engineTiming: 'aic', routerMode: 'kv_router', replayConcurrency: 5} as const
    const fields = (scenario: Scenario) => Object.keys(said(scenario))
    const only12 = ['planner.max_gpu_budget', 'planner.report_interval_hours', 'trace.replay_concurrency']
    expect(fields(routed)).toEqual(expect.arrayContaining(only12))
    const on16 = fields({...routed, release: '1.6.1'})
    for (const field of only12) expect(on16).not.toContain(field)
    expect(on16).toContain('engine.startup_time')
  })
})
