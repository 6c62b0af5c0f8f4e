import {expect, test} from 'vitest'
import {findPreset} from '../config/presets.ts'
import type {PoolSpec, Scenario} from '../config/scenario.ts'
import {assert} from '../core/assert.ts'
import {moneyOf, priceOf} from './prices.ts'

/** Prefill on one type of GPU, decode on another. */
function onTwoTypes(): Scenario {
  const scenario = findPreset('guide-disagg')?.scenario
  assert(scenario?.fleet.topology === 'disagg', 'the preset has two pools')
  const {fleet} = scenario
  const on = (pool: PoolSpec, aic_system: string) => ({...pool, args: {...pool.args, aic_system}})
  return {
    ...scenario,
    fleet: {...fleet, prefill: on(fleet.prefill, 'b200_sxm'), decode: on(fleet.decode, 'h100_sxm')},
  }
}

const PRICES = {b200_sxm: 6, h100_sxm: 2}
const PAID = {billed_gpu_hours: 4, billed_gpu_hours_by_pool: {prefill: 1, decode: 3}}

test('each pool is paid for at the price of its GPUs', () => {
  expect(moneyOf(onTwoTypes(), PAID, PRICES)).toBeCloseTo(1 * 6 + 3 * 2, 12)
  expect(priceOf(onTwoTypes(), PRICES, PAID.billed_gpu_hours_by_pool)).toBeCloseTo(3, 12)
})

test('what was not kept by pool, or not run yet, has the dearer price; one price is nobody’s mean', () => {
  expect(moneyOf(onTwoTypes(), {billed_gpu_hours: 4}, PRICES)).toBe(24)
  expect(priceOf(onTwoTypes(), PRICES)).toBe(6)
  expect(priceOf(onTwoTypes(), {'': 2.3}, PAID.billed_gpu_hours_by_pool)).toBe(2.3)
  expect(moneyOf(onTwoTypes(), PAID, {b200_sxm: 6})).toBeNull()
})
