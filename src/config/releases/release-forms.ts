import {assert} from '../../core/assert.ts'
import {ok, type Result} from '../../core/result.ts'
import {defaultEngineArgs, type ParsedEngineArgs, parseEngineArgs} from '../engine/engine-args.ts'
import {ENGINE_FIELDS, SGLANG_FIELDS} from '../engine/engine-fields.ts'
import {ENGINE_FIELDS_16, SGLANG_FIELDS_16} from '../engine/release-1.6/engine-fields.ts'
import {engineValues16, readEngineValues16} from '../engine/release-1.6/launch-config.ts'
import {DEFAULT_ROUTER_CONFIG_16, parseRouterConfig16} from '../engine/release-1.6/router-config.ts'
import {ROUTER_FIELDS_16} from '../engine/release-1.6/router-fields.ts'
import {DEFAULT_ROUTER_CONFIG, type ParsedRouterConfig, parseRouterConfig} from '../engine/router-config.ts'
import {ROUTER_FIELDS} from '../engine/router-fields.ts'
import type {Field} from '../field.ts'
import type {FieldValue} from '../field-text.ts'
import {parsePlannerConfig} from '../planner/planner-config.ts'
import {PLANNER_FIELDS, type PlannerField} from '../planner/planner-fields.ts'
import type {PlannerConfig16} from '../planner/planner-shape-1.6.ts'
import {PLANNER_FORM_FIELDS_16, plannerValues16, readPlannerValues16} from '../planner/planner-values-1.6.ts'
import {FIRST_RELEASE, type Release} from '../release.ts'
import type {
  DynamoScaling,
  EngineArgs,
  EngineTiming,
  PlannerConfig,
  RouterConfig,
  Scenario,
  SyntheticSpec,
  WorkerType,
} from '../scenario.ts'
import {checkSynthetic, SYNTHETIC_FIELDS} from '../synthetic-fields.ts'
import {readSynthetic16, SYNTHETIC_FIELDS_16} from '../synthetic-fields-1.6.ts'

export type FieldValues = Readonly<Record<string, FieldValue | undefined>>

export interface EngineReading {
  /** Where the values came from, for messages. */
  readonly flag: string
  /** What the pool is for. Args of 1.2.1 may say otherwise, those of 1.6.1 follow the pool. */
  readonly workerType: WorkerType
  /** Of the run; a pool of 1.6.1 may have one of its own. */
  readonly engineTiming: EngineTiming
}

export interface ReadPlanner {
  readonly scaling: DynamoScaling
  readonly warnings: readonly string[]
}

/**
 * What a release asks to be said of engines, planner and router, field by field, and how the values become its args and
 * configs. Form, link, sweep and comparison know a release by this alone.
 */
export interface ReleaseForms {
  readonly engineFields: readonly Field[]
  /** Options of the SGLang scheduler, which sit in an object of their own: their values are `sglang.KEY`. */
  readonly sglangFields: readonly Field[]
  readonly plannerFields: readonly PlannerField<string>[]
  readonly trafficFields: readonly Field<keyof SyntheticSpec>[]
  readonly routerFields: readonly Field<keyof RouterConfig>[]
  readonly defaultRouter: RouterConfig
  readonly defaultEngineArgs: (workerType: WorkerType) => EngineArgs
  readonly engineValues: (args: EngineArgs, engineTiming: EngineTiming) => Record<string, FieldValue>
  readonly readEngine: (values: FieldValues, reading: EngineReading) => Result<ParsedEngineArgs>
  readonly plannerValues: (config: PlannerConfig) => Record<string, FieldValue>
  readonly readPlanner: (values: FieldValues) => Result<ReadPlanner>
  readonly readTraffic: (values: FieldValues) => Result<SyntheticSpec>
  readonly readRouter: (values: Readonly<Record<string, unknown>>) => Result<ParsedRouterConfig>
}

const FORMS: Readonly<Record<Release, ReleaseForms>> = {
  '1.2.1': {
    engineFields: ENGINE_FIELDS,
    sglangFields: SGLANG_FIELDS,
    plannerFields: PLANNER_FIELDS,
    trafficFields: SYNTHETIC_FIELDS,
    routerFields: ROUTER_FIELDS,
    defaultRouter: DEFAULT_ROUTER_CONFIG,
    defaultEngineArgs,
    engineValues: engineValues12,
    readEngine: readEngine12,
    plannerValues: config => ({...config}),
    readPlanner(values) {
      const parsed = parsePlannerConfig(values)
      if (!parsed.ok) return parsed
      const {config, warnings} = parsed.value
      return ok({scaling: {policy: 'dynamo', release: '1.2.1', config}, warnings})
    },
    readTraffic: values => checkSynthetic(values as unknown as SyntheticSpec),
    readRouter: parseRouterConfig,
  },
  '1.6.1': {
    engineFields: ENGINE_FIELDS_16,
    sglangFields: SGLANG_FIELDS_16,
    plannerFields: PLANNER_FORM_FIELDS_16,
    trafficFields: SYNTHETIC_FIELDS_16,
    routerFields: ROUTER_FIELDS_16,
    defaultRouter: DEFAULT_ROUTER_CONFIG_16,
    defaultEngineArgs: defaultEngineArgs16,
    engineValues: engineValues16,
    readEngine(values, reading) {
      const args = readEngineValues16(values, reading)
      return args.ok ? ok({args: args.value, notices: []}) : args
    },
    plannerValues: config => plannerValues16(config as PlannerConfig16),
    readPlanner(values) {
      const parsed = readPlannerValues16(values)
      if (!parsed.ok) return parsed
      const {config, warnings} = parsed.value
      return ok({scaling: {policy: 'dynamo', release: '1.6.1', config}, warnings})
    },
    readTraffic: readSynthetic16,
    readRouter: parseRouterConfig16,
  },
}

export function formsOf(release: Release): ReleaseForms {
  return FORMS[release]
}

export function releaseOf({release}: Pick<Scenario, 'release'>): Release {
  return release ?? FIRST_RELEASE
}

function engineValues12(args: EngineArgs): Record<string, FieldValue> {
  return Object.fromEntries([
    ['worker_type', args.worker_type],
    ...ENGINE_FIELDS.map(({key}) => [key, args[key]]),
    ...SGLANG_FIELDS.map(({key}) => [`sglang.${key}`, args.sglang?.[key] ?? null]),
  ])
}

function readEngine12(values: FieldValues, {flag}: EngineReading): Result<ParsedEngineArgs> {
  const prefix = 'sglang.'
  const entries = Object.entries(values)
  const own = entries.filter(([key]) => !key.startsWith(prefix))
  const options = entries
    .filter(([key, value]) => key.startsWith(prefix) && (value ?? null) !== null)
    .map(([key, value]) => [key.slice(prefix.length), value])
  const sglang = options.length === 0 ? {} : {sglang: Object.fromEntries(options)}
  return parseEngineArgs({...Object.fromEntries(own), ...sglang}, {flag})
}

function defaultEngineArgs16(workerType: WorkerType): EngineArgs {
  const args = readEngineValues16({}, {flag: '', workerType, engineTiming: 'polynomial'})
  assert(args.ok, 'args without a field are valid')
  return args.value
}
