import {hasPhase, type Scenario} from '../config/scenario.ts'
import {phaseShiftsS} from '../sweep/repeats.ts'
import type {BenchPolicy} from './bench-policy.ts'

/** One run of the bench: a policy at one phase. */
export interface BenchCase {
  readonly id: string
  readonly policy: BenchPolicy
  /** From 0, the policy's own phase. */
  readonly phase: number
  readonly scenario: Scenario
}

/** All runs, policy by policy; what has no phase runs once. */
export function benchCases(policies: readonly BenchPolicy[], phases: number): readonly BenchCase[] {
  return policies.flatMap(policy => {
    const {scaling} = policy.scenario
    if (policy.intervalS === null || !hasPhase(scaling)) {
      return [{id: policy.id, policy, phase: 0, scenario: policy.scenario}]
    }
    const shifts = phaseShiftsS(scaling.phaseShiftS ?? 0, policy.intervalS, phases)
    return shifts.map((phaseShiftS, phase) => ({
      id: phase === 0 ? policy.id : `${policy.id}@${phase}`,
      policy,
      phase,
      scenario: phase === 0 ? policy.scenario : {...policy.scenario, scaling: {...scaling, phaseShiftS}},
    }))
  })
}
