import {expect, test} from 'vitest'
import {stableJson} from './stable-json.ts'

test('keys stand in order at every depth, lists as they are', () => {
  expect(stableJson({b: [{d: 1, c: null}], a: 'x'})).toBe('{"a":"x","b":[{"c":null,"d":1}]}')
})
