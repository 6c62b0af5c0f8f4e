import type {DynamoScaling, Fleet} from '../config/scenario.ts'
import type {PolicyInputs} from './create-policy.ts'
import {capabilities16} from './dynamo/rules-1.6/capabilities.ts'
import {benchmarkPasses} from './dynamo/rules-1.6/pass-times/benchmark-passes.ts'
import {PlannerPolicy16} from './dynamo/rules-1.6/planner-policy.ts'

/** The planner of 1.6.1 for a fleet. */
export function createPlanner16(
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
    sampleOrderSeed: scaling.sampleOrderSeed ?? 0,
  })
}
