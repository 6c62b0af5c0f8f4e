import type {PlannerConfig} from '../../src/config/scenario.ts'
import type {ReplayEngine} from '../../src/engine/observation.ts'
import type {PlannerDetail} from '../../src/policies/dynamo/rules-1.2/planner-detail.ts'
import {PlannerPolicy, type PlannerPolicyOptions} from '../../src/policies/dynamo/rules-1.2/planner-policy.ts'
import {drive} from '../../src/scaling/drive.ts'
import type {ScalingRecord} from '../../src/scaling/record.ts'

type PlannerRun = PlannerPolicyOptions & {readonly engine: ReplayEngine}

/** Drives any engine under 1.2.1's planner, one step at a time. */
export function runPlanner(options: PlannerRun): Generator<void, ScalingRecord<PlannerDetail>, void> {
  const {engine, config, topology} = options
  return drive({engine, policy: new PlannerPolicy(options), topology, gpus: gpusOf(config)})
}

/** As the reference counts: nothing without a recorder, and an unset number as 0. */
function gpusOf(config: PlannerConfig) {
  if (config.report_interval_hours === null && config.live_dashboard_port === 0) return null
  return {prefill: config.prefill_engine_num_gpu ?? 0, decode: config.decode_engine_num_gpu ?? 0}
}
