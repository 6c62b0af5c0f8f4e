import {describe, expect, test} from 'vitest'
import {findPreset} from '../config/presets.ts'
import {plannerOf, type Scenario} from '../config/scenario.ts'
import {SYNTHETIC_FIELDS} from '../config/synthetic-fields.ts'
import {applySweepValue, findSweepKey, sweepKeys, tellKnob} from './keys.ts'
import {SCHEDULE_KNOBS} from './knobs/schedule-knobs.ts'
import {POLICY_KNOBS} from './policy-knobs.ts'

function preset(id: string): Scenario {
  const found = findPreset(id)
  if (found === null) throw new Error(id)
  return found.scenario
}

const AGG = preset('as-published')
const DISAGG = preset('disagg-typed')

function apply(scenario: Scenario, name: string, value: number | string | boolean | null): Scenario {
  const key = findSweepKey(name)
  if (!key.ok) throw new Error(key.error.message)
  const applied = applySweepValue(scenario, key.value, value)
  if (!applied.ok) throw new Error(applied.error.message)
  return applied.value
}

function problem(scenario: Scenario, name: string, value: number | string | boolean | null) {
  const key = findSweepKey(name)
  if (!key.ok) return key.error
  const applied = applySweepValue(scenario, key.value, value)
  return applied.ok ? null : applied.error
}

function argsOf({fleet}: Scenario) {
  return fleet.topology === 'agg' ? [fleet.workers.args] : [fleet.prefill.args, fleet.decode.args]
}

describe('a key', () => {
  test('bare or with engine. means every engine', () => {
    for (const name of ['startup_time', 'engine.startup_time']) {
      expect(argsOf(apply(AGG, name, 40)).map(args => args.startup_time)).toEqual([40])
      expect(argsOf(apply(DISAGG, name, 40)).map(args => args.startup_time)).toEqual([40, 40])
    }
  })

  test('of one pool leaves the other alone', () => {
    expect(argsOf(apply(DISAGG, 'prefill.startup_time', 40)).map(args => args.startup_time)).toEqual([
      40,
      null,
    ])
    expect(argsOf(apply(DISAGG, 'decode.max_num_seqs', 8)).map(args => args.max_num_seqs)).toEqual([256, 8])
  })

  test('of the planner has the reference’s aliases', () => {
    for (const name of ['planner.ttft', 'planner.ttft_ms', 'ttft'])
      expect(plannerOf(apply(AGG, name, 900))?.ttft).toBe(900)
  })

  test('is kept as written, with one path for all spellings', () => {
    const keys = ['startup_time', 'engine.startup_time'].map(findSweepKey)
    expect(keys.map(key => key.ok && [key.value.name, key.value.path])).toEqual([
      ['startup_time', 'engine.startup_time'],
      ['engine.startup_time', 'engine.startup_time'],
    ])
  })

  test('that is none gets a suggestion', () => {
    const found = findSweepKey('engine.startup_tim')
    expect(found.ok ? '' : found.error.message).toMatch(/did you mean engine.startup_time\?/)
  })

  test('changes exactly its own field', () => {
    const {fleet, ...rest} = apply(AGG, 'startup_time', 40)
    const {fleet: before, ...restBefore} = AGG
    expect(rest).toEqual(restBefore)
    if (fleet.topology !== 'agg' || before.topology !== 'agg') throw new Error('the fleet is aggregated')
    expect(fleet.workers).toEqual({...before.workers, args: {...before.workers.args, startup_time: 40}})
  })

  test('of every field of the form applies its default, unless the fleet or its rules refuse that', () => {
    const refused = sweepKeys('1.6.1')
      .filter(key => key.field.default !== null && !/^(prefill|decode)\./.test(key.path))
      .filter(key => problem(AGG, key.path, key.field.default) !== null)
      .map(key => key.path)
    expect(refused).toEqual([
      'num_prefill_workers',
      'num_decode_workers',
      // There is no autoscaler here.
      ...POLICY_KNOBS.map(({path}) => path),
      ...SCHEDULE_KNOBS.map(({path}) => path),
      ...SYNTHETIC_FIELDS.map(({key}) => key),
      // Of 1.6.1 alone.
      'arrival_seed',
      'router.overlap_score_credit_decay',
      'router.decode_active_request_weight',
      'planner.max_throughput_scaling_replicas',
      'planner.speculative_nextn',
    ])
  })
})

describe('fleet and run knobs', () => {
  test('workers', () => {
    const {fleet} = apply(AGG, 'num_workers', 5)
    expect(fleet.topology === 'agg' && fleet.workers.initialWorkers).toBe(5)
    const both = apply(apply(DISAGG, 'num_prefill_workers', 3), 'num_decode_workers', 4).fleet
    expect(both.topology === 'disagg' && [both.prefill.initialWorkers, both.decode.initialWorkers]).toEqual([
      3, 4,
    ])
  })

  test('GPUs of an instance, and the parts of the objective', () => {
    const {fleet} = apply(AGG, 'gpus_per_instance', 2)
    expect(fleet.topology === 'agg' && fleet.workers.gpusPerInstance).toBe(2)
    const both = apply(DISAGG, 'prefill_gpus_per_instance', 4).fleet
    expect(
      both.topology === 'disagg' && [both.prefill, both.decode].map(pool => pool.gpusPerInstance),
    ).toEqual([4, null])
    expect(apply(AGG, 'objective.ttft_ms', 900).objective).toEqual({ttftMs: 900, itlMs: 50, share: 0.95})
    expect(apply(AGG, 'objective.share', 0.99).objective?.share).toBe(0.99)
    expect(problem({...AGG, scaling: {policy: 'fixed'}}, 'objective.itl_ms', 9)?.message).toMatch(
      /nothing says what this run is judged by/,
    )
  })

  test('tp moves the GPUs the planner counts along', () => {
    const scenario = apply(AGG, 'tp', 4)
    expect(argsOf(scenario)[0]?.aic_tp_size).toBe(4)
    expect(plannerOf(scenario)?.decode_engine_num_gpu).toBe(4)
    expect(plannerOf(scenario)?.prefill_engine_num_gpu).toBe(4)
  })

  test('planner=off leaves a fixed fleet', () => {
    expect(apply(AGG, 'planner', 'off').scaling).toEqual({policy: 'fixed'})
    expect(apply(AGG, 'planner', 'on')).toEqual(AGG)
  })

  test('another engine takes its own default block size, a chosen one stays', () => {
    expect(argsOf(apply(AGG, 'engine_type', 'sglang'))[0]?.block_size).toBe(1)
    const chosen = apply(AGG, 'block_size', 32)
    expect(argsOf(apply(chosen, 'engine_type', 'sglang'))[0]?.block_size).toBe(32)
  })

  test('the router, the concurrency and generated traffic', () => {
    expect(apply(AGG, 'router.overlap_score_credit', 0.5).routerConfig?.overlap_score_credit).toBe(0.5)
    expect(apply(AGG, 'router.router_queue_threshold', null).routerConfig?.router_queue_threshold).toBeNull()
    const closed = apply(AGG, 'replay_concurrency', 8)
    expect(closed.replayConcurrency).toBe(8)
    expect('replayConcurrency' in apply(closed, 'replay_concurrency', null)).toBe(false)
    const synthetic = {
      input_tokens: 10,
      output_tokens: 5,
      request_count: 3,
      arrival_interval_ms: 1,
      turns_per_session: 1,
      shared_prefix_ratio: 0,
      num_prefix_groups: 0,
      inter_turn_delay_ms: 0,
    }
    const generated = apply({...AGG, synthetic}, 'input_tokens', 99)
    expect(generated.synthetic).toEqual({...synthetic, input_tokens: 99})
    expect(problem(AGG, 'input_tokens', 99)?.message).toMatch(/this run replays a trace/)
  })

  test('SGLang options have a path of their own', () => {
    expect(argsOf(apply(AGG, 'engine.sglang.max_prefill_tokens', 4096))[0]?.sglang?.max_prefill_tokens).toBe(
      4096,
    )
  })
})

describe('a value is refused', () => {
  test('with the name of the key', () => {
    expect(problem(AGG, 'engine.startup_time', -1)).toEqual({
      message: 'engine.startup_time must be at least 0, got -1',
      field: 'engine.startup_time',
    })
    expect(problem(AGG, 'num_workers', 1.5)?.message).toBe('num_workers must be a whole number, got 1.5')
    // The reader of engine args would forgive this and keep the default: a sweep must not.
    expect(problem(AGG, 'max_num_seqs', -5)?.message).toMatch(/max_num_seqs must be at least 1/)
  })

  test('by the rules between fields', () => {
    expect(problem(AGG, 'planner.load_adjustment_interval', 300)?.message).toMatch(
      /^planner.load_adjustment_interval=300: .*must be shorter than/,
    )
    expect(problem(AGG, 'block_size', 48)?.message).toMatch(/power of two/)
  })

  test('for a pool, planner or fleet that is not there', () => {
    expect(problem(AGG, 'prefill.startup_time', 1)?.message).toMatch(
      /no prefill pool; use engine.startup_time/,
    )
    expect(problem(AGG, 'num_decode_workers', 1)?.message).toMatch(/use num_workers/)
    expect(problem(DISAGG, 'num_workers', 1)?.message).toMatch(/use num_prefill_workers/)
    const plain = {...AGG, scaling: {policy: 'fixed'} as const}
    expect(problem(plain, 'planner.ttft', 1)?.message).toMatch(/no planner/)
    expect(problem(plain, 'planner', 'on')?.message).toMatch(/no planner/)
  })

  test('are called as the release in use calls them', () => {
    const labelOf = (release: '1.2.1' | '1.6.1') =>
      sweepKeys(release).find(({path}) => path === 'planner.max_gpu_budget')?.label
    expect([labelOf('1.2.1'), labelOf('1.6.1')]).toEqual(['Most replicas', 'Most GPUs'])
    expect(tellKnob('planner.max_gpu_budget', 8, '1.2.1')).toBe('most replicas (max_gpu_budget) 8')
    expect(tellKnob('planner.max_gpu_budget', 8, '1.6.1')).toBe('most GPUs (max_gpu_budget) 8')
    expect(tellKnob('startup_time', 30, '1.2.1')).toBe('start-up time (startup_time) 30 s')
    expect(tellKnob('num_workers', 1, '1.2.1')).toBe('1 worker (num_workers)')
    expect(tellKnob('num_prefill_workers', 3, '1.2.1')).toBe('3 prefill workers (num_prefill_workers)')
    expect(tellKnob('num_decode_workers', 2, '1.6.1', true)).toBe('2 decode workers')
    expect(tellKnob('planner.itl', 1, '1.2.1')).toBe('ITL target (itl) 1 ms')
    expect(tellKnob('planner.ttft', 900, '1.6.1')).toBe('TTFT target (ttft) 900 ms')
  })
})
