import type {ScaleTarget} from '../load-decision.ts'
import {type LatencySide, worstEstimateMs} from './load/latency-side.ts'
import type {ReplicaCounts16} from './load/pool-load.ts'
import type {ForwardPass} from './pass-times/forward-pass.ts'
import type {Capacity} from './pass-times/instance-capacity.ts'
import {wholeUp} from './pass-times/instance-query.ts'
import type {TickOutcome16} from './planner.ts'
import type {ThroughputInputs} from './throughput-scaling.ts'
import {throughputInputs} from './tick-decision.ts'
import type {LearnedState, PoolSnapshot16, RoleFacts, TickRecord16} from './tick-record.ts'
import type {TrafficCounts, TrafficObservation16} from './traffic-windows.ts'

/** A tick in the fields of `--diagnostics-json`: what the planner was told, and all it made of it. Absent = none. */
export function tickFields16(record: TickRecord16): Record<string, unknown> {
  const {tick, snapshot, counts, traffic, passes, outcome, learned, told, scaleTo} = record
  return withoutAbsent({
    at_s: tick.atS,
    due: [
      ...(tick.isLoad ? ['load'] : []),
      ...(tick.isThroughput ? ['throughput'] : []),
      ...(tick.needsTraffic ? ['traffic'] : []),
      ...(tick.needsPasses ? ['fpm'] : []),
    ],
    workers: withoutAbsent({prefill: poolIds(snapshot.prefill), decode: poolIds(snapshot.decode)}),
    window: snapshot.window === null ? undefined : windowFields(snapshot.window),
    traffic: traffic === null ? undefined : trafficFields(traffic),
    counts: countFields(counts),
    fpm: passes === null ? undefined : withoutAbsent(passFields(passes)),
    predict: predictFields(record),
    capacity: capacityFields(outcome),
    estimates_ms: estimateFields(outcome),
    ...decisionFields(outcome),
    bounds: [outcome.bounds.prefill, outcome.bounds.decode],
    regression: learned === null ? undefined : regressionFields(learned),
    proposals: proposalFields(outcome),
    evaluated: [
      ...(outcome.calls.load ? ['builtin_load_propose'] : []),
      ...(outcome.calls.throughput ? ['builtin_throughput_propose'] : []),
    ],
    merged: withoutAbsent({prefill: outcome.merged.prefill ?? undefined, decode: outcome.merged.decode}),
    action: 'apply',
    scale_to: scaleTo ?? undefined,
    decision: told === null ? undefined : {target_prefill: told.prefill, target_decode: told.decode},
    gpu_hours_active: record.gpuHoursActive,
  })
}

function withoutAbsent(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function poolIds(pool: PoolSnapshot16 | null): Record<string, readonly number[]> | undefined {
  if (pool === null) return undefined
  const lists = {active: pool.activeIds, starting: pool.startingIds, draining: pool.drainingIds}
  const filled = Object.entries(lists).filter(([, ids]) => ids.length > 0)
  return filled.length === 0 ? undefined : Object.fromEntries(filled)
}

function windowFields(window: TrafficCounts): Record<string, unknown> {
  return withoutAbsent({
    duration_s: window.durationS,
    num_req: window.numReq,
    avg_isl: window.avgIsl,
    avg_osl: window.avgOsl,
    avg_ttft_ms: window.avgTtftMs,
    avg_itl_ms: window.avgItlMs,
    shape_count: window.shapeCount,
    ttft_count: window.ttftCount,
    itl_count: window.itlCount,
    avg_accept_length: window.avgAcceptLength ?? undefined,
    avg_kv_hit_rate: window.avgKvHitRate,
    hit_rate_count: window.hitRateCount,
    accept_length_forward_count: window.acceptLengthForwardCount,
  })
}

function trafficFields(traffic: TrafficObservation16): Record<string, unknown> {
  return withoutAbsent({
    duration_s: traffic.durationS,
    num_req: traffic.numReq,
    isl: traffic.isl,
    osl: traffic.osl,
    kv_hit_rate: traffic.kvHitRate,
    accept_length: traffic.acceptLength ?? undefined,
  })
}

/** Ready counts always, the others where there is something to say. */
function countFields({prefill, decode}: RoleFacts<ReplicaCounts16>): Record<string, unknown> {
  return withoutAbsent({
    ready_num_prefill: prefill?.ready,
    ready_num_decode: decode.ready,
    expected_num_prefill: prefill?.expected || undefined,
    expected_num_decode: decode.expected || undefined,
    prefill_scaling_in_progress: prefill?.isInProgress || undefined,
    decode_scaling_in_progress: decode.isInProgress || undefined,
  })
}

function passFields({prefill, decode}: RoleFacts<readonly ForwardPass[]>): Record<string, unknown> {
  const rows = (passes: readonly ForwardPass[] | null) =>
    passes === null || passes.length === 0
      ? undefined
      : [...passes].sort((a, b) => a.instanceId - b.instanceId || a.dpRank - b.dpRank).map(passRow)
  return {prefill: rows(prefill), decode: rows(decode)}
}

/** Columns of a pass in a tick's fields, in their order. Variances are not kept: no decision reads them. */
function passRow(pass: ForwardPass): readonly (number | null)[] {
  return [
    pass.instanceId,
    pass.dpRank,
    pass.wallTimeS,
    pass.prefillRequests,
    pass.prefillTokens,
    null,
    pass.prefillKvTokens,
    pass.decodeRequests,
    pass.decodeKvTokens,
    null,
    pass.queuedPrefillRequests,
    pass.queuedPrefillTokens,
    null,
    pass.queuedDecodeRequests,
    pass.queuedDecodeKvTokens,
    null,
  ]
}

function predictFields({tick, outcome}: TickRecord16): Record<string, unknown> | undefined {
  const {forecast} = outcome
  if (forecast === null) return tick.predictIsDue ? {reason: 'no_traffic_data'} : undefined
  return withoutAbsent({
    num_req: forecast.numReq,
    isl: forecast.isl,
    osl: forecast.osl,
    kv_hit_rate: forecast.kvHitRate ?? undefined,
    accept_length: forecast.acceptLength,
  })
}

/** Where both proposers run, each makes the search: it stands there twice. */
function capacityFields(outcome: TickOutcome16): readonly unknown[] | undefined {
  const {throughput, calls} = outcome
  const inputs = throughputInputs(outcome.config, outcome.situation)
  if (throughput === null || inputs === null) return undefined
  const {prefill, decode} = throughput.explanation
  const searches =
    inputs.prefill === null
      ? (inputs.decode.capabilities.maxBatchedTokens ?? 0) > 0
        ? [search(inputs, 'aggregated', decode)]
        : []
      : [search(inputs, 'prefill', prefill), search(inputs, 'decode', decode)]
  const all = [...(calls.throughput ? searches : []), ...(calls.load ? searches : [])]
  return all.length === 0 ? undefined : all
}

function search(
  {config, forecast, kvHitRate, acceptLength}: ThroughputInputs,
  role: 'aggregated' | 'prefill' | 'decode',
  found: Capacity | null,
): Record<string, unknown> {
  return withoutAbsent({
    role,
    isl: forecast.isl,
    osl: forecast.osl,
    ttft_sla_ms: role === 'decode' ? undefined : config.ttft,
    itl_sla_ms: role === 'prefill' ? undefined : config.itl,
    kv_hit_rate: role === 'decode' ? undefined : (kvHitRate ?? undefined),
    accept_length: role === 'prefill' ? undefined : acceptLength,
    result:
      found === null
        ? null
        : withoutAbsent({
            rps: found.instanceRps,
            ttft_ms: found.ttftMs ?? undefined,
            itl_ms: found.itlMs ?? undefined,
            e2e_ms: found.e2eMs ?? undefined,
            eligible: found.isEligible,
          }),
  })
}

function estimateFields({load}: TickOutcome16): readonly unknown[] | undefined {
  const sides = [load?.explanation.ttft ?? null, load?.explanation.itl ?? null]
  const rows = sides.flatMap((side: LatencySide | null) =>
    (side?.checks ?? []).map(check => [side?.metric, check.instanceId, check.passMs]),
  )
  return rows.length === 0 ? undefined : rows
}

function decisionFields(outcome: TickOutcome16): Record<string, unknown> {
  const {load, throughput} = outcome
  return {
    estimated_ttft_ms: worstEstimateMs(load?.explanation.ttft ?? null) ?? undefined,
    estimated_itl_ms: worstEstimateMs(load?.explanation.itl ?? null) ?? undefined,
    engine_rps_prefill: throughput?.instanceRpsPrefill ?? undefined,
    engine_rps_decode: throughput?.instanceRpsDecode ?? undefined,
    load_reason: outcome.loadReason ?? undefined,
    load_reason_prefill: load?.reasonPrefill ?? undefined,
    load_reason_decode: load?.reasonDecode ?? undefined,
    throughput_reason: outcome.throughputReason ?? undefined,
    throughput_reason_prefill: throughput?.reasonPrefill ?? undefined,
    throughput_reason_decode: throughput?.reasonDecode ?? undefined,
  }
}

function regressionFields({prefill, decode}: RoleFacts<LearnedState>): Record<string, unknown> {
  return prefill === null
    ? {aggregated: learnedFields(decode)}
    : {prefill: learnedFields(prefill), decode: learnedFields(decode)}
}

function learnedFields({averages, stores}: LearnedState): Record<string, unknown> {
  const tokens = wholeUp(averages.prefillTokens)
  return {
    avg_isl: averages.isl,
    avg_decode_length: averages.decodeLength,
    typical_prefill: [Math.max(wholeUp(averages.prefillRequests), tokens > 0 ? 1 : 0), tokens],
    stores: Object.fromEntries(
      stores
        .filter(({count}) => count > 0)
        .map(({kind, count, fit}) => [
          kind,
          {count, fit: fit === null ? null : [fit.interceptMs, ...fit.slopesMs, ...fit.means, ...fit.scales]},
        ]),
    ),
  }
}

function proposalFields({calls, load, throughput}: TickOutcome16): readonly unknown[] {
  return [
    ...(calls.throughput ? [proposal('builtin_throughput_propose', throughput?.scaleTo ?? null)] : []),
    ...(calls.load ? [proposal('builtin_load_propose', load?.scaleTo ?? null)] : []),
  ]
}

function proposal(plugin: string, scaleTo: ScaleTarget | null): readonly unknown[] {
  if (scaleTo === null) return [plugin, 'accept']
  const {num_prefill: prefill, num_decode: decode} = scaleTo
  return [plugin, 'override', withoutAbsent({prefill, decode})]
}
