import {expect, test} from 'vitest'
import {recordOf} from './report-fixture.ts'
import {computeServiceBurn} from './service-burn.ts'

const MINUTE = 60_000

test('share met by the minute of arrival, however late a request is done', () => {
  const {requests} = recordOf([
    {arrivalMs: 0, tokensMs: [100, 120]},
    {arrivalMs: 59_999, tokensMs: [5 * MINUTE, 5 * MINUTE + 10]},
    {arrivalMs: 2 * MINUTE, tokensMs: [2 * MINUTE + 100, 2 * MINUTE + 400]},
    {arrivalMs: 3 * MINUTE, tokensMs: [3 * MINUTE + 10, 3 * MINUTE + 20]},
  ])
  const burn = computeServiceBurn(requests, {ttftMs: 500, itlMs: 50, share: 0.95})
  expect(burn).toEqual({interval_s: 60, share_met: [0.5, null, 0, 1], minutes_out: 2, minutes: 3})
})

test('half is enough where half is asked for, and nothing is out where nobody came', () => {
  const {requests} = recordOf([
    {arrivalMs: 0, tokensMs: [100, 120]},
    {arrivalMs: 1, tokensMs: [9000, 9010]},
  ])
  expect(computeServiceBurn(requests, {ttftMs: 500, itlMs: 50, share: 0.5}).minutes_out).toBe(0)
  const none = computeServiceBurn(recordOf([]).requests, {ttftMs: 500, itlMs: 50, share: 0.5})
  expect(none).toEqual({interval_s: 60, share_met: [], minutes_out: 0, minutes: 0})
})

test('an answer that 1.6.1 ends at the model’s length is judged by its latencies', () => {
  const {requests} = recordOf([{arrivalMs: 0, tokensMs: [100, 120]}])
  requests.outputLength.fill(200)
  const met = (columns: typeof requests) =>
    computeServiceBurn(columns, {ttftMs: 500, itlMs: 50, share: 0.95}).share_met
  expect(met({...requests, status: new Uint8Array([1])})).toEqual([1])
  expect(met(requests)).toEqual([0])
})
