import {poolsOf, type Scenario, type SyntheticSpec} from '../config/scenario.ts'
import type {Result} from '../core/result.ts'
import type {WorkloadOptions} from '../trace/parsed-trace.ts'
import {createSyntheticWorkload} from '../trace/synthetic.ts'
import type {Workload} from '../trace/workload.ts'

/** How a trace file is to be read for a scenario. Closed-loop replay does not speed a trace up (engine.md 2.4). */
export function workloadOptionsOf(scenario: Scenario): WorkloadOptions {
  const {traceBlockSize, arrivalSpeedupRatio, replayConcurrency} = scenario
  return {traceBlockSize, arrivalSpeedupRatio: replayConcurrency === undefined ? arrivalSpeedupRatio : 1}
}

/** The generated traffic of a scenario. Its blocks are those of the pool that meets the prompts first. */
export function syntheticWorkloadOf(scenario: Scenario, spec: SyntheticSpec): Result<Workload> {
  const [[, first]] = poolsOf(scenario.fleet) as [ReturnType<typeof poolsOf>[number]]
  return createSyntheticWorkload(spec, {
    blockSize: first.args.block_size,
    arrivalSpeedupRatio: scenario.arrivalSpeedupRatio,
    closedLoop: scenario.replayConcurrency !== undefined,
  })
}
