import {describe, expect, test} from 'vitest'
import {findPreset} from '../config/presets.ts'
import {poolsOf, type Scenario} from '../config/scenario.ts'
import {fail, ok} from '../core/result.ts'
import {affordableRepeats} from './affordable-repeats.ts'
import {parseAxis, type SweepAxis} from './axis.ts'
import {forecastSweep, msPerRequestOf} from './forecast.ts'
import {expandGrid, type GridPoint} from './grid.ts'
import {sizePoints} from './size-points.ts'

const BASE = findPreset('guide-agg')!.scenario
const FIXED: Scenario = {
  ...BASE,
  scaling: {policy: 'fixed'},
  objective: {ttftMs: 1500, itlMs: 50, share: 0.95},
}

function gridOf(
  texts: readonly string[],
  base = BASE,
): {axes: readonly SweepAxis[]; points: readonly GridPoint[]} {
  const axes = texts.map(text => {
    const axis = parseAxis(text)
    if (!axis.ok) throw new Error(axis.error.message)
    return axis.value
  })
  const points = expandGrid({axes, base})
  if (!points.ok) throw new Error(points.error.message)
  return {axes, points: points.value}
}

describe('repeats nobody chose', () => {
  const settled = (
    texts: readonly string[],
    requests: number | null,
    {base = BASE, seed = 1 as number | null} = {},
  ) => affordableRepeats({...gridOf(texts, base), requests, ownTraceSeed: seed})

  test('are five phases of the planner where the hour’s sweep is short, three where it is long, none where it is too long', () => {
    expect(settled(['planner.itl=10,20,30'], 23_608)).toEqual({of: 'phase', count: 5})
    expect(settled(['startup_time=0:300:10'], 23_608)).toEqual({of: 'phase', count: 3})
    expect(settled(['startup_time=0:300:10'], 289_000)).toEqual({of: 'phase', count: 1})
  })

  test('count a fixed fleet once: it has no phase', () => {
    expect(settled(['num_workers=1:12:1', 'planner=off,on'], 23_608)).toEqual({of: 'phase', count: 5})
  })

  test('are seeds of the traffic without a planner, and none of traffic nobody can generate', () => {
    expect(settled(['num_workers=1,2'], 23_608, {base: FIXED})).toEqual({of: 'seed', count: 5})
    expect(settled(['num_workers=1,2'], 23_608, {base: FIXED, seed: null})).toEqual({of: 'phase', count: 1})
  })

  test('do not vary what is swept, nor guess at traffic that is not loaded', () => {
    expect(settled(['planner_phase=0,1'], 23_608)).toEqual({of: 'seed', count: 5})
    expect(settled(['planner.itl=10,20'], null)).toEqual({of: 'phase', count: 1})
  })
})

describe('the KV cache by memory', () => {
  const blocksOf = ({scenario}: GridPoint) => poolsOf(scenario.fleet).map(([, {args}]) => args.num_gpu_blocks)

  test('is asked once per engine and stands in its point', async () => {
    const {points} = gridOf(['tp=1,2', 'planner.itl=10,20'])
    const asked: (number | null)[] = []
    const sized = await sizePoints(points, async args => {
      asked.push(args.aic_tp_size)
      return ok((args.aic_tp_size ?? 1) * 1000)
    })
    expect(sized.ok && sized.value.map(blocksOf)).toEqual([[1000], [1000], [2000], [2000]])
    expect(asked).toEqual([1, 2])
  })

  test('of a point that nothing fits is refused with its name; other timings know no GPU', async () => {
    const {points} = gridOf(['tp=16'])
    const refused = await sizePoints(points, async () => fail('too many'))
    expect(refused.ok ? '' : refused.error.message).toBe('tp=16: too many')
    const polynomial = gridOf(['tp=2'], {...BASE, engineTiming: 'polynomial'}).points
    expect(await sizePoints(polynomial, async () => fail('asked'))).toEqual(ok(polynomial))
  })
})

test('what a sweep takes is foretold in rounds of all workers', () => {
  const ahead = {requests: 1000, msPerRequest: 0.1, workers: 4}
  expect(forecastSweep({...ahead, open: 9})).toEqual({runs: 9, seconds: 2.345})
  expect(forecastSweep({...ahead, open: 0}).seconds).toBe(0)
  expect(forecastSweep({...ahead, open: 9, requests: null}).seconds).toBeNull()
})

/** Seconds of user CPU time of whole sweeps on one worker by the command line, planner with GPU tables. */
test.each([
  {trace: '40 requests', requests: 40, open: 63, tookS: 1.3},
  {trace: 'five minutes', requests: 640, open: 8, tookS: 1.5},
  {trace: 'five minutes', requests: 640, open: 95, tookS: 4.0},
])('$open runs of $trace take no longer than foretold, and not much less', ({requests, open, tookS}) => {
  const {seconds} = forecastSweep({requests, open, msPerRequest: 0.085, workers: 1})
  expect(seconds).toBeGreaterThanOrEqual(tookS)
  expect(seconds).toBeLessThan(3 * tookS)
})

test('what a sweep took foretells the next of another length, unless its start was most of it', () => {
  const ahead = {requests: 20_000, msPerRequest: 0.05, workers: 2}
  const elapsedMs = forecastSweep({...ahead, open: 31}).seconds! * 1000
  expect(msPerRequestOf({elapsedMs, run: 31, requests: 20_000, workers: 2})).toBeCloseTo(0.05, 9)
  expect(msPerRequestOf({elapsedMs: 2500, run: 8, requests: 640, workers: 2})).toBeNull()
  expect(msPerRequestOf({elapsedMs: 9000, run: 0, requests: 640, workers: 2})).toBeNull()
})
