import {stringify} from 'yaml'
import type {JsonObject} from '../../core/is-object.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {DEFAULT_ROUTER_CONFIG_16} from '../engine/release-1.6/router-config.ts'
import {plannerJson16} from '../planner/planner-values-1.6.ts'
import {
  type EngineArgs,
  type PoolSpec,
  poolsOf,
  type RouterConfig,
  type Scenario,
  type SyntheticSpec,
  type WorkerType,
} from '../scenario.ts'
import {LOAD_THRESHOLDS, PLANNER_KEYS, ROUTER_KEYS} from './policy-sections.ts'
import {filled, workerOfPool} from './worker-of-pool.ts'

export interface WrittenPrediction {
  readonly document: JsonObject
  /** What of the scenario the form has no word for: the reference would run without it. */
  readonly notes: readonly string[]
}

/**
 * A scenario of 1.6.1 as a configuration of `aisimulate predict --stack dynamo`: the reverse of `scenarioFromPrediction`.
 * @param options.trace path of the trace, as the file is to name it
 */
export function predictionOfScenario(
  scenario: Scenario,
  options: {readonly trace: string},
): Result<WrittenPrediction> {
  if (scenario.release !== '1.6.1')
    return fail('aisimulate predict is of 1.6.1; the scenario is of 1.2.1', 'dynamo')
  const notes: string[] = []
  const engine = engineSection(scenario, notes)
  if (!engine.ok) return engine
  const planner = plannerSection(scenario, notes)
  const document = filled({
    traffic: trafficSection(scenario, options.trace, notes),
    engine: engine.value,
    evaluation: filled({sla: slaSection(scenario, notes)}),
    planner,
    router: routerSection(scenario, notes),
  })
  noteTheRest(scenario, notes)
  return ok({document, notes})
}

/** The same as the text of a file, notes first. */
export function predictionYamlOfScenario(
  scenario: Scenario,
  options: {readonly trace: string},
): Result<string> {
  const written = predictionOfScenario(scenario, options)
  if (!written.ok) return written
  const {document, notes} = written.value
  const comments = notes.map(
    note => `# Not said here, as there is no word for it: ${note.replaceAll(/\s+/g, ' ')}\n`,
  )
  return ok(`${comments.join('')}${stringify(document)}`)
}

const ROLE = {agg: 'aggregated', prefill: 'prefill', decode: 'decode'} as const

function engineSection(scenario: Scenario, notes: string[]): Result<JsonObject> {
  const {fleet, engineTiming} = scenario
  const pools: readonly (readonly [WorkerType, PoolSpec])[] = poolsOf(fleet).map(([name, pool]) => [
    ROLE[name],
    pool,
  ])
  const {args: main} = pools.at(-1)![1]
  const problem = namingProblem(pools, main)
  if (problem !== null) return problem
  const workers: Record<string, JsonObject> = {}
  for (const [role, pool] of pools) {
    const written = workerOfPool(role, pool, engineTiming)
    notes.push(...written.notes)
    const {aic_system: system, max_model_len: length} = pool.args
    workers[role] = {
      ...(system === main.aic_system ? {} : {hardware: system}),
      ...(length === undefined || length === main.max_model_len ? {} : {context_length: length}),
      ...written.worker,
    }
  }
  const chunks = pools[0]![1].args.enable_chunked_prefill
  return ok({
    mode: fleet.topology === 'agg' ? 'aggregated' : 'disaggregated',
    model: main.aic_model_path,
    hardware: main.aic_system,
    backend: main.engine_type,
    ...filled({
      backend_version: main.aic_backend_version ?? undefined,
      context_length: main.max_model_len,
      enable_chunked_prefill: chunks ? undefined : false,
    }),
    workers,
    ...(fleet.topology === 'agg' ? {} : transferSection(fleet.prefill.args)),
  })
}

function namingProblem(
  pools: readonly (readonly [WorkerType, PoolSpec])[],
  main: EngineArgs,
): ReturnType<typeof fail> | null {
  for (const [role, {args}] of pools) {
    if (args.aic_model_path === null || args.aic_system === null)
      return fail(
        `a prediction names a model and a GPU: ${role} has no aic_model_path or no aic_system`,
        'engine',
      )
    if (args.aic_model_path !== main.aic_model_path || args.aic_backend_version !== main.aic_backend_version)
      return fail('a prediction has one model and one backend version for all its engines', 'engine')
  }
  return null
}

/** Without a bandwidth nothing takes time, however it is counted. */
function transferSection({
  kv_transfer_bandwidth,
  kv_bytes_per_token,
  kv_transfer_timing_mode,
}: EngineArgs): JsonObject {
  if (kv_transfer_bandwidth === null && kv_bytes_per_token === null) return {}
  return {
    kv_transfer: filled({
      bytes_per_token: kv_bytes_per_token ?? undefined,
      bandwidth_gb_per_second: kv_transfer_bandwidth ?? undefined,
      timing_mode: kv_transfer_timing_mode ?? 'full_prompt',
    }),
  }
}

function trafficSection(scenario: Scenario, trace: string, notes: string[]): JsonObject {
  const {synthetic, replayConcurrency: concurrency, maxSimTimeMs, traceFormat} = scenario
  if (synthetic !== undefined) return generatedTraffic(scenario, synthetic)
  const {format} = traceFormat ?? {}
  const known = [
    'mooncake',
    'mooncake-delta',
    'agentic_mooncake',
    'dynamo',
    'weka',
    'applied_compute_agentic',
  ]
  if (format !== undefined && !known.includes(format)) notes.push(`trace format ${format}`)
  if (scenario.traceSelection !== undefined) notes.push('the selected part of the trace')
  if (scenario.traceSeed !== undefined) notes.push('the seed of the trace')
  return filled({
    source: {
      type: 'trace',
      paths: [trace],
      format: format !== undefined && known.includes(format) ? format : 'mooncake',
      block_size: scenario.traceBlockSize,
    },
    load:
      concurrency === undefined
        ? {type: 'trace_timestamps', speedup: scenario.arrivalSpeedupRatio}
        : {type: 'concurrency', concurrency},
    stop: maxSimTimeMs === undefined ? {} : {max_virtual_time_seconds: maxSimTimeMs / 1000},
  })
}

function generatedTraffic({replayConcurrency}: Scenario, spec: SyntheticSpec): JsonObject {
  const isSession = spec.turns_per_session > 1
  const unit = isSession ? 'sessions' : 'requests'
  const source = isSession
    ? {
        type: 'synthetic-session',
        new_input_tokens_per_turn: spec.input_tokens,
        output_tokens_per_turn: spec.output_tokens,
        session: {
          turns: spec.turns_per_session,
          shared_prefix_ratio: spec.shared_prefix_ratio,
          prefix_groups: spec.num_prefix_groups,
          inter_turn_delay_ms: spec.inter_turn_delay_ms,
        },
      }
    : {type: 'synthetic', input_tokens: spec.input_tokens, output_tokens: spec.output_tokens}
  return {
    source,
    load: loadOf(spec, replayConcurrency, isSession ? 'sessions_per_second' : 'requests_per_second'),
    stop: {[unit]: spec.request_count},
  }
}

function loadOf(spec: SyntheticSpec, concurrency: number | undefined, rate: string): JsonObject {
  if (concurrency !== undefined) return {type: 'concurrency', concurrency}
  if (spec.request_rate !== undefined)
    return {type: 'poisson', [rate]: spec.request_rate, seed: spec.arrival_seed ?? 42}
  // All at once is all in flight.
  if (spec.arrival_interval_ms === 0) return {type: 'concurrency', concurrency: spec.request_count}
  return {type: 'constant_rate', [rate]: 1000 / spec.arrival_interval_ms}
}

/** The bounds that are reported, and the targets of a planner of sla, are one thing in this form. */
function slaSection({reportedSla, scaling}: Scenario, notes: string[]): JsonObject {
  const {ttftMs, itlMs, e2eMs} = reportedSla ?? {}
  const reported = {ttft_ms: ttftMs, itl_ms: itlMs, e2e_ms: e2eMs}
  if (scaling.policy !== 'dynamo' || scaling.config.optimization_target !== 'sla') return filled(reported)
  const {ttft, itl} = scaling.config
  if (ttftMs !== ttft || itlMs !== itl || e2eMs !== undefined)
    notes.push("bounds of the report other than the planner's targets")
  return {ttft_ms: ttft, itl_ms: itl}
}

const WRITTEN_AS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(PLANNER_KEYS).map(([public_, own]) => [own, public_]),
)

/** Keys of a planner's config that follow from other sections, or that nothing in a replay reads. */
const IMPLIED = new Set(['mode', 'ttft', 'itl', 'prefill_engine_num_gpu', 'decode_engine_num_gpu'])

/** As the form and the reference spell them. */
const LONG_NAMES: Readonly<Record<string, string>> = {
  throughput_adjustment_interval: 'throughput_adjustment_interval_seconds',
  load_adjustment_interval: 'load_adjustment_interval_seconds',
}

function plannerSection({scaling, fleet}: Scenario, notes: string[]): JsonObject {
  if (scaling.policy === 'fixed') return {}
  if (scaling.policy !== 'dynamo' || scaling.release !== '1.6.1') {
    notes.push(`policy ${scaling.policy}`)
    return {}
  }
  const implied = impliedThresholds(scaling.config.optimization_target, fleet.topology === 'disagg')
  const section: Record<string, unknown> = {policy: 'enabled'}
  for (const [key, value] of Object.entries(plannerJson16(scaling.config))) {
    const name = WRITTEN_AS[LONG_NAMES[key] ?? key]
    if (name !== undefined) section[name] = value
    else if (!IMPLIED.has(key) && implied[key] !== value) notes.push(`planner ${key}`)
  }
  return section
}

function impliedThresholds(target: string, isDisagg: boolean): JsonObject {
  if (target !== 'load') return {}
  return {...(isDisagg ? LOAD_THRESHOLDS.prefill : {}), ...LOAD_THRESHOLDS.decode}
}

function routerSection({routerMode, routerConfig}: Scenario, notes: string[]): JsonObject {
  if (routerMode !== 'kv_router') return {}
  const config = routerConfig ?? DEFAULT_ROUTER_CONFIG_16
  const section: Record<string, unknown> = {policy: 'kv_router'}
  const names = new Map(Object.entries(ROUTER_KEYS).map(([name, own]) => [own, name]))
  for (const [key, value] of Object.entries(config)) {
    if (value === DEFAULT_ROUTER_CONFIG_16[key as keyof RouterConfig]) continue
    const name = names.get(key)
    if (name === undefined) notes.push(`router ${key}`)
    else section[name] = value
  }
  return section
}

function noteTheRest(scenario: Scenario, notes: string[]): void {
  const {scaling, startup, kvEventLagMs, drainLimitS} = scenario
  if (startup !== undefined) notes.push('start-up times that vary')
  if (drainLimitS !== undefined) notes.push('the draining limit')
  if ((kvEventLagMs ?? 0) > 0) notes.push('the lag of KV events')
  if (scaling.policy === 'dynamo' && (scaling.phaseShiftS ?? 0) !== 0) notes.push("the planner's phase")
}
