import type {JsonObject} from '../../core/is-object.ts'
import type {PlannerDetail16} from '../../policies/dynamo/rules-1.6/planner-detail.ts'
import type {PolicyDetail} from '../../policies/policy-detail.ts'
import type {TickRecord} from '../../scaling/record.ts'

/** The ticks of a run under 1.6.1's planner in the fields of its own report (planner-1.6.md 13.3). */
export function plannerTicks(ticks: readonly TickRecord<PolicyDetail>[]): JsonObject[] {
  const details = ticks.flatMap(({detail}) =>
    detail.policy === 'dynamo' && detail.release === '1.6.1' ? [detail] : [],
  )
  return details.map((detail, ordinal) => tickOf(detail, ordinal, details[ordinal + 1] ?? null))
}

function tickOf(detail: PlannerDetail16, ordinal: number, next: PlannerDetail16 | null): JsonObject {
  const {fields} = detail
  const atS = fields.at_s as number
  const told = fields.decision as JsonObject | undefined
  const scheduled = next === null ? null : scheduledTick(next)
  return {
    at_ms: atS * 1000,
    effects: {
      diagnostics: diagnosticsOf(detail),
      next_tick: scheduled,
      scale_to: scaleToOf(fields.scale_to as JsonObject | undefined),
    },
    input: {
      fpm_observations: passesOf(fields.fpm as Passes | undefined),
      now_s: atS,
      traffic: fields.traffic ?? null,
      worker_counts: countsOf(fields.counts as JsonObject),
    },
    ordinal,
    runtime_decision: {
      next_tick_ms: next === null ? null : (next.fields.at_s as number) * 1000,
      target_decode: told?.target_decode ?? null,
      target_prefill: told?.target_prefill ?? null,
    },
    scheduled_tick: scheduledTick(detail),
    topology: topologyOf(fields.workers as JsonObject),
  }
}

function scaleToOf(target: JsonObject | undefined): JsonObject | null {
  if (target === undefined) return null
  return {num_decode: target.num_decode ?? null, num_prefill: target.num_prefill ?? null}
}

function scheduledTick({fields}: PlannerDetail16): JsonObject {
  const due = fields.due as readonly string[]
  return {
    at_monotonic_s: fields.at_s,
    at_s: fields.at_s,
    need_traffic_metrics: due.includes('traffic'),
    need_worker_fpm: due.includes('fpm'),
    need_worker_states: true,
    run_load_scaling: due.includes('load'),
    run_throughput_scaling: due.includes('throughput'),
  }
}

const DIAGNOSTICS = [
  'engine_rps_decode',
  'engine_rps_prefill',
  'estimated_itl_ms',
  'estimated_ttft_ms',
  'load_decision_reason',
  'load_decision_reason_decode',
  'load_decision_reason_prefill',
  'predicted_isl',
  'predicted_kv_hit_rate',
  'predicted_num_req',
  'predicted_osl',
  'throughput_decision_reason',
  'throughput_decision_reason_decode',
  'throughput_decision_reason_prefill',
  'throughput_lower_bound_decode',
  'throughput_lower_bound_prefill',
] as const

function diagnosticsOf({diagnostics}: PlannerDetail16): JsonObject {
  return {
    ...Object.fromEntries(DIAGNOSTICS.map(key => [key, diagnostics[key] ?? null])),
    // With the built-in plugins alone nothing else ever happens to a tick.
    audit_events: [],
    execute_action: 'apply',
    held_over_plugins: [],
    plugin_overrides: [],
    reconcile_reasons: {},
    short_circuit_reason: '',
  }
}

type Row = readonly (number | null)[]
type Passes = Readonly<Partial<Record<'prefill' | 'decode', readonly Row[]>>>

function passesOf(passes: Passes | undefined): JsonObject {
  return {
    decode: passes?.decode?.map(passOf) ?? null,
    prefill: passes?.prefill?.map(passOf) ?? null,
  }
}

/** The columns are those of a pass in the fields of a tick (`tickFields16`). */
function passOf([worker, rank, wallTime, ...counts]: Row): JsonObject {
  const [prefills, tokens, , prefillKv, decodes, decodeKv, , ...queued] = counts
  const [queuedPrefills, queuedTokens, , queuedDecodes, queuedKv] = queued
  return {
    dp_rank: rank,
    metrics: {
      dp_rank: rank,
      queued_requests: {
        num_decode_requests: queuedDecodes,
        num_prefill_requests: queuedPrefills,
        sum_decode_kv_tokens: queuedKv,
        sum_prefill_tokens: queuedTokens,
      },
      scheduled_requests: {
        num_decode_requests: decodes,
        num_prefill_requests: prefills,
        sum_decode_kv_tokens: decodeKv,
        sum_prefill_kv_tokens: prefillKv,
        sum_prefill_tokens: tokens,
      },
      wall_time: wallTime,
      worker_id: String(worker),
    },
    worker_id: String(worker),
  }
}

function countsOf(counts: JsonObject): JsonObject {
  return {
    decode_scaling_in_progress: counts.decode_scaling_in_progress ?? false,
    expected_num_decode: counts.expected_num_decode ?? null,
    expected_num_prefill: counts.expected_num_prefill ?? null,
    pending_num_decode: 0,
    pending_num_prefill: 0,
    prefill_scaling_in_progress: counts.prefill_scaling_in_progress ?? false,
    ready_num_decode: counts.ready_num_decode ?? null,
    ready_num_prefill: counts.ready_num_prefill ?? null,
  }
}

function topologyOf(workers: JsonObject): JsonObject {
  const pool = (name: string) => {
    const ids = (workers[name] ?? {}) as Readonly<Record<string, readonly number[]>>
    return Object.fromEntries(
      ['active', 'draining', 'starting'].flatMap(state => {
        const own = ids[state] ?? []
        return [
          [state, own],
          [`${state}_count`, own.length],
        ]
      }),
    )
  }
  return {decode: pool('decode'), prefill: pool('prefill')}
}
