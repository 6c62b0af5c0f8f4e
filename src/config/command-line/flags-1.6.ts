import {fail, ok, type Result} from '../../core/result.ts'
import {assembleScenario, checkScenarioFields, type ScenarioParts} from '../assemble-scenario.ts'
import {checkDeltaTrace} from '../checks/scenario-rules.ts'
import {checkAicPerf, parseAisPerf} from '../engine/aic-perf.ts'
import {isLaunchConfig, parseEngineArgs16} from '../engine/release-1.6/parse-engine-args.ts'
import {parseRouterConfig16} from '../engine/release-1.6/router-config.ts'
import {parsePlannerModels} from '../planner/planner-models.ts'
import type {Release} from '../release.ts'
import type {
  EngineArgs,
  EngineTiming,
  Fleet,
  ReportedSla,
  RouterMode,
  Scenario,
  SyntheticSpec,
} from '../scenario.ts'
import {flagOf} from '../scenario-fields.ts'
import {type Arguments, numberOf} from './arguments.ts'
import {
  type FlagInputs,
  integerFlag,
  parseJson,
  readOwnFields,
  readPool,
  refusedFlag,
  type ScenarioFromFlags,
} from './flags.ts'
import {readPlanner16} from './planner-flags-1.6.ts'
import {readScaling} from './policy-flags.ts'

type Flags = ReadonlyMap<string, string>

export const ENGINE_FLAGS = ['--extra-engine-args', '--prefill-engine-args', '--decode-engine-args'] as const

/** The release a command line is for: the one it names, else the one whose form its engine args have. */
export function releaseOfFlags(flags: Flags): Release {
  const named = flags.get('--dynamo')
  if (named !== undefined) return named as Release
  const isLaunch = ENGINE_FLAGS.some(flag => {
    const json = parseJson(flags.get(flag) ?? 'null')
    return json.ok && isLaunchConfig(json.value)
  })
  return isLaunch ? '1.6.1' : '1.2.1'
}

/** The scenario of a command line under `--dynamo 1.6.1`, with the messages of its replay call (engine-1.6.md 0). */
export function scenarioFromFlags16(args: Arguments, inputs: FlagInputs): Result<ScenarioFromFlags> {
  const {flags} = args
  const notices: string[] = []
  const traffic = readTraffic(flags)
  if (!traffic.ok) return traffic
  const fleet = readFleet(flags)
  if (!fleet.ok) return fleet
  const limits = readLimits(flags)
  if (!limits.ok) return limits
  const router = readRouter(flags, notices)
  if (!router.ok) return router
  const planned = readPlanner16(inputs.plannerConfig, fleet.value, notices)
  if (!planned.ok) return planned
  const plannerModels = readPlannerModels(flags.get('--performance-model-metadata'))
  if (!plannerModels.ok) return plannerModels
  const policy = flags.get('--policy')
  const isPlanned = (policy === undefined || policy === 'dynamo') && planned.value.policy === 'dynamo'
  const scaling = isPlanned
    ? ok({scaling: planned.value})
    : readScaling(flags, {planner: null, policyConfig: inputs.policyConfig}, notices)
  if (!scaling.ok) return scaling
  const {fleet: timed, engineTiming} = applyTiming(flags, fleet.value)
  const parts: ScenarioParts = {
    release: '1.6.1',
    trace: inputs.trace,
    ...traffic.value,
    ...limits.value,
    ...router.value,
    fleet: timed,
    ...plannerModels.value,
    ...scaling.value,
  }
  const own = {...readOwnFields(flags, parts, notices), engine_timing: engineTiming}
  const {scenario, refused} = assembleScenario(parts, own)
  const [first] = refused
  if (first !== undefined) return refusedFlag(first)
  const problem = checkOwn(scenario) ?? checkAicPerf(scenario) ?? checkDeltaTrace(scenario)
  return problem ?? ok({notices, scenario})
}

function checkOwn(scenario: Scenario): ReturnType<typeof fail> | null {
  const {traceBlockSize, arrivalSpeedupRatio: ratio} = scenario
  if (traceBlockSize < 1) return fail('trace_block_size must be greater than 0', 'trace_block_size')
  if (!(ratio > 0))
    return fail(
      `arrival_speedup_ratio must be a finite positive number, got ${ratio}`,
      'arrival_speedup_ratio',
    )
  const wrong = checkScenarioFields(scenario)
  return wrong === null ? null : fail(`${flagOf(wrong.field)} ${wrong.message}`, wrong.field.key)
}

/** Each pool has its own timing in its engine args; `--engine-timing` overrides them all. */
function applyTiming(flags: Flags, fleet: Fleet): Pick<Scenario, 'fleet' | 'engineTiming'> {
  const main = fleet.topology === 'agg' ? fleet.workers : fleet.decode
  const asked = flags.get('--engine-timing') as EngineTiming | undefined
  if (asked === undefined) return {fleet, engineTiming: main.args.timing ?? 'polynomial'}
  const retimed = <P extends {readonly args: EngineArgs}>(pool: P) => ({
    ...pool,
    args: {...pool.args, timing: asked},
  })
  return {
    engineTiming: asked,
    fleet:
      fleet.topology === 'agg'
        ? {topology: 'agg', workers: retimed(fleet.workers)}
        : {topology: 'disagg', prefill: retimed(fleet.prefill), decode: retimed(fleet.decode)},
  }
}

function readFleet(flags: Flags): Result<Fleet> {
  const [extra, prefill, decode] = ENGINE_FLAGS.map(flag => readEngineArgs(flags, flag))
  for (const parsed of [extra, prefill, decode]) if (parsed !== undefined && !parsed.ok) return parsed
  const argsOf = (parsed: typeof extra) => (parsed?.ok ? parsed.value : null)
  const pools = {extra: argsOf(extra), prefill: argsOf(prefill), decode: argsOf(decode)}
  const isStaged = pools.prefill !== null || pools.decode !== null
  if (pools.extra !== null && isStaged)
    return fail('extra_engine_args cannot be combined with prefill_engine_args/decode_engine_args')
  if (!isStaged) return readAggregated(flags, pools.extra)
  if (pools.prefill === null || pools.decode === null)
    return fail('prefill_engine_args and decode_engine_args must be provided together')
  return readDisaggregated(flags, pools.prefill, pools.decode)
}

function readAggregated(flags: Flags, given: EngineArgs | null): Result<Fleet> {
  if (
    integerFlag(flags, '--num-prefill-workers', 1) !== 1 ||
    integerFlag(flags, '--num-decode-workers', 1) !== 1
  )
    return fail(
      'num_prefill_workers and num_decode_workers are only used for disagg replay; use num_workers for aggregated ' +
        'replay',
    )
  const args = given === null ? parseEngineArgs16({}, {flag: '--extra-engine-args'}) : ok({args: given})
  if (!args.ok) return args
  const {worker_type} = args.value.args
  if (worker_type !== 'aggregated')
    return fail(`offline replay only supports aggregated workers, got ${titled(worker_type)}`, 'worker_type')
  const initialWorkers = integerFlag(flags, '--num-workers', 1)
  if (initialWorkers < 1)
    return fail('invalid replay spec: aggregated pool must start with at least one worker', 'num_workers')
  return ok({topology: 'agg', workers: readPool(flags, 'agg', args.value.args)})
}

function readDisaggregated(flags: Flags, prefill: EngineArgs, decode: EngineArgs): Result<Fleet> {
  if (integerFlag(flags, '--num-workers', 1) !== 1)
    return fail(
      'num_workers is only used for aggregated replay; use num_prefill_workers and num_decode_workers for disagg ' +
        'replay',
    )
  const pools = {prefill, decode}
  for (const role of ['prefill', 'decode'] as const) {
    const type = pools[role].worker_type
    if (type === role) continue
    return fail(
      `offline disaggregated replay requires ${role}_engine_args.worker_type=${role}, got ${titled(type)}`,
      `${role}.worker_type`,
    )
  }
  if (prefill.block_size !== decode.block_size)
    return fail(
      `offline disaggregated replay requires matching prefill/decode block_size, got ${prefill.block_size} and ${decode.block_size}`,
      'decode.block_size',
    )
  if (prefill.engine_type !== decode.engine_type)
    return fail(
      'replay invariant violated: offline disaggregated replay requires matching backend engine types',
      'decode.backend',
    )
  const counts = {
    prefill: integerFlag(flags, '--num-prefill-workers', 1),
    decode: integerFlag(flags, '--num-decode-workers', 1),
  }
  const empty = (['prefill', 'decode'] as const).find(role => counts[role] < 1)
  if (empty !== undefined)
    return fail(
      `invalid replay spec: ${empty} pool must start with at least one worker`,
      `num_${empty}_workers`,
    )
  return ok({
    topology: 'disagg',
    prefill: readPool(flags, 'prefill', prefill),
    decode: readPool(flags, 'decode', decode),
  })
}

function titled(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

function readEngineArgs(flags: Flags, flag: string): Result<EngineArgs | null> {
  const text = flags.get(flag)
  if (text === undefined) return ok(null)
  const json = parseJson(text)
  if (!json.ok) return fail(`${flag}: ${json.error.message}`, flag)
  const parsed = parseEngineArgs16(json.value, {flag})
  return parsed.ok ? ok(parsed.value.args) : parsed
}

/** Exactly one thing sets the pace of generated traffic (engine-1.6.md 2.1). */
function readTraffic(flags: Flags): Result<Pick<Scenario, 'synthetic' | 'replayConcurrency'>> {
  const concurrency = flags.has('--replay-concurrency') ? integerFlag(flags, '--replay-concurrency', 0) : null
  if (concurrency !== null && concurrency < 1)
    return fail('replay_concurrency must be at least 1', 'replayConcurrency')
  const closed = concurrency === null ? {} : {replayConcurrency: concurrency}
  if (!flags.has('--input-tokens')) return ok(closed)
  const paces = ['--replay-concurrency', '--request-rate', '--arrival-interval-ms']
  if (paces.filter(flag => flags.has(flag)).length !== 1)
    return fail(
      'synthetic replay requires exactly one of replay_concurrency, request_rate, or arrival_interval_ms',
    )
  const number = (flag: string, fallback: number) => numberOf(flags.get(flag) ?? '') ?? fallback
  const synthetic: SyntheticSpec = {
    input_tokens: number('--input-tokens', 0),
    output_tokens: number('--output-tokens', 0),
    request_count: number('--request-count', 0),
    arrival_interval_ms: number('--arrival-interval-ms', 0),
    turns_per_session: number('--turns-per-session', 1),
    shared_prefix_ratio: number('--shared-prefix-ratio', 0),
    num_prefix_groups: number('--num-prefix-groups', 0),
    inter_turn_delay_ms: number('--inter-turn-delay-ms', 0),
    ...(flags.has('--request-rate')
      ? {request_rate: number('--request-rate', 0), arrival_seed: number('--arrival-seed', 42)}
      : {}),
  }
  const problem = syntheticProblem(synthetic)
  return problem ?? ok({...closed, synthetic})
}

function syntheticProblem(spec: SyntheticSpec): ReturnType<typeof fail> | null {
  const {request_rate: rate, arrival_interval_ms: interval, shared_prefix_ratio: ratio} = spec
  for (const key of ['input_tokens', 'output_tokens', 'request_count'] as const)
    if (spec[key] < 1) return fail(`${key} must be at least 1`, key)
  if (rate !== undefined && !(rate > 0))
    return fail(`request_rate must be a finite positive number, got ${rate}`, 'request_rate')
  if (!(interval >= 0))
    return fail(
      `arrival_interval_ms must be a finite non-negative number, got ${interval}`,
      'arrival_interval_ms',
    )
  if (!(ratio >= 0 && ratio <= 1))
    return fail(`shared_prefix_ratio must be between 0.0 and 1.0, got ${ratio}`, 'shared_prefix_ratio')
  return null
}

function readPlannerModels(text: string | undefined): Result<Pick<Scenario, 'plannerModels'>> {
  if (text === undefined) return ok({})
  const flag = '--performance-model-metadata'
  const models = parsePlannerModels(text)
  return models.ok ? ok({plannerModels: models.value}) : fail(`${flag}: ${models.error.message}`, flag)
}

function readLimits(flags: Flags): Result<Pick<Scenario, 'maxSimTimeMs' | 'reportedSla'>> {
  const number = (flag: string) => (flags.has(flag) ? numberOf(flags.get(flag)!) : null)
  const maxSimTimeMs = number('--max-sim-time-ms')
  if (maxSimTimeMs !== null && !(maxSimTimeMs >= 0))
    return fail('max_sim_time_ms must be a finite, non-negative value', 'maxSimTimeMs')
  const [ttftMs, itlMs, e2eMs] = ['--sla-ttft-ms', '--sla-itl-ms', '--sla-e2e-ms'].map(number)
  const sla: ReportedSla = {
    ...((ttftMs ?? null) === null ? {} : {ttftMs: ttftMs!}),
    ...((itlMs ?? null) === null ? {} : {itlMs: itlMs!}),
    ...((e2eMs ?? null) === null ? {} : {e2eMs: e2eMs!}),
  }
  if (sla.e2eMs !== undefined && (sla.ttftMs !== undefined || sla.itlMs !== undefined))
    return fail('invalid replay spec: sla.e2e_ms is mutually exclusive with sla.ttft_ms/itl_ms', 'sla_e2e_ms')
  return ok({
    ...(maxSimTimeMs === null ? {} : {maxSimTimeMs}),
    ...(Object.keys(sla).length === 0 ? {} : {reportedSla: sla}),
  })
}

function readRouter(
  flags: Flags,
  notices: string[],
): Result<Pick<Scenario, 'routerMode' | 'routerConfig' | 'kvEventLagMs' | 'aicPerf'>> {
  const routerMode = (flags.get('--router-mode') ?? 'round_robin') as RouterMode
  const lag = flags.has('--kv-event-lag-ms') ? numberOf(flags.get('--kv-event-lag-ms')!) : null
  if (lag !== null && routerMode !== 'kv_router')
    return fail("kv_event_lag_ms only supports router_mode='kv_router'", 'kvEventLagMs')
  if (lag !== null && !(lag >= 0))
    return fail(`kv_event_lag_ms must be finite and non-negative, got ${lag}`, 'kvEventLagMs')
  const kvEventLag = lag === null ? {} : {kvEventLagMs: lag}
  const aicPerf = readAisPerf(flags.get('--ais-perf-config'))
  if (!aicPerf.ok) return aicPerf
  if (routerMode === 'round_robin') return ok({routerMode, ...kvEventLag, ...aicPerf.value})
  const json = parseJson(flags.get('--router-config') ?? '{}')
  if (!json.ok) return fail(`--router-config: ${json.error.message}`, 'routerConfig')
  const parsed = parseRouterConfig16(json.value)
  if (!parsed.ok) return parsed
  notices.push(...parsed.value.notices)
  return ok({routerMode, routerConfig: parsed.value.config, ...kvEventLag, ...aicPerf.value})
}

function readAisPerf(text: string | undefined): Result<Pick<Scenario, 'aicPerf'>> {
  if (text === undefined) return ok({})
  const json = parseJson(text)
  if (!json.ok) return fail(`--ais-perf-config: ${json.error.message}`, 'router.aic_model_path')
  const config = parseAisPerf(json.value)
  return config.ok ? ok({aicPerf: config.value}) : config
}
