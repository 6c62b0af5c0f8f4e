import {expect, test} from 'vitest'
import {defaultScenario, plannerConfigWith} from '../config/presets.ts'
import {scalingBy} from '../config/scenario.ts'
import {benchPolicies} from './bench-policies.ts'
import type {BenchSettings} from './bench-policy.ts'

const scenario = {
  ...defaultScenario(),
  scaling: scalingBy(plannerConfigWith('agg', {optimization_target: 'sla', ttft: 1500, itl: 50})),
}

function labelsOf(settings: Partial<BenchSettings>): readonly string[] {
  const all = {kinds: new Set<never>(), most: 4, least: 1, batchAtItl: 32, variants: {}, ...settings}
  const field = benchPolicies(scenario, all)
  if (!field.ok) throw new Error(field.error.message)
  return field.value.policies.map(({label}) => label)
}

test('settings of the user’s own are called as the form calls them, with their units, and not without end', () => {
  const many = {ttft: 900, min_endpoint: 3, itl: 40, load_adjustment_interval: 10, max_gpu_budget: 6}
  expect(labelsOf({variants: {dynamo: [{ttft: 900, min_endpoint: 3}, {}, many]}})).toEqual([
    'planner 1.2.1, sla, TTFT target 900 ms, fewest replicas per pool 3',
    'planner 1.2.1, sla, as usual',
    'planner 1.2.1, sla, TTFT target 900 ms, fewest replicas per pool 3, ITL target 40 ms, 2 more',
  ])
})

test('the policy of the form and an autoscaler given whole are called by their names', () => {
  expect(labelsOf({kinds: new Set(['own'])})).toEqual(['planner as given'])
  const config = {
    pools: {
      all: {
        minReplicas: 1,
        maxReplicas: 4,
        metrics: [
          {
            type: 'Pods',
            pods: {metric: {name: 'sum(waiting)'}, target: {type: 'AverageValue', averageValue: '5'}},
          },
        ],
      },
    },
  }
  expect(labelsOf({variants: {hpa: [{waiting: 2, running: 12}, config]}})).toEqual([
    'HPA, waiting 2, running 12',
    'HPA as given',
  ])
})
