import {expect, test} from 'vitest'
import type {RequestColumns} from '../../engine/record/record.ts'
import {tellMisses} from './misses.ts'

/** Requests of 11 tokens by TTFT and ITL, in ms; null = never answered. */
function ranWith(latencies: readonly (readonly [number, number] | null)[]) {
  const requests = {
    arrivalOrder: Int32Array.from(latencies.keys()),
    arrivalMs: latencies.map(() => 0),
    firstAdmitMs: latencies.map(own => (own === null ? Number.NaN : 0)),
    firstTokenMs: latencies.map(own => own?.[0] ?? Number.NaN),
    lastTokenMs: latencies.map(own => (own === null ? Number.NaN : own[0] + 10 * own[1])),
    emittedTokens: latencies.map(own => (own === null ? 0 : 11)),
  }
  return {requests: requests as unknown as RequestColumns}
}

const OBJECTIVE = {ttftMs: 500, itlMs: 20, share: 0.95}

test('says by which latency requests miss, and which got no answer', () => {
  expect(tellMisses(ranWith([[400, 10], [600, 10], [600, 30], [400, 30], null]), OBJECTIVE)).toEqual([
    '4 of 5 requests miss it: 1 by TTFT alone, 1 by ITL alone, 1 by both, 1 without an answer.',
  ])
})

test('says how quick the quickest were where no request keeps a latency', () => {
  const ran = ranWith([
    [640, 12.34],
    [900, 25],
  ])
  expect(tellMisses(ran, OBJECTIVE)).toEqual([
    '2 of 2 requests miss it: 1 by TTFT alone, 1 by both.',
    'No request of it is so quick: its least TTFT is 640 ms.',
  ])
  expect(tellMisses(ran, {...OBJECTIVE, itlMs: 1})[1]).toBe(
    'No request of it is so quick: its least TTFT is 640 ms, its least ITL is 12 ms.',
  )
})

test('says nothing where none misses, or of a sample', () => {
  const ran = ranWith([[400, 10]])
  expect(tellMisses(ran, OBJECTIVE)).toEqual([])
  const sampled = {requests: {...ran.requests, sampled: {}} as unknown as RequestColumns}
  expect(tellMisses(sampled, {...OBJECTIVE, ttftMs: 1})).toEqual([])
})
