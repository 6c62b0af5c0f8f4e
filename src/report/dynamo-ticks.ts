import type {
  InstanceTickView,
  TickDiagnostics,
  TickExplanation,
} from '../policies/dynamo/rules-1.2/planner-detail.ts'
import type {PlannerDetail16} from '../policies/dynamo/rules-1.6/planner-detail.ts'
import type {TickGrounds16} from '../policies/dynamo/rules-1.6/tick-decision.ts'
import type {PolicyDetail} from '../policies/policy-detail.ts'
import type {ScalingRecord, TickRecord} from '../scaling/record.ts'

type Common = Omit<TickRecord, 'reason' | 'detail'>

/** A tick of Dynamo's planner with all its fields side by side, as `--diagnostics-json` has them. */
export interface DynamoTick extends Common, TickDiagnostics {
  readonly is_load: boolean
  readonly is_throughput: boolean
  readonly engines: readonly InstanceTickView[]
  readonly explanation: TickExplanation
  /** Of 1.6.1 alone: all that was recorded, under the names of `--diagnostics-json`. */
  readonly fields16?: Readonly<Record<string, unknown>>
  /** Of 1.6.1 alone: what its decisions can be taken from again; null where it is no plain data. */
  readonly grounds16?: TickGrounds16 | null
}

/** The ticks of Dynamo's planner; none of a run under another policy. */
export function dynamoTicksOf(record: ScalingRecord<PolicyDetail> | null): readonly DynamoTick[] {
  return (record?.ticks ?? []).flatMap(tick => {
    const flat = dynamoTick(tick)
    return flat === null ? [] : [flat]
  })
}

/** In the order of the exports, which others compare line by line. */
export function dynamoTick({reason: _, detail, ...common}: TickRecord<PolicyDetail>): DynamoTick | null {
  if (detail.policy !== 'dynamo') return null
  const {at_s, now_s, active_prefill, active_decode, gpu_hours, traffic, scale_to, ...states} = common
  return {
    ...{at_s, now_s, active_prefill, active_decode, gpu_hours},
    is_load: detail.is_load,
    is_throughput: detail.is_throughput,
    ...states,
    ...(traffic === undefined ? {} : {traffic}),
    ...(scale_to === undefined ? {} : {scale_to}),
    ...detail.diagnostics,
    engines: detail.engines,
    explanation: detail.release === '1.2.1' ? detail.explanation : explanationOf(detail),
    ...(detail.release === '1.6.1' ? {fields16: detail.fields, grounds16: detail.grounds ?? null} : {}),
  }
}

/** What both releases' load decisions have in common; what 1.6.1's are made from is of another kind. */
function explanationOf({load}: PlannerDetail16): TickExplanation {
  return {load, throughput: null, grounds: {load: null, throughput: null}}
}
