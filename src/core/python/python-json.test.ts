import {expect, test} from 'vitest'
import {parsePythonJson} from './python-json.ts'

test.each([
  ['{"limit": [0.0, Infinity]}', {limit: [0, Number.POSITIVE_INFINITY]}],
  ['[-Infinity, NaN, 1]', [Number.NEGATIVE_INFINITY, null, 1]],
  ['{"said": "NaN, \\"Infinity\\" and so on"}', {said: 'NaN, "Infinity" and so on'}],
  [' 3 ', 3],
])('reads %s', (text, value) => {
  expect(parsePythonJson(text, 'x')).toEqual({ok: true, value})
})

test('says what it could not read', () => {
  for (const text of ['{', '{"a": Infinite}', 'NaN1', '']) {
    const parsed = parsePythonJson(text, 'config.json')
    expect(parsed.ok ? '' : parsed.error.message, text).toContain('config.json is not JSON')
  }
})
