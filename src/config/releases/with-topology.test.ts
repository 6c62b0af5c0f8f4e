import {expect, test} from 'vitest'
import {checkScenario} from '../checks/scenario-rules.ts'
import {findPreset} from '../presets.ts'
import {initialScaling} from '../scaling/initial-scaling.ts'
import {poolsOf} from '../scenario.ts'
import {withRelease} from './with-release.ts'
import {withTopology} from './with-topology.ts'

const AGG = findPreset('guide-agg')!.scenario

test.each(['1.2.1', '1.6.1'] as const)('a fleet of %s as two pools and back is what it was', release => {
  const {scenario} = withRelease(AGG, release)
  const two = withTopology(scenario, 'disagg')
  if (!two.ok) throw new Error(two.error.message)
  expect(checkScenario(two.value).ok).toBe(true)
  expect(
    poolsOf(two.value.fleet).map(([name, {args, initialWorkers}]) => [
      name,
      args.worker_type,
      initialWorkers,
    ]),
  ).toEqual([
    ['prefill', 'prefill', 1],
    ['decode', 'decode', 1],
  ])
  expect(two.value.scaling).toMatchObject({config: {mode: 'disagg', prefill_engine_num_gpu: 1}})
  const back = withTopology(two.value, 'agg')
  expect(back.ok && back.value.fleet).toEqual(scenario.fleet)
  expect(back.ok && back.value.scaling).toEqual(scenario.scaling)
})

test('the guide as two pools is its preset with typed workers', () => {
  const two = withTopology(AGG, 'disagg')
  expect(two.ok && two.value.fleet).toEqual(findPreset('disagg-typed')!.scenario.fleet)
})

test('a schedule of one topology is refused in the other', () => {
  const refused = withTopology({...AGG, scaling: initialScaling('schedule')}, 'disagg')
  expect(refused.ok ? null : refused.error.message).toContain('a schedule names the pools')
})
