import {expect, test} from 'vitest'
import {parseAxis} from '../../../sweep/axis.ts'
import {sweepKeys} from '../../../sweep/keys.ts'
import {suggestValues} from './suggest-values.ts'

test('every suggestion is one the sweep takes, of two values at least where there are two', () => {
  const wrong = sweepKeys('1.6.1').flatMap(key => {
    const values = suggestValues(key.field)
    if (values === '') return []
    const axis = parseAxis(`${key.path}=${values}`)
    return axis.ok && axis.value.values.length >= 1 ? [] : [`${key.path}=${values}`]
  })
  expect(wrong).toEqual([])
})

test('goes around the default and stays within the limits', () => {
  const number = {type: 'number', nullable: false, min: 0, max: 1e6} as const
  expect(suggestValues({...number, default: 500})).toBe('250,500,1000')
  expect(suggestValues({...number, max: 600, default: 500})).toBe('250,500')
  expect(suggestValues({...number, max: 1, default: 0.5})).toBe('0.2,0.4,0.6,0.8')
  expect(suggestValues({...number, type: 'integer', default: 1})).toBe('1,2,4,8')
  expect(suggestValues({type: 'boolean', default: true})).toBe('true,false')
})
