import type {InstanceTickView, TickDiagnostics} from '../rules-1.2/planner-detail.ts'
import {type LatencySide, worstEstimateMs} from './load/latency-side.ts'
import type {LoadDecision16} from './load/pool-load.ts'
import type {ForwardPass} from './pass-times/forward-pass.ts'
import type {TickOutcome16} from './planner.ts'
import {groundsOf, type TickGrounds16} from './tick-decision.ts'
import {tickFields16} from './tick-fields.ts'
import type {TickRecord16} from './tick-record.ts'

/** What 1.6.1's planner saw, estimated and decided at one tick, beyond what every policy's tick has. Plain data. */
export interface PlannerDetail16 {
  readonly policy: 'dynamo'
  readonly release: '1.6.1'
  readonly is_load: boolean
  readonly is_throughput: boolean
  readonly diagnostics: TickDiagnostics
  readonly engines: readonly InstanceTickView[]
  /** The tick in the fields of `--diagnostics-json`, in which the golden files of the reference are. */
  readonly fields: Readonly<Record<string, unknown>>
  /** The load decision with all it looked at; null = the tick took none. */
  readonly load: LoadDecision16 | null
  /**
   * With the planner config, enough to take the tick's decisions again, or others with something changed; null where pass times
   * of tables have a part in it. Absent in runs kept from before.
   */
  readonly grounds?: TickGrounds16 | null
}

export function detailOf(record: TickRecord16): PlannerDetail16 {
  const {tick, outcome} = record
  return {
    policy: 'dynamo',
    release: '1.6.1',
    is_load: tick.isLoad,
    is_throughput: tick.isThroughput,
    diagnostics: diagnosticsOf(outcome),
    engines: instancesOf(record),
    fields: tickFields16(record),
    load: outcome.load,
    grounds: groundsOf(outcome.situation),
  }
}

function diagnosticsOf(outcome: TickOutcome16): TickDiagnostics {
  const {forecast, throughput, load, bounds} = outcome
  const given: {[K in keyof TickDiagnostics]: TickDiagnostics[K] | null} = {
    estimated_ttft_ms: worstEstimateMs(load?.explanation.ttft ?? null),
    estimated_itl_ms: worstEstimateMs(load?.explanation.itl ?? null),
    predicted_num_req: forecast?.numReq ?? null,
    predicted_isl: forecast?.isl ?? null,
    predicted_osl: forecast?.osl ?? null,
    predicted_kv_hit_rate: forecast?.kvHitRate ?? null,
    engine_rps_prefill: throughput?.instanceRpsPrefill ?? null,
    engine_rps_decode: throughput?.instanceRpsDecode ?? null,
    throughput_lower_bound_prefill: bounds.prefill,
    throughput_lower_bound_decode: bounds.decode,
    load_decision_reason: outcome.loadReason,
    load_decision_reason_prefill: load?.reasonPrefill ?? null,
    load_decision_reason_decode: load?.reasonDecode ?? null,
    throughput_decision_reason: outcome.throughputReason,
    throughput_decision_reason_prefill: throughput?.reasonPrefill ?? null,
    throughput_decision_reason_decode: throughput?.reasonDecode ?? null,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null))
}

function instancesOf({passes, outcome}: TickRecord16): readonly InstanceTickView[] {
  const {ttft = null, itl = null} = outcome.load?.explanation ?? {}
  const view = (pool: 'prefill' | 'decode', sides: {ttft: LatencySide | null; itl: LatencySide | null}) =>
    (passes?.[pool] ?? []).map(pass => instanceView(pool, pass, sides))
  if (passes?.prefill == null) return view('decode', {ttft, itl})
  return [...view('prefill', {ttft, itl: null}), ...view('decode', {ttft: null, itl})]
}

function instanceView(
  pool: 'prefill' | 'decode',
  pass: ForwardPass,
  sides: {readonly ttft: LatencySide | null; readonly itl: LatencySide | null},
): InstanceTickView {
  const estimateOf = (side: LatencySide | null) =>
    side?.checks.find(check => check.instanceId === pass.instanceId)?.estimateMs ?? null
  const ttftMs = estimateOf(sides.ttft)
  const itlMs = estimateOf(sides.itl)
  return {
    pool,
    worker_id: pass.instanceId,
    scheduled_prefill_tokens: pass.prefillTokens,
    scheduled_decode_kv_tokens: pass.decodeKvTokens,
    queued_prefill_tokens: pass.queuedPrefillTokens,
    queued_decode_kv_tokens: pass.queuedDecodeKvTokens,
    ...(ttftMs === null ? {} : {estimated_ttft_ms: ttftMs}),
    ...(itlMs === null ? {} : {estimated_itl_ms: itlMs}),
  }
}
