import {describe, expect, it} from 'vitest'
import {DEFAULT_AIC_PERF} from '../engine/aic-perf.ts'
import {DEFAULT_ROUTER_CONFIG} from '../engine/router-config.ts'
import {defaultScenario, PRESETS} from '../presets.ts'
import {initialScaling} from '../scaling/initial-scaling.ts'
import {OTHER_POLICIES} from '../scaling/parse-scaling.ts'
import {plannerOf, type Scenario, scalingBy, type TraceSource} from '../scenario.ts'
import {parseYamlDocuments} from '../yaml-text.ts'
import {parseArguments} from './arguments.ts'
import {flagsFromScenario, formatCommand} from './command-line.ts'
import {checkFlags} from './flags.ts'
import {scenarioFromFlags} from './scenario-from-flags.ts'

const trace: TraceSource = {kind: 'file', name: 't.jsonl', sha256: ''}

function argumentsOf(argv: readonly string[]) {
  const parsed = parseArguments(argv)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

/** What a command line without files comes to: the scenario, or the sentence that refuses it. */
function outcome(...argv: string[]): {scenario: Scenario; notices: readonly string[]} | string {
  const args = argumentsOf(argv)
  const checked = checkFlags(args)
  if (!checked.ok) return checked.error.message
  const planner = args.flags.get('--planner-config')
  const plannerConfig = planner === undefined ? undefined : JSON.parse(planner)
  const policyConfig = args.flags.get('--policy-config')
  const given = {
    trace,
    plannerConfig,
    ...(policyConfig === undefined
      ? {}
      : {policyConfig: {text: policyConfig, readDocuments: parseYamlDocuments}}),
  }
  const result = scenarioFromFlags(args, given)
  return result.ok ? result.value : result.error.message
}

function accepted(...argv: string[]) {
  const result = outcome(...argv)
  if (typeof result === 'string') throw new Error(result)
  return result
}

const AGG = '{"mode": "agg"}'
const SLA = '{"mode": "agg", "optimization_target": "sla", "enable_load_scaling": true}'

describe('flags', () => {
  it('default to what the reference does', () => {
    expect(accepted('t.jsonl').scenario).toEqual({...defaultScenario(), trace})
  })

  it('set every part of the scenario', () => {
    const {scenario} = accepted(
      ...['t.jsonl', '--num-workers', '3', '--arrival-speedup-ratio', '2', '--trace-block-size', '256'],
      ...['--extra-engine-args', '{"num_gpu_blocks": 100}', '--seed', '7', '--benchmark-granularity', '4'],
      ...['--planner-config', SLA],
    )
    expect(scenario).toMatchObject({
      traceBlockSize: 256,
      arrivalSpeedupRatio: 2,
      fleet: {topology: 'agg', workers: {initialWorkers: 3, args: {num_gpu_blocks: 100, block_size: 64}}},
      scaling: {
        policy: 'dynamo',
        release: '1.2.1',
        config: {mode: 'agg', optimization_target: 'sla', enable_load_scaling: true},
      },
      benchmarkGranularity: 4,
      seed: 7,
    })
  })

  it('choose the timing from the engine args', () => {
    const profile = accepted('t.jsonl', '--extra-engine-args', '{"planner_profile_data": "p.npz"}')
    expect(profile.scenario.engineTiming).toBe('profile')
    const chosen = accepted(
      ...['t.jsonl', '--engine-timing', 'polynomial'],
      ...['--extra-engine-args', '{"aic_backend": "vllm", "aic_model_path": "m"}'],
    )
    expect(chosen.scenario.engineTiming).toBe('polynomial')
  })

  it.each([
    [[], 'provide either trace_file or all of --input-tokens/--output-tokens/--request-count'],
    [['t', '--input-tokens', '5'], 'provide either trace_file or all of'],
    [
      ['--input-tokens', '5'],
      'synthetic replay requires --input-tokens, --output-tokens, and --request-count',
    ],
    [['--turns-per-session', '2'], 'synthetic replay requires'],
    [['t', '--trace-format', 'applied_compute_agentic'], 'requires --replay-concurrency because'],
    [['t', '--aic-backend', 'vllm'], 'AIC replay modeling requires --aic-system, --aic-model-path'],
    [['t', '--replay-mode', 'online'], '--replay-mode online is not supported'],
    [['t', '--replay-mode', 'online', '--planner-config', AGG], 'only supports --replay-mode=offline'],
    [['t', '--num-prefill-workers', '2'], 'are only used for disagg replay; use num_workers'],
    [['t', '--prefill-engine-args', '{}'], 'must be provided together'],
    [
      ['t', '--extra-engine-args', '{}', '--prefill-engine-args', '{}'],
      'extra_engine_args cannot be combined with prefill_engine_args/decode_engine_args',
    ],
    [
      ['t', '--prefill-engine-args', '{}', '--decode-engine-args', '{}', '--num-workers', '2'],
      'num_workers is only used for aggregated replay',
    ],
    [['t', '--num-workers', '0'], 'num_workers must be at least 1, got 0'],
    [['t', '--arrival-speedup-ratio', '0'], 'ratio must be a finite positive number, got 0'],
    [['t', '--trace-block-size', '0'], 'trace_block_size must be greater than 0'],
    [['t', '--seed', '-1'], '--seed must be at least 0, got -1'],
    [['t', '--benchmark-granularity', '0'], '--benchmark-granularity must be at least 1'],
    [['t', '--extra-engine-args', '{"dp_size": 2}'], 'dp_size must be 1 without a planner, got 2'],
    [['t', '--extra-engine-args', '{"worker_type": "decode"}'], "worker_type must be 'aggregated'"],
    [['t', '--extra-engine-args', '{bad'], '--extra-engine-args: not valid JSON'],
    [['t', '--extra-engine-args', '[]'], 'engine-args must be a JSON object'],
    [['t', '--engine-timing', 'profile'], 'needs planner_profile_data'],
    [['t', '--engine-timing', 'aic'], 'needs aic_model_path'],
    [['t', '--planner-config', AGG, '--planner-phase', '-1'], '--planner-phase must be at least 0, got -1'],
    [['t', '--trace-seed', '-1'], '--trace-seed must be at least 0, got -1'],
    [['t', '--planner-config', '{}'], 'disagg planner replay requires --prefill-engine-args'],
    [['t', '--planner-config', '{"mode": "prefill"}'], "supports mode 'agg' or 'disagg', got 'prefill'"],
    [['t', '--planner-config', '[]'], 'should be a valid dictionary'],
  ])('%j is refused', (argv, text) => {
    expect(outcome(...argv)).toContain(text)
  })

  it('take several files for the shards of one trace', () => {
    expect(accepted('t', 'u', 'v').notices).toEqual([])
  })

  const ESTIMATE = ['--aic-backend', 'vllm', '--aic-system', 'h200_sxm', '--aic-model-path', 'a/model']
  const BY_KV = ['t', '--router-mode', 'kv_router', '--num-workers', '2']
  const AIC = ['--router-config', '{"router_prefill_load_model": "aic"}']

  it.each([
    [['t', ...ESTIMATE], "requires router_mode='kv_router'"],
    [[...BY_KV, ...ESTIMATE], "requires router_config with router_prefill_load_model='aic'"],
    [[...BY_KV, '--router-config', '{}', ...ESTIMATE], "flags) requires router_prefill_load_model='aic'"],
    [[...BY_KV, ...AIC], "router_prefill_load_model='aic' requires aic_perf_config"],
    [[...BY_KV, ...AIC, ...ESTIMATE, '--aic-tp-size', '0'], '--aic-tp-size must be at least 1, got 0'],
  ])('%j has half an estimate and is refused, as by the reference', (argv, text) => {
    expect(outcome(...argv)).toContain(text)
  })

  it("read the model of the router's estimate, which a planner run passes over", () => {
    const {scenario} = accepted(...BY_KV, ...AIC, ...ESTIMATE, '--aic-tp-size', '2')
    expect(scenario.aicPerf).toEqual({
      aic_backend: 'vllm',
      aic_system: 'h200_sxm',
      aic_model_path: 'a/model',
      aic_backend_version: null,
      aic_tp_size: 2,
    })
    const planned = accepted(...BY_KV, ...AIC, ...ESTIMATE, '--planner-config', AGG)
    expect(planned.scenario).not.toHaveProperty('aicPerf')
    expect(planned.notices.join()).toContain('--aic-model-path: no effect on a planner run')
  })

  it('says which flags a planner run passes over', () => {
    expect(accepted('t', '--planner-config', AGG, '--num-prefill-workers', '2').notices).toContain(
      '--num-prefill-workers has no effect on a planner run in mode agg',
    )
  })
})

describe('the command of a scenario', () => {
  it('gives back the scenario', () => {
    const knobs: Partial<Scenario> = {
      traceBlockSize: 256,
      arrivalSpeedupRatio: 0.1,
      seed: 9,
      benchmarkGranularity: 3,
    }
    for (const scenario of [defaultScenario(), ...PRESETS.map(preset => preset.scenario)]) {
      const wanted = {...scenario, ...knobs, trace}
      expect(accepted(...flagsFromScenario(wanted, {trace: 't.jsonl'}).ours).scenario).toEqual(wanted)
    }
  })

  it('gives back a router that estimates prompts', () => {
    const wanted: Scenario = {
      ...PRESETS[0]!.scenario,
      trace,
      scaling: {policy: 'fixed'},
      engineTiming: 'polynomial',
      routerMode: 'kv_router',
      routerConfig: {...DEFAULT_ROUTER_CONFIG, router_prefill_load_model: 'aic'},
      aicPerf: {...DEFAULT_AIC_PERF, aic_backend_version: '0.24.0', aic_tp_size: 4},
    }
    expect(accepted(...flagsFromScenario(wanted, {trace: 't.jsonl'}).ours).scenario).toEqual(wanted)
  })

  it.each(OTHER_POLICIES)('gives back the policy %s, which the reference does not know', policy => {
    const wanted: Scenario = {...PRESETS[0]!.scenario, trace, scaling: initialScaling(policy)}
    const {reference, ours} = flagsFromScenario(wanted, {trace: 't.jsonl'})
    expect(reference).not.toContain('--policy')
    expect(accepted(...ours).scenario).toEqual(wanted)
  })

  it('of a repeat says what tells it apart', () => {
    const guide = PRESETS.find(preset => preset.id === 'as-published')!.scenario
    const repeat = {...guide, trace, scaling: scalingBy(plannerOf(guide), 2.5), traceSeed: 7}
    const {reference, ours} = flagsFromScenario(repeat, {trace: 't.jsonl'})
    const own = ['--engine-timing', 'polynomial', '--planner-phase', '2.5', '--trace-seed', '7']
    expect(ours).toEqual([...reference, ...own])
    expect(accepted(...ours).scenario).toEqual(repeat)
    const plain = accepted('t', '--planner-phase', '2.5')
    expect(plain.scenario.scaling).toEqual({policy: 'fixed'})
    expect(plain.notices).toEqual(['--planner-phase has no effect without --planner-config'])
  })

  it('is the one of the guide', () => {
    const guide = PRESETS.find(preset => preset.id === 'as-published')!.scenario
    const {reference, ours} = flagsFromScenario(guide, {trace: 'my trace.jsonl'})
    expect(ours).toEqual([...reference, '--engine-timing', 'polynomial'])
    expect(formatCommand('python -m dynamo.replay', reference)).toBe(
      "python -m dynamo.replay 'my trace.jsonl' --planner-config '" +
        '{"mode":"agg","optimization_target":"sla","enable_load_scaling":true,"ttft":1500,' +
        '"load_adjustment_interval":10,"throughput_adjustment_interval":300,"prefill_engine_num_gpu":1,' +
        '"decode_engine_num_gpu":1}' +
        `' --extra-engine-args '{"aic_backend":"vllm","aic_system":"h200_sxm",` +
        `"aic_model_path":"nvidia/Llama-3.1-8B-Instruct-FP8","aic_tp_size":1}' --num-workers 2`,
    )
  })

  it('survives quotes', () => {
    expect(formatCommand('x', ["it's"])).toBe(`x 'it'\\''s'`)
  })
})
