import type {DynamoScaling, FixedScaling, Fleet, Scenario} from '../config/scenario.ts'
import {unreachable} from '../core/assert.ts'
import type {ScalingPolicy} from '../scaling/policy.ts'
import type {BenchmarkPoints} from './dynamo/bootstrap.ts'
import {capabilitiesOf} from './dynamo/capabilities.ts'
import {PlannerPolicy} from './dynamo/rules-1.2/planner-policy.ts'
import {benchmarkPasses} from './dynamo/rules-1.6/benchmark-passes.ts'
import {capabilities16} from './dynamo/rules-1.6/capabilities.ts'
import type {TablePassMs} from './dynamo/rules-1.6/corrected-pass-times.ts'
import type {WarmupInterval} from './dynamo/rules-1.6/forecaster.ts'
import {PlannerPolicy16} from './dynamo/rules-1.6/planner-policy.ts'
import type {EngineRole} from './dynamo/rules-1.6/regression/features.ts'
import {FixedPolicy} from './fixed/fixed-policy.ts'
import type {PolicyDetail} from './policy-detail.ts'

/** What the host loaded for policies; each takes what it knows. */
export interface PolicyInputs {
  /** GPU benchmark that Dynamo's planner starts from, or null. */
  readonly bootstrap: BenchmarkPoints | null
  /** Pass times of GPU tables by role, where a planner estimates with those. */
  readonly tablePassMs: Partial<Record<EngineRole, TablePassMs>>
  /** Traffic that load predictors have seen before. */
  readonly warmup: readonly WarmupInterval[]
}

/** The policy a scenario asks for: the one place that knows them all. */
export function createPolicy(
  scaling: DynamoScaling | FixedScaling,
  fleet: Fleet,
  inputs: PolicyInputs,
): ScalingPolicy<PolicyDetail> {
  switch (scaling.policy) {
    case 'fixed':
      return new FixedPolicy()
    case 'dynamo':
      if (scaling.release === '1.6.1') return planner16(scaling, fleet, inputs)
      return new PlannerPolicy({
        config: scaling.config,
        topology: fleet.topology,
        capabilities: {
          prefill: fleet.topology === 'disagg' ? capabilitiesOf(fleet.prefill.args) : null,
          decode: capabilitiesOf(fleet.topology === 'disagg' ? fleet.decode.args : fleet.workers.args),
        },
        bootstrap: inputs.bootstrap,
        phaseShiftS: scaling.phaseShiftS ?? 0,
      })
    default:
      return unreachable(scaling)
  }
}

function planner16(
  scaling: Extract<DynamoScaling, {release: '1.6.1'}>,
  fleet: Fleet,
  {bootstrap, tablePassMs, warmup}: PolicyInputs,
): PlannerPolicy16 {
  return new PlannerPolicy16({
    config: scaling.config,
    capabilities: {
      prefill: fleet.topology === 'disagg' ? capabilities16(fleet.prefill.args) : null,
      decode: capabilities16(fleet.topology === 'disagg' ? fleet.decode.args : fleet.workers.args),
    },
    bootstrap: bootstrap && benchmarkPasses(bootstrap),
    tablePassMs,
    warmup,
    phaseShiftS: scaling.phaseShiftS ?? 0,
  })
}

/** Whether a policy looks at single forward passes, which must then be kept for it. */
export function readsPasses({policy}: Scenario['scaling']): boolean {
  return policy === 'dynamo'
}
