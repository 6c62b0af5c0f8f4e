import {messageOf} from '../../core/message-of.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {type AssembledScenario, assembleScenario, type ScenarioParts} from '../assemble-scenario.ts'
import {checkScenario, defaultTiming} from '../checks/scenario-rules.ts'
import {parseAicPerf} from '../engine/aic-perf.ts'
import {defaultEngineArgs, parseEngineArgs} from '../engine/engine-args.ts'
import {parseRouterConfig} from '../engine/router-config.ts'
import type {FieldValue} from '../field-text.ts'
import {parsePlannerConfig} from '../planner/planner-config.ts'
import {POOL_FIELDS, poolFlagOf} from '../pool-fields.ts'
import {
  type EngineArgs,
  type Fleet,
  hasPhase,
  type PlannerConfig,
  type PoolName,
  type PoolSpec,
  type Scenario,
  type SyntheticSpec,
  type TraceSource,
} from '../scenario.ts'
import type {ScenarioField} from '../scenario-field.ts'
import {flagOf, SCENARIO_FIELDS} from '../scenario-fields.ts'
import {SYNTHETIC_FIELDS} from '../synthetic-fields.ts'
import {type Arguments, integerOf, numberOf} from './arguments.ts'
import {FLAGS_OF_1_6} from './flags-of-release.ts'
import {type PolicyConfigText, readScaling} from './policy-flags.ts'

/** What the host read for the flags: this module does no I/O. */
export interface FlagInputs {
  readonly trace: TraceSource
  /** Value of `--planner-config` as JSON; undefined without the flag. */
  readonly plannerConfig: unknown
  /** Of `--policy-config`. */
  readonly policyConfig?: PolicyConfigText
}

export interface ScenarioFromFlags {
  readonly scenario: Scenario
  readonly notices: readonly string[]
}

/** Checks that need no file, in the reference's order (engine.md 0). */
export function checkFlags({positionals, flags}: Arguments): Result<null> {
  const hasTrace = positionals.length > 0
  const synthetic = ['--input-tokens', '--output-tokens', '--request-count']
  const isSynthetic =
    synthetic.some(flag => flags.has(flag)) || SYNTHETIC_OPTIONS.some(flag => differs(flags, flag))
  if (hasTrace === isSynthetic)
    return fail('provide either trace_file or all of --input-tokens/--output-tokens/--request-count')
  if (isSynthetic && !synthetic.every(flag => flags.has(flag)))
    return fail('synthetic replay requires --input-tokens, --output-tokens, and --request-count')
  if (
    hasTrace &&
    flags.get('--trace-format') === 'applied_compute_agentic' &&
    !flags.has('--replay-concurrency')
  )
    return fail(
      '--trace-format=applied_compute_agentic requires --replay-concurrency because the source traces do not ' +
        'include first-turn timestamps',
    )
  const aic = checkAicFlags(flags)
  if (!aic.ok) return aic
  if (flags.get('--replay-mode') === 'online') return fail(onlineMessage(flags), '--replay-mode')
  return ok(null)
}

const SYNTHETIC_OPTIONS = [
  '--turns-per-session',
  '--shared-prefix-ratio',
  '--num-prefix-groups',
  '--inter-turn-delay-ms',
]

/** Whether a flag is given with another value than its default, which for these is 1 turn and 0 of the others. */
function differs(flags: ReadonlyMap<string, string>, flag: string): boolean {
  const text = flags.get(flag)
  return text !== undefined && numberOf(text) !== (flag === '--turns-per-session' ? 1 : 0)
}

/** The first three come together. */
const AIC_FLAGS = [
  '--aic-backend',
  '--aic-system',
  '--aic-model-path',
  '--aic-backend-version',
  '--aic-tp-size',
]

function checkAicFlags(flags: ReadonlyMap<string, string>): Result<null> {
  if (!AIC_FLAGS.some(flag => flags.has(flag))) return ok(null)
  const missing = AIC_FLAGS.slice(0, 3).filter(flag => !flags.has(flag))
  return missing.length === 0 ? ok(null) : fail(`AIC replay modeling requires ${missing.join(', ')}`)
}

function onlineMessage(flags: ReadonlyMap<string, string>): string {
  if (flags.has('--planner-config')) return '--planner-config only supports --replay-mode=offline'
  return '--replay-mode online is not supported: it needs a live serving stack, and this tool simulates one offline'
}

/** The scenario that flags of 1.2.1 describe, checked as a whole. */
export function scenarioFromFlags12(args: Arguments, inputs: FlagInputs): Result<ScenarioFromFlags> {
  const {flags} = args
  const foreign = FLAGS_OF_1_6.filter(flag => flags.has(flag))
  if (foreign.length > 0) return fail(`${foreign.join(', ')}: only --dynamo 1.6.1 takes this`, foreign[0])
  const notices: string[] = []
  const planner = readPlanner(inputs.plannerConfig, notices)
  if (!planner.ok) return planner
  const pools = readPools(flags, notices)
  if (!pools.ok) return pools
  const fleet = buildFleet(flags, {pools: pools.value, planner: planner.value, notices})
  if (!fleet.ok) return fleet
  const synthetic = readSynthetic(flags)
  const router = readRouter(flags, notices)
  if (!router.ok) return router
  const aicPerf = readAicPerf(flags, planner.value, notices)
  if (!aicPerf.ok) return aicPerf
  const scaling = readScaling(flags, {planner: planner.value, policyConfig: inputs.policyConfig}, notices)
  if (!scaling.ok) return scaling
  const parts = {
    trace: inputs.trace,
    ...synthetic,
    ...router.value,
    ...aicPerf.value,
    fleet: fleet.value,
    ...scaling.value,
  }
  const {scenario, refused} = assembleScenario(parts, {
    engine_timing: defaultTiming(fleet.value),
    ...readOwnFields(flags, parts, notices),
  })
  const [first] = refused
  if (first !== undefined) return refusedFlag(first)
  const checked = checkScenario(scenario)
  return checked.ok ? ok({scenario, notices}) : checked
}

type Values = Record<string, FieldValue>

/** The scenario's own fields as far as flags name them; texts are known to be of the flag's type. */
export function readOwnFields(
  flags: ReadonlyMap<string, string>,
  parts: ScenarioParts,
  notices: string[],
): Values {
  const values: Values = {}
  for (const field of SCENARIO_FIELDS) {
    const text = flags.get(flagOf(field))
    if (text === undefined) continue
    if (field.needs === 'planner' && !hasPhase(parts.scaling))
      notices.push(`${flagOf(field)} has no effect without --planner-config`)
    else values[field.key] = valueOfFlag(field, text)
  }
  return values
}

function valueOfFlag(field: ScenarioField, text: string): FieldValue {
  if (field.type === 'integer') return integerOf(text)
  return field.type === 'number' ? numberOf(text) : text
}

export function refusedFlag({field, problem}: AssembledScenario['refused'][number]) {
  const {message} = problem
  return fail(`${flagOf(field)}: ${message}`, flagOf(field))
}

/** The texts are known to be whole numbers: the reader of arguments checked them. */
export function integerFlag(flags: ReadonlyMap<string, string>, flag: string, fallback: number): number {
  const text = flags.get(flag)
  return text === undefined ? fallback : (integerOf(text) ?? fallback)
}

/** Generated traffic; the reference does not take it in a planner run, we do. */
function readSynthetic(flags: ReadonlyMap<string, string>): Pick<Scenario, 'synthetic'> {
  if (!flags.has('--input-tokens')) return {}
  const given = SYNTHETIC_FIELDS.map(({key, default: fallback}) => {
    const text = flags.get(`--${key.replaceAll('_', '-')}`)
    return [key, (text === undefined ? null : numberOf(text)) ?? fallback] as const
  })
  return {synthetic: Object.fromEntries(given) as unknown as SyntheticSpec}
}

function readRouter(
  flags: ReadonlyMap<string, string>,
  notices: string[],
): Result<Pick<Scenario, 'routerConfig'>> {
  const text = flags.get('--router-config')
  if (text === undefined) return ok({})
  const json = parseJson(text)
  if (!json.ok) return fail(`--router-config: ${json.error.message}`, 'routerConfig')
  const parsed = parseRouterConfig(json.value)
  if (!parsed.ok) return parsed
  notices.push(...parsed.value.notices)
  return ok({routerConfig: parsed.value.config})
}

/** Read and refused as in a plain run, and then of no use, in the reference's planner runs. */
function readAicPerf(
  flags: ReadonlyMap<string, string>,
  planner: PlannerConfig | null,
  notices: string[],
): Result<Pick<Scenario, 'aicPerf'>> {
  const given = AIC_FLAGS.filter(flag => flags.has(flag))
  if (given.length === 0) return ok({})
  const values = given.map(flag => {
    const text = flags.get(flag)!
    return [flag.slice(2).replaceAll('-', '_'), flag === '--aic-tp-size' ? integerOf(text) : text] as const
  })
  const parsed = parseAicPerf(Object.fromEntries(values))
  if (!parsed.ok) return parsed
  if (planner === null) return ok({aicPerf: parsed.value})
  notices.push(`${given.join(', ')}: no effect on a planner run, whose router estimates nothing`)
  return ok({})
}

function readPlanner(value: unknown, notices: string[]): Result<PlannerConfig | null> {
  if (value === undefined) return ok(null)
  const parsed = parsePlannerConfig(value)
  if (!parsed.ok) return fail(`--planner-config: ${parsed.error.message}`, parsed.error.field)
  notices.push(...parsed.value.warnings)
  return ok(parsed.value.config)
}

interface Pools {
  readonly extra: EngineArgs | null
  readonly prefill: EngineArgs | null
  readonly decode: EngineArgs | null
}

function readPools(flags: ReadonlyMap<string, string>, notices: string[]): Result<Pools> {
  const extra = readEngineFlag(flags, '--extra-engine-args', notices)
  if (!extra.ok) return extra
  const prefill = readEngineFlag(flags, '--prefill-engine-args', notices)
  if (!prefill.ok) return prefill
  const decode = readEngineFlag(flags, '--decode-engine-args', notices)
  if (!decode.ok) return decode
  return ok({extra: extra.value, prefill: prefill.value, decode: decode.value})
}

function readEngineFlag(
  flags: ReadonlyMap<string, string>,
  flag: string,
  notices: string[],
): Result<EngineArgs | null> {
  const text = flags.get(flag)
  if (text === undefined) return ok(null)
  const json = parseJson(text)
  if (!json.ok) return fail(`${flag}: ${json.error.message}`, flag)
  const parsed = parseEngineArgs(json.value, {flag})
  if (!parsed.ok) return parsed
  notices.push(...parsed.value.notices)
  return ok(parsed.value.args)
}

/** The name of a JSON or YAML file, as against a document in a line. */
export function isFileName(text: string): boolean {
  return /^[^{}[\]"\n]+\.(json|ya?ml)$/i.test(text)
}

/** JSON with the parser's complaint on one line. */
export function parseJson(text: string): Result<unknown> {
  try {
    return ok(JSON.parse(text))
  } catch (error) {
    if (isFileName(text))
      return fail(`not valid JSON but the name of a file; "$(cat ${text})" gives what is in it`)
    const reason = messageOf(error)
    return fail(`not valid JSON: ${reason.replaceAll(/\s+/g, ' ')}`)
  }
}

interface FleetInputs {
  readonly pools: Pools
  readonly planner: PlannerConfig | null
  readonly notices: string[]
}

function buildFleet(
  flags: ReadonlyMap<string, string>,
  {pools, planner, notices}: FleetInputs,
): Result<Fleet> {
  const {extra, prefill, decode} = pools
  const misfit = planner === null ? checkPlainFlags(pools, flags) : checkPlannerFlags(pools, planner)
  if (!misfit.ok) return misfit
  if (planner !== null) noteUnusedFlags(flags, planner, notices)
  const isDisagg = planner === null ? prefill !== null : planner.mode === 'disagg'
  if (!isDisagg || prefill === null || decode === null)
    return ok({topology: 'agg', workers: readPool(flags, 'agg', extra ?? defaultEngineArgs())})
  if (prefill.worker_type === 'aggregated' && planner !== null)
    notices.push(
      '--prefill-engine-args: no worker_type, so as in the reference its instances decode one token too; give ' +
        '"worker_type": "prefill" (and "decode" to the other pool) for pools that do only their part',
    )
  return ok({
    topology: 'disagg',
    prefill: readPool(flags, 'prefill', prefill),
    decode: readPool(flags, 'decode', decode),
  })
}

export function readPool(flags: ReadonlyMap<string, string>, name: PoolName, args: EngineArgs): PoolSpec {
  const pool: PoolSpec = {args, initialWorkers: 1, gpusPerInstance: null}
  return POOL_FIELDS.reduce((spec, field) => {
    const text = flags.get(poolFlagOf(field, name))
    return text === undefined ? spec : field.write(spec, integerOf(text))
  }, pool)
}

function checkPlainFlags({extra, prefill, decode}: Pools, flags: ReadonlyMap<string, string>): Result<null> {
  const isOne = (flag: string) => integerFlag(flags, flag, 1) === 1
  const isStaged = prefill !== null || decode !== null
  if (extra !== null && isStaged)
    return fail('extra_engine_args cannot be combined with prefill_engine_args/decode_engine_args')
  if (isStaged && (prefill === null || decode === null))
    return fail('prefill_engine_args and decode_engine_args must be provided together')
  if (!isStaged && !(isOne('--num-prefill-workers') && isOne('--num-decode-workers')))
    return fail(
      'num_prefill_workers and num_decode_workers are only used for disagg replay; use num_workers for ' +
        'aggregated replay',
    )
  if (isStaged && !isOne('--num-workers'))
    return fail(
      'num_workers is only used for aggregated replay; use num_prefill_workers and num_decode_workers for ' +
        'disagg replay',
    )
  return ok(null)
}

function checkPlannerFlags({extra, prefill, decode}: Pools, planner: PlannerConfig): Result<null> {
  if (planner.mode === 'agg') return ok(null)
  if (prefill === null || decode === null)
    return fail(
      'disagg planner replay requires --prefill-engine-args and --decode-engine-args (mode is disagg unless the ' +
        'planner config says agg)',
    )
  if (extra !== null)
    return fail('extra_engine_args cannot be combined with prefill_engine_args/decode_engine_args')
  return ok(null)
}

/** The reference passes over these in silence. */
function noteUnusedFlags(
  flags: ReadonlyMap<string, string>,
  planner: PlannerConfig,
  notices: string[],
): void {
  const unused =
    planner.mode === 'agg'
      ? ['--prefill-engine-args', '--decode-engine-args', '--num-prefill-workers', '--num-decode-workers']
      : ['--num-workers']
  for (const flag of unused)
    if (flags.has(flag)) notices.push(`${flag} has no effect on a planner run in mode ${planner.mode}`)
}
