import {describe, expect, test} from 'vitest'
import type {RequestColumns} from '../../engine/record/record.ts'
import {recordOf} from '../report-fixture.ts'
import {
  computeRequestDifferences,
  mostDifferent,
  type RequestDifferences,
  summarizeDifferences,
} from './request-differences.ts'

/** Admission and tokens of each request, ms; all arrive at 0. */
function requestsOf(rows: readonly {admit: number; tokens: readonly number[]}[]): RequestColumns {
  const {requests} = recordOf(rows.map(({tokens}) => ({arrivalMs: 0, tokensMs: tokens})))
  return {...requests, firstAdmitMs: Float64Array.from(rows, ({admit}) => admit)}
}

const first = requestsOf([
  {admit: 10, tokens: [20, 30]},
  {admit: 0, tokens: [50, 100]},
  {admit: 0, tokens: [5]},
  {admit: Number.NaN, tokens: []},
])
const second = requestsOf([
  {admit: 40, tokens: [60, 90]},
  {admit: 30, tokens: [40, 60]},
  {admit: 0, tokens: [5]},
  {admit: 1, tokens: [2]},
])

function between(latency: 'ttft' | 'e2e'): RequestDifferences {
  const result = computeRequestDifferences(
    {requests: first, traceSha256: 'a'},
    {requests: second, traceSha256: 'a'},
    latency,
  )
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

describe('computeRequestDifferences', () => {
  test('splits each difference into the queue and the rest', () => {
    const {request, differenceMs, queueMs, computeMs} = between('e2e')
    expect([...request]).toEqual([0, 1, 2])
    expect([...differenceMs]).toEqual([60, -40, 0])
    expect([...queueMs]).toEqual([30, 30, 0])
    expect([...computeMs]).toEqual([30, -70, 0])
  })

  test('measures to the first token if asked', () => {
    expect([...between('ttft').differenceMs]).toEqual([40, -10, 0])
  })

  test('counts requests that only one run completed', () => {
    expect(between('e2e')).toMatchObject({onlyFirst: 0, onlySecond: 1})
  })

  test('refuses runs of different traces, by checksum and by length', () => {
    const other = computeRequestDifferences(
      {requests: first, traceSha256: 'a'},
      {requests: second, traceSha256: 'b'},
      'e2e',
    )
    expect(other).toMatchObject({ok: false, error: {message: expect.stringContaining('different traces')}})
    const shorter = requestsOf([{admit: 0, tokens: [1]}])
    const cut = computeRequestDifferences(
      {requests: first, traceSha256: 'a'},
      {requests: shorter, traceSha256: 'a'},
      'e2e',
    )
    expect(cut.ok).toBe(false)
  })
})

describe('summarizeDifferences', () => {
  test('counts who got slower and where the time went', () => {
    expect(summarizeDifferences(between('e2e'))).toEqual({
      compared: 3,
      slower: 1,
      faster: 1,
      equal: 1,
      meanMs: 20 / 3,
      slowerMedianMs: 60,
      fasterMedianMs: 40,
      slowerMaxMs: 60,
      queueShare: 0.5,
    })
  })

  test('says nothing of a queue where nobody got slower', () => {
    const same = computeRequestDifferences(
      {requests: first, traceSha256: 'a'},
      {requests: first, traceSha256: 'a'},
      'e2e',
    )
    if (!same.ok) throw new Error(same.error.message)
    expect(summarizeDifferences(same.value)).toMatchObject({slower: 0, faster: 0, equal: 3, queueShare: null})
  })
})

test('mostDifferent sorts by loss or gain and takes no more than asked', () => {
  expect(mostDifferent(between('e2e'), 'slower', 50)).toEqual([0])
  expect(mostDifferent(between('e2e'), 'faster', 50)).toEqual([1])
  expect(mostDifferent(between('ttft'), 'slower', 0)).toEqual([])
})
