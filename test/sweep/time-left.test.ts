import {describe, expect, test} from 'vitest'
import {computeTimeLeft, type DoneRun} from '../../src/sweep/time-left.ts'
import recorded from './cold-start-timings.json' with {type: 'json'}

const WORKERS = 2

/** As two workers would have shared them: the one that is free first takes the next of the plan. */
function runsOf(tookMs: readonly number[]): DoneRun[] {
  const freeMs = Array.from({length: WORKERS}, () => 0)
  return tookMs.map(took => {
    freeMs.sort((a, b) => a - b)
    const startedMs = freeMs.shift()!
    freeMs.push(startedMs + took)
    return {startedMs, endedMs: startedMs + took}
  })
}

describe('the time left of a sweep', () => {
  const runs = runsOf(recorded.tookMs)
  const endMs = Math.max(...runs.map(run => run.endedMs))

  function leftAt(nowMs: number): number | null {
    const running = runs.filter(run => run.startedMs <= nowMs && run.endedMs > nowMs)
    return computeTimeLeft({
      done: runs.filter(run => run.endedMs <= nowMs),
      running: running.map(run => ({
        share: (nowMs - run.startedMs) / (run.endedMs - run.startedMs),
        elapsedMs: nowMs - run.startedMs,
      })),
      waiting: runs.filter(run => run.startedMs > nowMs).length,
      workers: WORKERS,
    })
  }

  test('is right within a factor of 1.5 from the first points on, by the recorded timings of a real one', () => {
    const moments = runs.map(run => run.endedMs).sort((a, b) => a - b)
    // Each worker has one behind it. Of the last second nobody makes a plan.
    const told = moments.slice(2 * WORKERS - 1).filter(nowMs => endMs - nowMs > 1000)
    expect(told.length).toBeGreaterThan(20)
    for (const nowMs of told) {
      const factor = leftAt(nowMs)! / (endMs - nowMs)
      expect(factor, `at ${nowMs} ms`).toBeGreaterThan(1 / 1.5)
      expect(factor, `at ${nowMs} ms`).toBeLessThan(1.5)
    }
  })

  test('is not known before a point is done, and nothing when all are', () => {
    expect(leftAt(1)).toBe(null)
    expect(leftAt(endMs)).toBe(0)
  })

  test('goes by the pace of the second runs before one is done: the first also read trace and tables', () => {
    const done = [
      {startedMs: 0, endedMs: 1500},
      {startedMs: 0, endedMs: 1500},
    ]
    const running = [
      {share: 0.5, elapsedMs: 250},
      {share: 0.05, elapsedMs: 200},
    ]
    // Nine runs and what is left of two, 500 ms each, on two workers.
    expect(computeTimeLeft({done, running, waiting: 9, workers: 2})).toBeCloseTo((500 * 10.45) / 2)
  })

  test('waits for the longest of the last ones', () => {
    const done = [
      {startedMs: 0, endedMs: 100},
      {startedMs: 0, endedMs: 100},
    ]
    expect(
      computeTimeLeft({done, running: [{share: 0.1, elapsedMs: 10}], waiting: 0, workers: 2}),
    ).toBeCloseTo(90)
  })
})
