import {type PoolSpec, plannerOf, poolsOf, type Scenario} from '../config/scenario.ts'
import {gpusPerWorker} from '../report/gpu-hours.ts'
import {budgetOfFloor, floorsOf} from './pinned.ts'
import type {PaidHours} from './prices.ts'

/** Part of the floor's GPU-hours that is surely paid: the first and the last tick are left room. */
const SURELY = 0.98

/**
 * What is paid for of a setting at the least, because its fleet never falls below a floor: no run of it can be cheaper,
 * whatever else is chosen. Nothing where nothing is known.
 * @param shortestMs how long the shortest run of the trace lasted
 */
export function leastPaidHours(scenario: Scenario, shortestMs: number): PaidHours {
  const floors = floorsOf(scenario)
  const planner = plannerOf(scenario)
  if (floors === null) return {billed_gpu_hours: 0}
  // Where the budget is below the floor, it is the budget that counts.
  if (planner !== null && planner.max_gpu_budget >= 0 && planner.max_gpu_budget < budgetOfFloor(scenario))
    return {billed_gpu_hours: 0}
  const gpus = gpusPerWorker(scenario)
  const [first = 0, second] = poolsOf(scenario.fleet).map(([name, pool], i) => {
    const missing = Math.max(floors[i]! - pool.initialWorkers, 0)
    const instanceS = (floors[i]! * shortestMs) / 1000 - missing * lateS(scenario, pool, shortestMs / 1000)
    return (SURELY * (gpus.get(name) ?? 1) * Math.max(instanceS, 0)) / 3600
  })
  if (second === undefined) return {billed_gpu_hours: first}
  return {billed_gpu_hours: first + second, billed_gpu_hours_by_pool: {prefill: first, decode: second}}
}

/** Until the planner first looks and a start-up is over, a fleet may be smaller than its floor. */
function lateS(scenario: Scenario, {args}: PoolSpec, spanS: number): number {
  const planner = plannerOf(scenario)
  if (planner === null) return 0
  if (scenario.startup !== undefined || !planner.enable_load_scaling) return spanS
  return 2 * planner.load_adjustment_interval + (args.startup_time ?? 0)
}
