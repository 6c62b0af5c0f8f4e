import {type EngineArgs, type PoolName, plannerOf, poolsOf, type Scenario} from '../config/scenario.ts'
import type {InstanceRecord} from '../engine/record/record.ts'

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

/** GPU-hours of a fixed fleet: instances x GPUs x duration. */
export function fixedFleetGpuHours(scenario: Scenario, durationMs: number): number {
  const gpus = gpusPerWorker(scenario)
  let total = 0
  for (const [name, pool] of poolsOf(scenario.fleet)) total += pool.initialWorkers * (gpus.get(name) ?? 1)
  return (total * durationMs) / MS_PER_HOUR
}
