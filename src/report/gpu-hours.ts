import {type EngineArgs, type PoolName, plannerOf, poolsOf, type Scenario} from '../config/scenario.ts'
import type {InstanceRecord} from '../engine/record/record.ts'
import type {PoolGpus} from '../scaling/gpu-meter.ts'

const MS_PER_HOUR = 3_600_000

/**
 * GPUs of one instance per component: what the pool says, else the planner's `*_engine_num_gpu`, else what the parallelism of the engine
 * args says, else 1. (The reference counts an unset `*_engine_num_gpu` as 0, which prices a fleet at nothing; its
 * own `gpu_hours` keeps that.)
 */
export function gpusPerWorker(scenario: Scenario): ReadonlyMap<PoolName, number> {
  const {fleet} = scenario
  const planner = plannerOf(scenario)
  const configured = {
    agg: planner?.decode_engine_num_gpu,
    prefill: planner?.prefill_engine_num_gpu,
    decode: planner?.decode_engine_num_gpu,
  }
  return new Map(
    poolsOf(fleet).map(([name, pool]) => [
      name,
      pool.gpusPerInstance ?? configured[name] ?? gpusOfParallelism(pool.args),
    ]),
  )
}

/**
 * GPUs per instance as the run's own GPU-hours count them; null = they are not counted. Dynamo's planner counts by its
 * config, where an unset number is 0 unless the pool says it, and only with its recorder on.
 */
export function countedGpus(scenario: Scenario): PoolGpus | null {
  const {fleet} = scenario
  const planner = plannerOf(scenario)
  const pools = fleet.topology === 'agg' ? {prefill: null, decode: fleet.workers} : fleet
  if (planner === null) {
    const gpus = gpusPerWorker(scenario)
    return {
      prefill: gpus.get('prefill') ?? 0,
      decode: gpus.get(fleet.topology === 'agg' ? 'agg' : 'decode') ?? 0,
    }
  }
  if (planner.report_interval_hours === null && planner.live_dashboard_port === 0) return null
  return {
    prefill: planner.prefill_engine_num_gpu ?? pools.prefill?.gpusPerInstance ?? 0,
    decode: planner.decode_engine_num_gpu ?? pools.decode.gpusPerInstance ?? 0,
  }
}

function gpusOfParallelism(args: EngineArgs): number {
  return (args.aic_tp_size ?? 1) * (args.aic_attention_dp_size ?? 1)
}

/** GPU-hours one pays for: every instance from its start request until it is gone, start-up and draining included. */
export function billedGpuHours(
  workers: readonly InstanceRecord[],
  options: {readonly lastTokenMs: number; readonly gpus: ReadonlyMap<PoolName, number>},
): number {
  let hours = 0
  for (const worker of workers) {
    const lifeMs = Math.max((worker.exitMs ?? options.lastTokenMs) - worker.requestedMs, 0)
    hours += (lifeMs * (options.gpus.get(worker.component) ?? 1)) / MS_PER_HOUR
  }
  return hours
}

/** GPU-hours of the instances while they serve: from ready to drain, as the reference's planner counts its own. */
export function servingGpuHours(
  workers: readonly InstanceRecord[],
  options: {readonly lastTokenMs: number; readonly gpus: ReadonlyMap<PoolName, number>},
): number {
  let hours = 0
  for (const {readyMs, drainMs, exitMs, component} of workers) {
    if (readyMs === null) continue
    const servedMs = Math.max((drainMs ?? exitMs ?? options.lastTokenMs) - readyMs, 0)
    hours += (servedMs * (options.gpus.get(component) ?? 1)) / MS_PER_HOUR
  }
  return hours
}

/** GPU-hours of the warm pools, at what an instance costs that stands by; those that start in place of one cost as much. */
export function standbyGpuHours(
  scenario: Scenario,
  durationMs: number,
  pools: readonly PoolName[] = poolsOf(scenario.fleet).map(([name]) => name),
): number {
  const standby = scenario.startup?.standby
  if (standby === undefined) return 0
  const gpus = gpusPerWorker(scenario)
  let total = 0
  for (const name of pools) total += standby.count * (gpus.get(name) ?? 1)
  return (total * standby.costFactor * durationMs) / MS_PER_HOUR
}

/** GPU-hours paid for by each pool of a fleet of two, whose GPUs may have two prices. */
export interface PoolHours {
  readonly prefill: number
  readonly decode: number
}

/** null for a fleet of one pool: all hours are its own. */
export function billedByPool(
  scenario: Scenario,
  workers: readonly InstanceRecord[],
  lastTokenMs: number,
): PoolHours | null {
  if (scenario.fleet.topology === 'agg') return null
  const gpus = gpusPerWorker(scenario)
  const hoursOf = (pool: 'prefill' | 'decode') => {
    const own = workers.filter(({component}) => component === pool)
    return billedGpuHours(own, {lastTokenMs, gpus}) + standbyGpuHours(scenario, lastTokenMs, [pool])
  }
  return {prefill: hoursOf('prefill'), decode: hoursOf('decode')}
}

/** GPU-hours of a fixed fleet: instances x GPUs x duration. */
export function fixedFleetGpuHours(scenario: Scenario, durationMs: number): number {
  const gpus = gpusPerWorker(scenario)
  let total = 0
  for (const [name, pool] of poolsOf(scenario.fleet)) total += pool.initialWorkers * (gpus.get(name) ?? 1)
  return (total * durationMs) / MS_PER_HOUR
}
