import {describe, expect, it, vi} from 'vitest'
import {DEFAULT_ROUTER_CONFIG} from '../../../config/engine/router-config.ts'
import {encodeScenario} from '../../../config/link/url-codec.ts'
import {findPreset, PRESETS, START_PRESET_ID} from '../../../config/presets.ts'
import {initialScaling} from '../../../config/scaling/initial-scaling.ts'
import {OTHER_POLICIES} from '../../../config/scaling/parse-scaling.ts'
import {FIRST_TRAFFIC} from './form-parts.ts'
import {LinkState} from './link.svelte.ts'
import {ScenarioState} from './scenario.svelte.ts'

/** Most of what is tested here is the same under any release; these figures are the guide's. */
function onGuide(): ScenarioState {
  const state = new ScenarioState()
  state.choosePreset('guide-agg')
  return state
}

describe('ScenarioState', () => {
  it('opens with the start and gives back every preset unchanged', () => {
    const state = new ScenarioState()
    expect(state.scenario).toEqual(findPreset(START_PRESET_ID)!.scenario)
    for (const preset of PRESETS) {
      state.choosePreset(preset.id)
      expect(state.scenario).toEqual(preset.scenario)
      expect(state.changedCount).toBe(0)
    }
  })

  it('keeps the trace that is chosen again, so that it is not read again', () => {
    const state = onGuide()
    const {trace} = state
    state.useTrace({...trace}, true)
    expect(state.trace).toBe(trace)
    state.useTrace({kind: 'catalogue', id: 'bursty-sessions'}, true)
    expect(state.trace).toEqual({kind: 'catalogue', id: 'bursty-sessions'})
  })

  it('takes an edit, marks it, and takes it back', () => {
    const state = onGuide()
    state.set('engine', 'startup_time', '120')
    const {fleet} = state.scenario!
    expect(fleet.topology === 'agg' && fleet.workers.args.startup_time).toBe(120)
    expect(state.changedFrom('engine', 'startup_time')).toBe('')
    expect(state.changedCount).toBe(1)
    state.resetToPreset()
    expect(state.changedCount).toBe(0)
  })

  it.each([
    ['engine', 'num_gpu_blocks', 'many', /num_gpu_blocks must be a whole number/],
    ['engine', 'num_gpu_blocks', '', /num_gpu_blocks must be a whole number/],
    ['engine', 'num_gpu_blocks', '0x10', /num_gpu_blocks must be a whole number/],
    ['engine', 'max_num_seqs', '1.5', /max_num_seqs must be a whole number, or empty/],
    ['engine', 'block_size', '48', /block_size must be a power of two/],
    ['engine', 'num_workers', '0', /num_workers must be at least 1/],
    ['planner', 'ttft', '-5', /ttft/],
    ['planner', 'load_adjustment_interval', '300', /must be shorter than/],
    ['trace', 'arrival_speedup_ratio', '0', /arrival_speedup_ratio must be/],
  ] as const)('says at %s.%s what is wrong with "%s"', (part, key, text, message) => {
    const state = onGuide()
    state.set(part, key, text)
    expect(state.scenario).toBeNull()
    expect(state.problems.get(`${part}.${key}`)).toMatch(message)
    expect(state.problems.size).toBe(1)
  })

  it('ignores the planner part in a plain run', () => {
    const state = onGuide()
    state.set('planner', 'ttft', 'oops')
    expect(state.scenario).toBeNull()
    state.choosePolicy('fixed')
    expect(state.scenario!.scaling).toEqual({policy: 'fixed'})
  })

  it('gives the other scheduler its options and its own default block size', () => {
    const state = onGuide()
    const args = () => {
      const {fleet} = state.scenario!
      return fleet.topology === 'agg' ? fleet.workers.args : null
    }
    state.set('engine', 'engine_type', 'sglang')
    state.set('engine', 'sglang.chunked_prefill_size', '4096')
    expect(args()).toMatchObject({engine_type: 'sglang', block_size: 1, sglang: {chunked_prefill_size: 4096}})
    state.set('engine', 'sglang.page_size', '0')
    expect(state.problems.get('engine.sglang.page_size')).toMatch(/page_size must be at least 1/)
    state.set('engine', 'sglang.page_size', '')
    state.set('engine', 'engine_type', 'vllm')
    expect(args()).toMatchObject({engine_type: 'vllm', block_size: 64, sglang: null})
  })

  it('carries through what it has no field for', () => {
    const state = onGuide()
    const scenario = {...state.scenario!, seed: 7, replayConcurrency: 12}
    state.load(scenario)
    expect(state.scenario).toEqual(scenario)
  })

  it('gives back generated traffic, router options and seed, and says what is wrong with them', () => {
    const state = onGuide()
    const synthetic = {...FIRST_TRAFFIC, turns_per_session: 3}
    const routerConfig = {...DEFAULT_ROUTER_CONFIG, router_temperature: 0.5}
    const scenario = {...state.scenario!, synthetic, routerMode: 'kv_router' as const, routerConfig, seed: 9}
    state.load(scenario)
    expect(state.scenario).toEqual(scenario)
    state.set('router', 'router_queue_policy', 'lcfs')
    state.set('router', 'router_prefill_load_model', 'aic')
    expect(state.problems.get('router.router_prefill_load_model')).toMatch(/requires router_queue_policy/)
    state.set('router', 'router_prefill_load_model', 'none')
    // Sessions are not kept either, however many.
    state.set('traffic', 'request_count', '9999999')
    expect(state.problems.get('traffic.request_count')).toBeUndefined()
    state.set('traffic', 'request_count', '0')
    expect(state.problems.get('traffic.request_count')).toMatch(/at least 1/)
    state.isGenerated = false
    expect(state.scenario).not.toHaveProperty('synthetic')
  })

  it('names the model of the router’s estimate only where the router makes one', () => {
    const state = onGuide()
    state.routerMode = 'kv_router'
    state.set('router', 'router_prefill_load_model', 'aic')
    expect(state.scenario).not.toHaveProperty('aicPerf')
    state.choosePolicy('fixed')
    expect(state.scenario!.aicPerf).toMatchObject({aic_backend: 'vllm', aic_tp_size: 1})
    state.set('router', 'aic_tp_size', '4')
    const {scenario} = state
    expect(scenario!.aicPerf).toMatchObject({aic_tp_size: 4})
    state.load(PRESETS[0]!.scenario)
    state.load(scenario!)
    expect(state.scenario).toEqual(scenario)
    state.set('router', 'aic_tp_size', '0')
    expect(state.problems.get('router.aic_tp_size')).toMatch(/at least 1/)
  })

  it('types the pools of a fleet that is split, and marks what a plain run would refuse', () => {
    const state = onGuide()
    state.topology = 'disagg'
    expect(state.scenario!.fleet).toMatchObject({
      prefill: {args: {worker_type: 'prefill'}},
      decode: {args: {worker_type: 'decode'}},
    })
    state.choosePolicy('fixed')
    state.set('decode', 'worker_type', 'aggregated')
    expect(state.problems.get('decode.worker_type')).toMatch(/worker_type must be 'decode'/)
  })

  it('reads empty as none where a field allows it', () => {
    const state = onGuide()
    state.set('engine', 'max_num_seqs', ' ')
    const {fleet} = state.scenario!
    expect(fleet.topology === 'agg' && fleet.workers.args.max_num_seqs).toBeNull()
  })
})

describe('LinkState', () => {
  it('restores what it wrote, for every preset and for edits', () => {
    const state = onGuide()
    for (const edit of ['', '45']) {
      state.set('engine', 'startup_time', edit)
      const hash = new LinkState(state).hash!
      const other = onGuide()
      expect(new LinkState(other).read(hash)).toBe(false)
      expect(other.scenario).toEqual(state.scenario)
      expect(other.changedCount).toBe(edit === '' ? 0 : 1)
    }
  })

  it('runs only when asked to and understood in full, and names what it could not use', () => {
    const state = onGuide()
    const link = new LinkState(state)
    const whole = `#${encodeScenario(state.scenario!)}`
    expect(link.read(whole)).toBe(false)
    expect(link.read(`${whole}&run=1`)).toBe(true)
    expect(link.read(`${whole}&run=1&engine.block_size=7&nonsense=1`)).toBe(false)
    expect(link.ignored).toHaveLength(2)
    expect(link.read('')).toBe(false)
  })

  it('has no hash while a field is wrong', () => {
    const state = onGuide()
    state.set('planner', 'ttft', '')
    expect(new LinkState(state).hash).toBeNull()
  })
})

describe('the policy of the form', () => {
  it('changes the settings by their fields, and says what is wrong with them as the command line does', () => {
    const state = onGuide()
    state.choosePolicy('hpa')
    expect(state.scenario!.scaling).toEqual(initialScaling('hpa'))
    // Both targets stay those a result is judged by.
    expect(state.scenario!.objective).toMatchObject({ttftMs: 1500})
    const field = state.policy.groups[0]!.fields.find(({field: {key}}) => key === 'maxReplicas')!
    state.policy.set(field, '12')
    expect(state.scenario!.scaling).toMatchObject({config: {pools: {all: {maxReplicas: 12}}}})
    state.policy.set(field, '0')
    expect(state.scenario).toBeNull()
    expect(state.problems.get('policy.settings')).toMatch(/^pools\.all\.maxReplicas/)
    state.choosePolicy('dynamo')
    expect(state.scenario!.scaling).toMatchObject({policy: 'dynamo'})
  })

  it('reads a manifest once what reads YAML is there, and its fields can then be changed', async () => {
    const state = new ScenarioState()
    state.choosePolicy('keda')
    state.policy.text =
      'kind: ScaledObject\nspec:\n  maxReplicaCount: 5\n  triggers:\n' +
      '  - type: prometheus\n    metadata: {query: sum(waiting), threshold: "3"}\n'
    expect(state.problems.get('policy.settings')).toBe('still being read')
    await vi.waitFor(() => expect(state.scenario).not.toBeNull())
    expect(state.scenario!.scaling).toMatchObject({config: {pools: {all: {maxReplicaCount: 5}}}})
    const field = state.policy.groups[0]!.fields.find(({field: {key}}) => key === 'target_1')!
    expect(state.policy.draft(field)).toBe('3')
    state.policy.set(field, '4')
    expect(state.policy.text).toContain('"threshold": "4"')
    state.policy.text = '{'
    expect(state.policy.groups).toEqual([])
    expect(state.problems.has('policy.settings')).toBe(true)
  })

  it.each(OTHER_POLICIES)('gives back a scenario of %s as it came', policy => {
    const state = onGuide()
    const scenario = {
      ...state.scenario!,
      scaling: initialScaling(policy),
      objective: {ttftMs: 900, itlMs: 40, share: 0.9},
    }
    state.load(scenario)
    expect(state.scenario).toEqual(scenario)
  })
})
