import {expect, test, vi} from 'vitest'
import {fail, ok} from '../../../core/result.ts'
import {smallOutcome} from '../../../store/library-fixture.ts'
import {type PackedRun, restoredOutcome, savedOutcome} from '../../../store/saved-run.ts'
import {RunReader} from './run-reader.ts'

function reader() {
  const body = vi.fn(async (id: string) =>
    id === 'gone' ? fail('deleted') : ok(new Uint8Array([1]) as PackedRun),
  )
  const unpack = vi.fn(async () => ok<unknown>(savedOutcome(smallOutcome())))
  return {runs: new RunReader({body, unpack}), body, unpack}
}

test('a run that was prepared is read once', async () => {
  const {runs, body} = reader()
  runs.prepare('a')
  runs.prepare('a')
  expect(await runs.read('a')).toEqual(ok(restoredOutcome(savedOutcome(smallOutcome()))))
  expect(body.mock.calls).toEqual([['a']])
  await runs.read('a')
  expect(body).toHaveBeenCalledTimes(2)
})

test('another run than the prepared one is read by itself', async () => {
  const {runs, body} = reader()
  runs.prepare('a')
  expect((await runs.read('b')).ok).toBe(true)
  expect(body.mock.calls).toEqual([['a'], ['b']])
})

test('what failed ahead of time is tried again, and its reason is told', async () => {
  const {runs, body, unpack} = reader()
  runs.prepare('gone')
  expect(await runs.read('gone')).toEqual(fail('deleted'))
  expect(body).toHaveBeenCalledTimes(2)
  unpack.mockRejectedValueOnce(new Error('the worker died'))
  runs.prepare('a')
  expect((await runs.read('a')).ok).toBe(true)
  unpack.mockResolvedValueOnce(ok(null))
  expect(await runs.read('a')).toEqual(fail('it is damaged.'))
})
