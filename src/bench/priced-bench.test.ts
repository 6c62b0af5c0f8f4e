import {expect, test} from 'vitest'
import {findPreset} from '../config/presets.ts'
import type {Scenario} from '../config/scenario.ts'
import {priceOf} from '../search/prices.ts'
import type {BenchFigures} from './bench-figures.ts'
import {formatBenchCsv, formatBenchJson} from './bench-files.ts'
import {type BenchResult, benchLine} from './bench-result.ts'
import {pricedBench} from './priced-bench.ts'

const {scenario} = findPreset('disagg-typed')!
const {fleet} = scenario
if (fleet.topology !== 'disagg') throw new Error('two pools are wanted')
const MIXED: Scenario = {
  ...scenario,
  fleet: {...fleet, decode: {...fleet.decode, args: {...fleet.decode.args, aic_system: 'h100_sxm'}}},
}

function figures(prefill: number, decode: number): BenchFigures {
  return {
    ...{share: 0.95, holds: true, ttftMsP50: 1, ttftMsP90: 2, scalings: 0, outOfObjectiveS: 0},
    gpuHours: prefill + decode,
    gpuHoursByPool: {prefill, decode},
    bins: {binS: 60, arrived: [], missed: []},
    plan: {prefill: null, decode: []},
  }
}

const result: BenchResult = {
  objective: {ttftMs: 1500, itlMs: 50, share: 0.9},
  lines: [
    [figures(1, 3), figures(3, 1)],
    [figures(2, 0), figures(2, 0)],
  ].map(
    (runs, i) =>
      benchLine(
        {id: `p${i}`, label: `p${i}`, kind: 'fixed', size: null},
        runs.map((own, phase) => ({policyId: `p${i}`, phase, figures: own})),
        null,
      )!,
  ),
  ...{hindsight: null, bound: null, phases: 2, pricePerGpuHour: null},
}

test('a fleet of two GPU types costs what each pool was paid for, at the price of its own', () => {
  const prices = {h200_sxm: 4, h100_sxm: 2}
  const {policies, price_per_gpu_hour} = JSON.parse(
    formatBenchJson(pricedBench(result, hours => priceOf(MIXED, prices, hours))),
  )
  expect(policies.map(({cost}: {cost: number}) => cost)).toEqual([12, 8])
  // No one price is true of all.
  expect(price_per_gpu_hour).toBeNull()
})

test('one price is that of every line, and without one nothing is said of money', () => {
  const json = (prices: Record<string, number>) =>
    JSON.parse(formatBenchJson(pricedBench(result, hours => priceOf(MIXED, prices, hours))))
  const priced = json({'': 3})
  expect(priced.price_per_gpu_hour).toBe(3)
  expect(priced.policies.map(({cost}: {cost: number}) => cost)).toEqual([12, 6])
  expect(json({h200_sxm: 4}).policies.map(({cost}: {cost: unknown}) => cost)).toEqual([null, null])
  expect(formatBenchCsv(result).split('\n')[1]).toContain(',,')
})
