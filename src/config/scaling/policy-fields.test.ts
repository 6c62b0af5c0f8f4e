import {expect, test} from 'vitest'
import {initialScaling} from './initial-scaling.ts'
import {checkScaling, OTHER_POLICIES} from './parse-scaling.ts'
import {policyFields, valueAt, withValueAt} from './policy-fields.ts'

test.each(OTHER_POLICIES)('%s begins with settings that hold, none of them unread', policy => {
  expect(checkScaling(initialScaling(policy))).toEqual({ok: true, value: []})
})

test.each(['hpa', 'keda', 'kpa'] as const)('every field of %s is one that its reader knows', policy => {
  const initial = initialScaling(policy)
  const fields = policyFields(initial).flatMap(group => group.fields)
  expect(fields.length).toBeGreaterThan(8)
  for (const {field, path} of fields) {
    const value = valueAt(initial.config, path) ?? sampleOf(field.key)
    const changed = {...initial, config: withValueAt(initial.config, path, value)}
    expect(checkScaling(changed), field.key).toEqual({ok: true, value: []})
    expect(valueAt(changed.config, path)).toBe(value)
  }
})

function sampleOf(key: string): string | number {
  if (key === 'metric') return 'rps'
  if (key === 'window' || key === 'scale-down-delay') return '90s'
  return key.includes('-') ? '50' : 20
}

test('a field that is emptied leaves the document, and nothing else changes', () => {
  const {config} = initialScaling('hpa')
  const path = ['pools', 'all', 'metrics', 0, 'external', 'target', 'averageValue'] as const
  const without = withValueAt(config, path, undefined)
  expect(valueAt(without, path)).toBeUndefined()
  expect(withValueAt(without, path, '5')).toEqual(config)
})
