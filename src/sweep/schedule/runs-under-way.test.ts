import {expect, test} from 'vitest'
import {RunsUnderWay} from './runs-under-way.ts'

test('the first who asks for a run makes it, the others hear of it when it is over', async () => {
  const runs = new RunsUnderWay<number>()
  expect(runs.join('a')).toBeUndefined()
  const [second, third] = [runs.join('a'), runs.join('a')]
  expect(runs.join('b')).toBeUndefined()
  runs.end('a', 7)
  runs.end('a', null)
  expect(await Promise.all([second, third])).toEqual([7, 7])
  expect(runs.join('a')).toBeUndefined()
})

test('of a run that nobody came to, those who wait hear that it was not made', async () => {
  const runs = new RunsUnderWay<number>()
  runs.join('a')
  const waiting = runs.join('a')
  runs.end('a', null)
  expect(await waiting).toBeNull()
})
