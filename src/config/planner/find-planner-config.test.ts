import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {parseYamlText} from '../yaml-text.ts'
import {findPlannerConfig} from './find-planner-config.ts'
import {PLANNER_KEYS} from './planner-config.ts'

const find = (value: unknown) => findPlannerConfig(value, {known: PLANNER_KEYS, parseText: parseYamlText})
const PLANNER = {mode: 'agg', optimization_target: 'sla', enable_load_scaling: true}
const text = JSON.stringify(PLANNER)

function configOf(value: unknown): unknown {
  const found = find(value)
  return found.ok ? found.value.config : found.error.message
}

describe('the planner config in what people keep', () => {
  const WITHIN: Record<string, unknown> = {
    'under planner': {planner: PLANNER},
    'Helm values, whose own keys sound alike': {
      namespace: 'prod',
      backend: 'vllm',
      dynamo: {plannerConfig: PLANNER},
    },
    'a ConfigMap': {
      kind: 'ConfigMap',
      data: {'planner.yaml': 'mode: agg\noptimization_target: sla\nenable_load_scaling: true\n'},
    },
    'the arguments of a container': {spec: {services: {Planner: {args: ['--config', text]}}}},
    'a shell command': {
      spec: {
        services: {Planner: {command: ['sh', '-c'], args: [`python -m dynamo.planner --config '${text}'`]}},
      },
    },
    'several documents': [{kind: 'Service'}, {kind: 'ConfigMap', data: {config: text}}],
    'the same twice': {a: {planner: PLANNER}, b: {planner: {...PLANNER}}},
  }
  test.each(Object.entries(WITHIN))('%s', (_, value) => {
    expect(configOf(value)).toEqual(PLANNER)
  })

  test('bare: itself, without a word', () => {
    for (const bare of [PLANNER, {}, {mode: 'agg'}, {ttft: 300, itl: 20}, {adjustment_interval: 60}])
      expect(find(bare)).toEqual({ok: true, value: {config: bare, notes: []}})
  })

  test('a deployment request: with its targets, unless the planner has its own', () => {
    const request = (planner: object) => ({
      kind: 'DynamoGraphDeploymentRequest',
      spec: {sla: {ttft: 500, itl: 20}, features: {planner}},
    })
    expect(configOf(request(PLANNER))).toEqual({...PLANNER, ttft: 500, itl: 20})
    expect(configOf(request({...PLANNER, ttft_ms: 300}))).toEqual({...PLANNER, ttft_ms: 300, itl: 20})
  })
})

describe('refused', () => {
  test('two configs that differ, by their places', () => {
    expect(configOf({a: {planner: PLANNER}, b: {planner: {mode: 'disagg'}}})).toMatch(
      /under a\.planner and b\.planner/,
    )
  })

  test('what has nothing of the planner’s, by its keys', () => {
    expect(configOf({kind: 'Deployment', spec: {replicas: 2}})).toMatch(
      /no key of a planner config.*its keys are kind, spec/,
    )
    expect(configOf({optimisation_target: 'sla'})).toMatch(/did you mean optimization_target\?/)
  })

  test('another autoscaler’s manifest, with the flag for it', () => {
    expect(configOf({kind: 'ScaledObject', spec: {triggers: []}})).toMatch(/--policy keda --policy-config/)
  })

  test('a deployment whose planner reads a file, with its name', () => {
    for (const args of [
      ['--config', '/etc/planner.json'],
      ['-v', '--config=/etc/planner.json'],
    ])
      expect(configOf({kind: 'DynamoGraphDeployment', spec: {services: {Planner: {args}}}})).toBe(
        'the planner of this deployment reads its config from /etc/planner.json: give that file instead',
      )
  })

  test('anything at all, in one sentence', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const found = find(value)
        if (!found.ok) expect(found.error.message).not.toMatch(/undefined|\n/)
      }),
      {numRuns: 2000},
    )
  })
})
