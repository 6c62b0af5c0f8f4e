import {describe, expect, it} from 'vitest'
import {findPreset} from '../../../config/presets.ts'
import {withRelease} from '../../../config/releases/with-release.ts'
import {fail} from '../../../core/result.ts'
import {parsePasted} from './parse-pasted.ts'
import {ScenarioState} from './scenario.svelte.ts'

const GUIDE = findPreset('guide-agg')!.scenario

function guide(): ScenarioState {
  const state = new ScenarioState()
  state.load(GUIDE)
  return state
}

describe('the release in the form', () => {
  it('says everything else anew, and is taken back without loss', () => {
    const state = guide()
    state.set('planner', 'load_metric_samples', '20')
    const before = state.scenario
    state.chooseRelease('1.6.1')
    expect(state.scenario).toEqual(withRelease(before!, '1.6.1').scenario)
    expect(state.translationNotes).toContain(
      'planner.load_metric_samples has no counterpart in 1.6.1 and is left out.',
    )
    expect(state.draft('engine', 'num_gpu_blocks')).toBe('')
    state.chooseRelease('1.2.1')
    expect(state.scenario).toEqual(before)
  })

  it('has fields of its own, with its own rules', () => {
    const state = guide()
    state.chooseRelease('1.6.1')
    state.set('planner', 'max_throughput_scaling_replicas', '2')
    state.set('engine', 'gpu_memory_utilization', '0.8')
    state.set('run', 'max_sim_time_ms', '60000')
    expect(state.scenario).toMatchObject({
      maxSimTimeMs: 60_000,
      fleet: {workers: {args: {gpu_memory_utilization: 0.8, estimates_num_gpu_blocks: true}}},
      scaling: {release: '1.6.1', config: {max_throughput_scaling_replicas: 2}},
    })
    state.set('planner', 'scale_interval_seconds', '7')
    expect(state.problems.get('planner.scale_interval_seconds') ?? [...state.problems.values()][0]).toMatch(
      /must evenly divide/,
    )
    expect(state.scenario).toBeNull()
  })

  it('is changed from what was right where a field is wrong', () => {
    const state = guide()
    state.set('planner', 'ttft', 'soon')
    state.chooseRelease('1.6.1')
    expect(state.scenario).toEqual(withRelease(GUIDE, '1.6.1').scenario)
    expect(state.translationNotes[0]).toContain('as they were before')
  })
})

describe('pasting', () => {
  const readPrediction = async () => fail('not asked for')
  const context = {kind: 'detect', current: GUIDE, traces: new Map(), readPrediction} as const

  it('goes to the release the text is written for', async () => {
    const pasted = await parsePasted('{"engine": {"max_num_seqs": 64}, "startup_time": 30}', context)
    expect(pasted).toMatchObject({
      ok: true,
      value: {scenario: {release: '1.6.1', fleet: {workers: {args: {max_num_seqs: 64, startup_time: 30}}}}},
    })
    const planner = await parsePasted('{"mode": "agg", "max_throughput_scaling_replicas": 3}', context)
    expect(planner).toMatchObject({ok: true, value: {scenario: {release: '1.6.1'}}})
  })

  it('translates flat engine args for the page’s release', async () => {
    const current = withRelease(GUIDE, '1.6.1').scenario
    const pasted = await parsePasted('{"max_num_seqs": 64, "num_gpu_blocks": 5000}', {...context, current})
    expect(pasted).toMatchObject({
      ok: true,
      value: {
        scenario: {release: '1.6.1', fleet: {workers: {args: {max_num_seqs: 64, num_gpu_blocks: 5000}}}},
      },
    })
  })
})
