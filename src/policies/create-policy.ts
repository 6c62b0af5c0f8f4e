import type {AutoscalerScaling, DynamoScaling, Fleet, Scenario, ScheduleScaling} from '../config/scenario.ts'
import {assert} from '../core/assert.ts'
import type {ScalingPolicy} from '../scaling/policy.ts'
import type {BenchmarkPoints} from './dynamo/bootstrap.ts'
import {capabilitiesOf} from './dynamo/capabilities.ts'
import {PlannerPolicy} from './dynamo/rules-1.2/planner-policy.ts'
import type {WarmupInterval} from './dynamo/rules-1.6/forecaster.ts'
import type {TablePassMs} from './dynamo/rules-1.6/pass-times/corrected-pass-times.ts'
import type {InstanceRole} from './dynamo/rules-1.6/regression/features.ts'
import {FixedPolicy} from './fixed/fixed-policy.ts'
import type {PolicyDetail} from './policy-detail.ts'

/** What the host loaded for policies; each takes what it knows. */
export interface PolicyInputs {
  /** GPU benchmark that Dynamo's planner starts from, or null. */
  readonly bootstrap: BenchmarkPoints | null
  /** Pass times of GPU tables by role, where a planner estimates with those. */
  readonly tablePassMs: Partial<Record<InstanceRole, TablePassMs>>
  /** Traffic that load predictors have seen before. */
  readonly warmup: readonly WarmupInterval[]
  /** null where no run asks for it: it is a good part of the code, and most runs do without. */
  readonly createPlanner16: CreatePlanner16 | null
  /** Likewise: HPA, KEDA, KPA and schedules. */
  readonly createClusterPolicy: CreateClusterPolicy | null
}

export type CreatePlanner16 = (
  scaling: Extract<DynamoScaling, {release: '1.6.1'}>,
  fleet: Fleet,
  inputs: PolicyInputs,
) => ScalingPolicy<PolicyDetail>

type CreateClusterPolicy = (
  scaling: AutoscalerScaling | ScheduleScaling,
  scenario: Pick<Scenario, 'fleet' | 'seed'>,
) => ScalingPolicy<PolicyDetail>

/** The policy a scenario asks for: the one place that knows them all. */
export function createPolicy(
  {scaling, fleet, seed}: Pick<Scenario, 'scaling' | 'fleet' | 'seed'>,
  inputs: PolicyInputs,
): ScalingPolicy<PolicyDetail> {
  switch (scaling.policy) {
    case 'fixed':
      return new FixedPolicy()
    case 'dynamo':
      return createPlanner(scaling, fleet, inputs)
    default:
      // All others live in the fleet's cluster.
      assert(inputs.createClusterPolicy !== null, 'the policies of a cluster are loaded before their run')
      return inputs.createClusterPolicy(scaling, {fleet, seed})
  }
}

function createPlanner(
  scaling: DynamoScaling,
  fleet: Fleet,
  inputs: PolicyInputs,
): ScalingPolicy<PolicyDetail> {
  if (scaling.release === '1.6.1') {
    assert(inputs.createPlanner16 !== null, 'the planner of 1.6.1 is loaded before its run')
    return inputs.createPlanner16(scaling, fleet, inputs)
  }
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
}

/** Whether a policy looks at single forward passes, which must then be kept for it. */
export function readsPasses({policy}: Scenario['scaling']): boolean {
  return policy === 'dynamo'
}
