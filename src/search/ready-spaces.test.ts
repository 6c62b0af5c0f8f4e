import {expect, test} from 'vitest'
import {checkScenario} from '../config/checks/scenario-rules.ts'
import {PRESETS} from '../config/presets.ts'
import {withRelease} from '../config/releases/with-release.ts'
import {initialScaling} from '../config/scaling/initial-scaling.ts'
import {type Scenario, scalingBy} from '../config/scenario.ts'
import {Candidates} from './candidates.ts'
import {READY_SPACES, readySpaceFor} from './ready-spaces.ts'

const planned = PRESETS.map(({scenario}) => scenario)
const others = planned.flatMap((scenario): readonly Scenario[] => [
  withRelease(scenario, '1.6.1').scenario,
  {...scenario, scaling: scalingBy(null)},
  ...(['hpa', 'keda', 'kpa', 'schedule'] as const).map(policy => ({
    ...scenario,
    scaling: initialScaling(policy),
  })),
])
// What no run can take as it is has no space either.
const scenarios = [...planned, ...others].filter(scenario => checkScenario(scenario).ok)

const OBJECTIVE = {ttftMs: 1500, itlMs: 50, share: 0.9}

function candidatesOf(base: Scenario, id: string): Candidates {
  return new Candidates(READY_SPACES.find(own => own.id === id)!.space(base), base, OBJECTIVE)
}

test('every ready-made space has choices that a run can take in what it suits', () => {
  const tried = new Set<string>()
  for (const scenario of scenarios) {
    for (const {id, suits} of READY_SPACES) {
      const what = `${id}: ${scenario.scaling.policy} ${scenario.release} ${scenario.fleet.topology}`
      if (!suits(scenario) || tried.has(what)) continue
      tried.add(what)
      const candidates = candidatesOf(scenario, id)
      expect(
        candidates.list(0).some(one => candidates.scenarioOf(one).ok),
        what,
      ).toBe(true)
    }
  }
})

test('what suits first is of the policy that scales', () => {
  for (const scenario of scenarios) {
    const {id} = readySpaceFor(scenario)
    const {policy} = scenario.scaling
    const expected =
      policy === 'dynamo'
        ? /^planner/
        : policy === 'fixed'
          ? /^fleet/
          : policy === 'schedule'
            ? /^schedule$/
            : /^autoscaler$/
    expect(id).toMatch(expected)
  }
})

test('a space of a planner reaches fleets that nobody scales', () => {
  for (const release of ['1.2.1', '1.6.1'] as const) {
    const {scenario} = withRelease(planned.find(own => readySpaceFor(own).id === 'planner-sla')!, release)
    const candidates = candidatesOf(scenario, 'planner-sla')
    // Started at its size it is the fixed fleet from the first second on.
    for (const count of [2, 3, 5, 7, 8])
      expect(candidates.pinnedAt([count])).toMatchObject({
        values: {num_workers: count, 'planner.min_endpoint': count, 'planner.max_gpu_budget': count},
      })
    expect(candidates.pinnedAt([9])).toBeNull()
  }
})

test('the space of GPUs has the scenario’s own beside the common ones', () => {
  const base = scenarios.find(({fleet, scaling}) => fleet.topology === 'agg' && scaling.policy === 'fixed')!
  const {fleet} = base
  if (fleet.topology !== 'agg') throw new Error('one pool is looked for')
  const systemsFrom = (aic_system: string) => {
    const workers = {...fleet.workers, args: {...fleet.workers.args, aic_system}}
    const {knobs} = READY_SPACES.find(({id}) => id === 'gpus')!.space({...base, fleet: {...fleet, workers}})
    return knobs.find(({key}) => key.path.endsWith('aic_system'))!.values
  }
  expect(systemsFrom('h200_sxm')).toEqual(['h100_sxm', 'h200_sxm', 'b200_sxm'])
  expect(systemsFrom('l40s')).toEqual(['l40s', 'h100_sxm', 'h200_sxm', 'b200_sxm'])
})
