import {poolsOf, type Scenario, type SyntheticSpec} from '../config/scenario.ts'
import type {Result} from '../core/result.ts'
import {createSyntheticWorkload} from '../trace/generators/synthetic.ts'
import type {WorkloadOptions} from '../trace/parsed-trace.ts'
import type {Workload} from '../trace/workload.ts'
import type {TrafficSize} from './memory-forecast.ts'

/** How a trace file is to be read for a scenario, and no more: the key of what can be shared between runs. */
export function workloadOptionsOf(scenario: Scenario): WorkloadOptions {
  const {traceBlockSize, arrivalSpeedupRatio, traceFormat, traceSelection, traceSeed} = scenario
  const {replayConcurrency, seed} = scenario
  return {
    traceBlockSize,
    arrivalSpeedupRatio,
    ...(traceFormat === undefined ? {} : {traceFormat}),
    ...(traceSelection === undefined ? {} : {traceSelection}),
    ...(traceSeed === undefined ? {} : {traceSeed}),
    ...(replayConcurrency === undefined ? {} : {replayConcurrency}),
    // Only a sample depends on it.
    ...(traceSelection?.sample === undefined ? {} : {seed}),
  }
}

/** What a forecast of memory needs to know of a workload. */
export function sizeOfWorkload(workload: Workload, fileBytes: number): TrafficSize {
  let inputTokens = 0
  let outputTokens = 0
  for (let r = 0; r < workload.requestCount; r++) {
    inputTokens += workload.inputLength[r]!
    outputTokens += workload.outputLength[r]!
  }
  const last = workload.releaseOrder[workload.releaseOrder.length - 1]!
  const spanS = workload.arrivalMs[last]! / 1000
  return {requests: workload.requestCount, inputTokens, outputTokens, fileBytes, spanS}
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
