import {expect, test} from 'vitest'
import {type FixtureRequest, recordOf} from '../report-fixture.ts'
import {computeObjectiveChanges} from './objective-changes.ts'

const OBJECTIVE = {ttftMs: 100, itlMs: 20, share: 0.95}

function judged(entries: readonly FixtureRequest[], admitMs: readonly number[] = []) {
  const {requests} = recordOf(entries)
  admitMs.forEach((ms, r) => {
    requests.firstAdmitMs[r] = ms
  })
  return {requests, traceSha256: 'a'}
}

test('counts who is in time in which run, and why those of the first are late in the second', () => {
  const arrivals = [0, 1000, 2000, 3000, 4000]
  const inTime = (arrivalMs: number) => ({arrivalMs, tokensMs: [arrivalMs + 50, arrivalMs + 60]})
  const late = (arrivalMs: number) => ({arrivalMs, tokensMs: [arrivalMs + 500, arrivalMs + 510]})
  const slow = (arrivalMs: number) => ({arrivalMs, tokensMs: [arrivalMs + 50, arrivalMs + 90]})
  const first = judged([...arrivals.slice(0, 4).map(inTime), late(4000)])
  const second = judged(
    [inTime(0), late(1000), late(2000), slow(3000), inTime(4000)],
    [0, 1440, 2000, 3000, 4000],
  )
  expect(computeObjectiveChanges(first, second, OBJECTIVE)).toEqual({
    ok: true,
    value: {
      compared: 5,
      lost: 3,
      won: 1,
      causes: {queue: 1, prefill: 1, gaps: 1},
      lostFromS: 1,
      lostToS: 2,
    },
  })
})

test('leaves out what only one run completed, and refuses other traffic', () => {
  const done = {arrivalMs: 0, tokensMs: [10]}
  const open = {arrivalMs: 5, tokensMs: []}
  const changes = computeObjectiveChanges(judged([done, done]), judged([done, open]), OBJECTIVE)
  expect(changes).toMatchObject({ok: true, value: {compared: 1, lost: 0, won: 0, lostFromS: null}})
  const other = {...judged([done, done]), traceSha256: 'b'}
  expect(computeObjectiveChanges(judged([done, done]), other, OBJECTIVE).ok).toBe(false)
})
