import fc from 'fast-check'
import {expect, test} from 'vitest'
import {parseHpaSpec} from './parse-hpa-spec.ts'

test('fills in what the API server would', () => {
  const parsed = parseHpaSpec({maxReplicas: 3, behavior: {}})
  expect(parsed).toEqual({
    ok: true,
    value: {
      minReplicas: 1,
      maxReplicas: 3,
      metrics: [{kind: 'resource', name: 'cpu', target: {type: 'utilization', percent: 80}}],
      behavior: {
        scaleUp: {
          windowS: 0,
          select: 'Max',
          tolerance: null,
          policies: [
            {type: 'Pods', value: 4, periodS: 15},
            {type: 'Percent', value: 100, periodS: 15},
          ],
        },
        scaleDown: {
          windowS: 300,
          select: 'Max',
          tolerance: null,
          policies: [{type: 'Percent', value: 100, periodS: 15}],
        },
      },
    },
  })
})

test.each([
  [{}, 'spec.maxReplicas is missing'],
  [{maxReplicas: 2, minReplicas: 3}, 'spec.maxReplicas is 2; it must be at least 3'],
  [{maxReplicas: 2, minReplicas: 0}, 'spec.minReplicas can be 0 only with an Object or External metric'],
  [{maxReplicas: 2.5}, 'spec.maxReplicas is not a whole number'],
  [{maxReplicas: 2, metrics: [{type: 'Queue'}]}, 'spec.metrics[0].type is "Queue"'],
  [
    {maxReplicas: 2, behavior: {scaleUp: {stabilizationWindowSeconds: 3601}}},
    'spec.behavior.scaleUp.stabilizationWindowSeconds is 3601; it must be at most 3600',
  ],
  [{maxReplicas: 2, behavior: {scaleDown: {policies: []}}}, 'spec.behavior.scaleDown.policies is empty'],
])('%j: %s', (spec, message) => {
  const parsed = parseHpaSpec(spec)
  expect(parsed.ok ? 'accepted' : parsed.error.message).toContain(message)
})

test('answers any document with a specification or one sentence', () => {
  const keys = [
    'minReplicas',
    'maxReplicas',
    'metrics',
    'behavior',
    'scaleUp',
    'policies',
    'type',
    'pods',
    'target',
  ]
  const leaf = fc.oneof(fc.integer(), fc.constantFrom('Pods', 'External', '5', '0.5m', null), fc.boolean())
  const level = (below: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    fc.oneof(
      leaf,
      fc.array(below, {maxLength: 2}),
      fc.dictionary(fc.constantFrom(...keys), below, {maxKeys: 5}),
    )
  const tree = level(level(level(level(leaf))))
  fc.assert(
    fc.property(tree, value => {
      const parsed = parseHpaSpec(value)
      if (!parsed.ok) expect(parsed.error.message).toMatch(/^\S/)
    }),
  )
})
