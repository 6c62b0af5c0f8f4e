import {expect, test} from 'vitest'
import {shareDone} from './share-done.ts'

test('goes by the clock, and by the requests where they lag behind', () => {
  expect(shareDone({simulatedMs: 30, expectedEndMs: 60, completedRequests: 50, totalRequests: 100})).toBe(0.5)
  expect(shareDone({simulatedMs: 60, expectedEndMs: 60, completedRequests: 40, totalRequests: 100})).toBe(0.4)
})

test('a run that works off a backlog is not done before its last request', () => {
  const late = {simulatedMs: 90, expectedEndMs: 60, totalRequests: 100}
  expect(shareDone({...late, completedRequests: 99})).toBeLessThan(1)
  expect(shareDone({...late, completedRequests: 100})).toBe(1)
})

test('nothing to do is no division by zero', () => {
  expect(shareDone({simulatedMs: 0, expectedEndMs: 0, completedRequests: 0, totalRequests: 0})).toBe(0)
})
