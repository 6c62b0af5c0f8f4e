import {isObject} from '../core/is-object.ts'
import type {TickDiagnostics} from '../policies/dynamo/rules-1.2/planner-detail.ts'
import type {PolicyDetail} from '../policies/policy-detail.ts'
import type {DynamoTick} from '../report/dynamo-ticks.ts'
import type {TickRecord} from '../scaling/record.ts'

/** A tick as runs are kept since every policy has ticks; before, it held Dynamo's fields side by side with the rest. */
export function currentTick(tick: TickRecord<PolicyDetail> | DynamoTick): TickRecord<PolicyDetail> {
  const current = 'detail' in tick ? tick : withDetail(tick)
  const detail = withPresentNames(current.detail)
  return detail === current.detail ? current : {...current, detail}
}

/** What Dynamo's decisions looked at said engine and worker, before a simulated process was an instance throughout. */
const PRESENT_NAMES: ReadonlyMap<string, string> = new Map([
  ['engines', 'instances'],
  ['workerId', 'instanceId'],
  ['engineRps', 'instanceRps'],
  ['engineRpsPrefill', 'instanceRpsPrefill'],
  ['engineRpsDecode', 'instanceRpsDecode'],
])

/** The detail itself where nothing has another name. The fields of exports keep the names they have. */
function withPresentNames(detail: PolicyDetail): PolicyDetail {
  if (detail.policy !== 'dynamo') return detail
  if (detail.release === '1.2.1') {
    const explanation = renamed(detail.explanation)
    return explanation === detail.explanation ? detail : {...detail, explanation}
  }
  const load = renamed(detail.load)
  const grounds = renamed(detail.grounds)
  if (load === detail.load && grounds === detail.grounds) return detail
  return {...detail, load, ...(grounds === undefined ? {} : {grounds})}
}

/** A value of plain data with the present names of its fields, at any depth; itself where it has none of the former. */
function renamed<T>(value: T): T {
  return hasFormerName(value) ? rename(value) : value
}

/** Asked of every value of every tick when a run is opened: nothing is made in it. */
function hasFormerName(value: unknown): boolean {
  if (Array.isArray(value)) {
    for (const item of value) if (hasFormerName(item)) return true
    return false
  }
  if (!isObject(value) || ArrayBuffer.isView(value)) return false
  for (const key in value) if (PRESENT_NAMES.has(key) || hasFormerName(value[key])) return true
  return false
}

function rename<T>(value: T): T {
  if (Array.isArray(value)) return value.map(rename) as T
  if (!isObject(value) || ArrayBuffer.isView(value)) return value
  const now = Object.entries(value).map(([key, own]) => [PRESENT_NAMES.get(key) ?? key, rename(own)] as const)
  return Object.fromEntries(now) as T
}

function withDetail(tick: DynamoTick): TickRecord<PolicyDetail> {
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
