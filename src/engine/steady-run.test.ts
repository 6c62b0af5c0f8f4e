import {expect, it} from 'vitest'
import type {PassObserver} from './scheduler.ts'
import {SteadyRun} from './steady-run.ts'

/** Counts what is told of tokens one by one, and of gaps. */
class CountingObserver implements PassObserver {
  tokens = 0
  gapCalls = 0
  gapTokens = 0
  admitted(): void {}
  token(): void {
    this.tokens++
  }
  gaps(_gapMs: number, count: number): void {
    this.gapCalls++
    this.gapTokens += count
  }
  tokensUntil(): void {}
  prefillChunk(): void {}
  preempted(): void {}
}

const BATCH = Array.from({length: 50}, (_, request) => ({request, length: 100 + request}))

/** Runs 300 passes of 10 ms, stopped every `stopMs`. */
function run(stopMs: number) {
  const observer = new CountingObserver()
  const steady = new SteadyRun(observer, () => 10)
  steady.open(BATCH, 300)
  let now = 0
  let stops = 0
  while (steady.isOpen) {
    const end = steady.advance(BATCH, now, now + stopMs, null)
    expect(end).toBeGreaterThan(now)
    now = end
    stops++
  }
  return {observer, now, stops, passes: steady.close(), total: steady.total}
}

it('looks at each request of a batch once, however often it is stopped', () => {
  const [often, seldom] = [run(3), run(1000)]
  expect(often.stops).toBe(300)
  expect(seldom.stops).toBeLessThan(10)
  for (const {observer, now, passes, total} of [often, seldom]) {
    expect([now, passes]).toEqual([3000, 300])
    expect(total).toBe(BATCH.reduce((sum, {length}) => sum + length + 300, 0))
    // The first token of each one by one, the other 299 of all of them in a call a pass.
    expect(observer.tokens).toBe(50)
    expect([observer.gapCalls, observer.gapTokens]).toEqual([299, 299 * 50])
  }
})

it('runs to the horizon, and only a single pass beyond it', () => {
  const steady = new SteadyRun(new CountingObserver(), () => 10)
  steady.open(BATCH, 300)
  expect(steady.advance(BATCH, 0, 35, null)).toBe(30)
  expect(steady.advance(BATCH, 30, 35, null)).toBe(40)
  expect(steady.passes).toBe(1)
})
