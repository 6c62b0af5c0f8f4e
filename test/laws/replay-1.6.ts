import {parseEngineArgs16} from '../../src/config/engine/release-1.6/parse-engine-args.ts'
import {parsePlannerConfig16} from '../../src/config/planner/planner-config-1.6.ts'
import type {EngineArgs, RouterMode, Scaling, Scenario} from '../../src/config/scenario.ts'
import {loadLaterParts} from '../../src/run/later-parts.ts'
import {type Replay, readTrace, replayScenario, scenarioOf, type TraceLine} from './replay.ts'

const later = await loadLaterParts({...scenarioOf({lines: []}), release: '1.6.1'})

export interface Options16 {
  readonly lines: readonly TraceLine[]
  readonly args: Partial<EngineArgs>
  readonly workers: number
  readonly routerMode?: RouterMode
  /** Nothing happens after it. */
  readonly maxSimTimeMs?: number
}

/** As `replay`, by the engine and planner of 1.6.1. */
export function replay16({lines, args, workers, ...others}: Options16, scaling: Scaling): Replay {
  const parsed = parseEngineArgs16({}, {flag: 'law'})
  if (!parsed.ok) throw new Error(parsed.error.message)
  const pool = {args: {...parsed.value.args, ...args}, initialWorkers: workers, gpusPerInstance: null}
  const scenario: Scenario = {
    ...scenarioOf({lines, workers}),
    ...others,
    release: '1.6.1',
    fleet: {topology: 'agg', workers: pool},
    scaling,
  }
  return replayScenario(scenario, readTrace({lines}), {later})
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
