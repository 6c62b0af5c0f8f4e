import {expect, test} from 'vitest'
import {findPreset} from '../../config/presets.ts'
import {Lanes} from './lanes.ts'
import {expectedWork, longestFirst} from './run-order.ts'

/** Jobs that are ended by hand, and which lane each is on. */
function startJobs() {
  const lanes: (number | undefined)[] = []
  const ends: (() => void)[] = []
  const job = (i: number) => (lane: number) => {
    lanes[i] = lane
    return new Promise<void>(end => {
      ends[i] = end
    })
  }
  const end = async (i: number) => {
    ends[i]!()
    await new Promise(setImmediate)
  }
  return {lanes, job, end}
}

test('callers share the lanes: whoever asked first is served first, and no lane waits for one caller alone', async () => {
  let nowMs = 0
  const lanes = new Lanes(2, () => nowMs)
  const {lanes: at, job, end} = startJobs()
  const first = lanes.run([job(0), job(1), job(2)])
  const second = lanes.run([job(3)])
  expect(at).toEqual([0, 1])
  nowMs = 10
  await end(1)
  expect(at).toEqual([0, 1, 1])
  nowMs = 20
  await end(2)
  // The first caller still waits for its job 0.
  expect(at).toEqual([0, 1, 1, 1])
  nowMs = 40
  await end(0)
  await first
  nowMs = 50
  await end(3)
  await second
  expect(lanes.use).toEqual({busyMs: 40 + 10 + 10 + 30, availableMs: 100})
})

test('a job that fails fails its caller and frees its lane; what is over is not begun', async () => {
  const lanes = new Lanes(1, () => 0)
  const {lanes: at, job, end} = startJobs()
  const failing = lanes.run([() => Promise.reject(new Error('lost'))])
  const after = lanes.run([job(0)])
  const late = lanes.run([job(1)], () => true)
  await expect(failing).rejects.toThrow('lost')
  await end(0)
  await after
  await late
  expect(at).toEqual([0])
})

test('what a planner scales or tables time is begun before what is quicker, equals as they come', () => {
  const {scenario: planned} = findPreset('as-published')!
  const fixed = {...planned, scaling: {policy: 'fixed'} as const}
  const onTables = {...fixed, engineTiming: 'aic' as const}
  const runs = [fixed, planned, {...fixed}, onTables]
  const order = longestFirst(runs, expectedWork)
  expect(order.map(run => runs.indexOf(run))).toEqual([1, 3, 0, 2])
})
