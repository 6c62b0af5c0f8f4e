import type {TickDiagnostics} from '../policies/dynamo/rules-1.2/planner-detail.ts'
import type {PolicyDetail} from '../policies/policy-detail.ts'
import type {DynamoTick} from '../report/dynamo-ticks.ts'
import type {TickRecord} from '../scaling/record.ts'

/** A tick as runs are kept since every policy has ticks; before, it held Dynamo's fields side by side with the rest. */
export function currentTick(tick: TickRecord<PolicyDetail> | DynamoTick): TickRecord<PolicyDetail> {
  if ('detail' in tick) return tick
  const {at_s, now_s, active_prefill, active_decode, gpu_hours, traffic, scale_to, ...own} = tick
  const {starting_prefill, starting_decode, draining_prefill, draining_decode, ...dynamo} = own
  const {is_load, is_throughput, engines, explanation, ...diagnostics} = dynamo
  return {
    ...{at_s, now_s, active_prefill, active_decode},
    ...{starting_prefill, starting_decode, draining_prefill, draining_decode, gpu_hours},
    ...(traffic === undefined ? {} : {traffic}),
    ...(scale_to === undefined ? {} : {scale_to}),
    reason: reasonOf(diagnostics),
    detail: {policy: 'dynamo', release: '1.2.1', is_load, is_throughput, diagnostics, engines, explanation},
  }
}

function reasonOf(diagnostics: TickDiagnostics): string | null {
  return diagnostics.load_decision_reason ?? diagnostics.throughput_decision_reason ?? null
}
