/** What a run that keeps no requests has in common with one that does. */
import {expect} from 'vitest'
import {RELATIVE_ERROR} from '../../src/core/sketch/log-bins.ts'
import type {RunPictures} from '../../src/report/compute-pictures.ts'
import type {RunResult} from '../../src/run/run.ts'

const IS_PERCENTILE = /^(median|p75|p90|p95|p99)_/
const IS_DEVIATION = /^std_/

/** Every figure but percentiles and deviations to the last digit, and all that the engine records besides requests. */
export function expectAlike(streamed: RunResult, kept: RunResult): void {
  const {planner_replay: extras, ...figures} = streamed.report
  const {planner_replay: keptExtras, ...keptFigures} = kept.report
  expect(extras.percentiles).toBe('within 0.1 %')
  expect(keptExtras.percentiles).toBe('exact')
  expect({...extras, percentiles: 'exact'}).toEqual(keptExtras)
  for (const [key, exact] of Object.entries(keptFigures) as [keyof typeof keptFigures, number][]) {
    const value = figures[key] as number
    if (IS_PERCENTILE.test(key)) {
      expect(Math.abs(value - exact), key).toBeLessThanOrEqual(exact * RELATIVE_ERROR * (1 + 1e-9))
    } else if (IS_DEVIATION.test(key)) {
      const mean = keptFigures[key.replace('std', 'mean') as keyof typeof keptFigures] as number
      expect(Math.abs(value - exact), key).toBeLessThanOrEqual(1e-9 * mean)
    } else expect(value, key).toBe(exact)
  }
  const {engine} = streamed
  expect([engine.endMs, engine.workers, engine.loads]).toEqual([
    kept.engine.endMs,
    kept.engine.workers,
    kept.engine.loads,
  ])
  expect(streamed.scaling).toEqual(kept.scaling)
}

/** What is drawn of a run, and what is said of its soundness. */
export function expectSamePictures(streamed: RunPictures, kept: RunPictures): void {
  expectSameCurves(streamed, kept)
  const {checks} = streamed.honesty!
  const {checks: keptChecks} = kept.honesty!
  expect(checks.filter(({passes}) => !passes)).toEqual([])
  expect(keptChecks.filter(({passes}) => !passes)).toEqual([])
  // One list of details differs: of how many requests the instances were compared.
  expect(checks.slice(0, 3)).toEqual(keptChecks.slice(0, 3))
}

/** The same of a run that stops in the middle, of which some laws do not hold. */
export function expectSameCurves(streamed: RunPictures, kept: RunPictures): void {
  const {ttftMsP90, ...intervals} = streamed.intervals
  const {ttftMsP90: exactP90, ...exact} = kept.intervals
  expect(intervals).toEqual(exact)
  ttftMsP90.forEach((value, i) => {
    if (Number.isNaN(exactP90[i])) expect(value).toBeNaN()
    else
      expect(Math.abs(value - exactP90[i]!)).toBeLessThanOrEqual(exactP90[i]! * RELATIVE_ERROR * (1 + 1e-9))
  })
  for (const name of ['ttft', 'itl', 'tpot', 'e2e'] as const)
    expect(streamed.distributions[name].total).toBe(kept.distributions[name].total)
  const {checks, ...honesty} = streamed.honesty!
  const {checks: keptChecks, ...keptHonesty} = kept.honesty!
  expect(honesty).toEqual(keptHonesty)
  expect(checks.map(({passes}) => passes)).toEqual(keptChecks.map(({passes}) => passes))
}
