import {parseEngineArgs16} from '../../src/config/engine/release-1.6/parse-engine-args.ts'
import {parsePlannerConfig16} from '../../src/config/planner/planner-config-1.6.ts'
import type {EngineArgs, Scaling, Scenario} from '../../src/config/scenario.ts'
import {polynomialModel} from '../../src/perf/polynomial.ts'
import {loadLaterParts} from '../../src/run/later-parts.ts'
import {simulate} from '../../src/run/simulate.ts'
import {type Replay, readTrace, scenarioOf, type TraceLine} from './replay.ts'

const later = await loadLaterParts({...scenarioOf({lines: []}), release: '1.6.1'})

export interface Options16 {
  readonly lines: readonly TraceLine[]
  readonly args: Partial<EngineArgs>
  readonly workers: number
}

/** As `replay`, by the engine and planner of 1.6.1. */
export function replay16({lines, args, workers}: Options16, scaling: Scaling): Replay {
  const parsed = parseEngineArgs16({}, {flag: 'law'})
  if (!parsed.ok) throw new Error(parsed.error.message)
  const pool = {args: {...parsed.value.args, ...args}, initialWorkers: workers, gpusPerInstance: null}
  const scenario: Scenario = {
    ...scenarioOf({lines, workers}),
    release: '1.6.1',
    fleet: {topology: 'agg', workers: pool},
    scaling,
  }
  const workload = readTrace({lines})
  const run = simulate({
    scenario,
    workload,
    traceSha256: '',
    perfModelFor: () => polynomialModel,
    prefillEstimate: null,
    bootstrap: null,
    later,
    clock: () => 0,
  })
  const progress = []
  for (;;) {
    const step = run.next()
    if (step.done) return {result: step.value, workload, progress}
    progress.push(step.value)
  }
}

/** @param fields of the config, beside those that keep its intervals short */
export function planner16(fields: Readonly<Record<string, unknown>>): Scaling {
  const config = parsePlannerConfig16({
    mode: 'agg',
    enable_load_scaling: true,
    load_adjustment_interval: 2,
    throughput_adjustment_interval: 10,
    load_predictor: 'constant',
    ...fields,
  })
  if (!config.ok) throw new Error(config.error.message)
  return {policy: 'dynamo', release: '1.6.1', config: config.value.config}
}
