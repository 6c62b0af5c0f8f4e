import {defaultEngineArgs} from '../../src/config/engine/engine-args.ts'
import type {Scenario} from '../../src/config/scenario.ts'
import {parseMooncake} from '../../src/trace/formats/mooncake.ts'
import {generateDay} from '../../src/trace/generators/day-generator.ts'
import {GENERATED_RECIPES} from '../../src/trace/generators/trace-recipes.ts'
import type {Workload} from '../../src/trace/workload.ts'

/** A day in ten minutes: a ramp, bursts and a night. */
export const SMALL_DAY = generateDay({
  ...GENERATED_RECIPES['day-morning-ramp'].spec,
  dayS: 600,
  requestCount: 900,
})

/** Engines that a dozen requests fill. */
const args = {...defaultEngineArgs(), num_gpu_blocks: 9000, max_num_seqs: 16, startup_time: 20}

/** Two of them that nobody scales. */
export const SMALL_FLEET: Scenario = {
  trace: {kind: 'file', name: 'law', sha256: ''},
  traceBlockSize: 512,
  arrivalSpeedupRatio: 1,
  fleet: {topology: 'agg', workers: {args, initialWorkers: 2, gpusPerInstance: 1}},
  routerMode: 'round_robin',
  engineTiming: 'polynomial',
  scaling: {policy: 'fixed'},
  benchmarkGranularity: 8,
  seed: 0,
}

/** What a Mooncake trace asks for. */
export function workloadOf(trace: string): Workload {
  const parsed = parseMooncake(trace, {fileName: 'law', traceBlockSize: 512, arrivalSpeedupRatio: 1})
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}
