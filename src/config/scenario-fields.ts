import {fail, ok} from '../core/result.ts'
import {timingLens} from './releases/release-lenses.ts'
import {RELEASE_FIELD, SCENARIO_FIELDS_16} from './releases/scenario-fields-1.6.ts'
import {hasPhase, phaseShiftOf, type Scenario} from './scenario.ts'
import type {ScenarioField} from './scenario-field.ts'
import {always, sometimes, withOrWithout} from './scenario-lens.ts'
import {STARTUP_FIELD} from './startup/startup-field.ts'
import {calibrationLens, objectiveLens} from './text-lenses.ts'
import {MAX_SEED, TRACE_FIELDS} from './trace-fields.ts'

/** A day: longer than any interval of the planner that makes sense, short enough to notice a wrong unit. */
const MAX_PHASE_S = 86_400

/** A week: no request takes as long. */
const MAX_DRAIN_LIMIT_S = 604_800

const trace = {group: 'trace', linkAfter: 'traffic', flagGroup: 'Trace'} as const
const ofTrace = {...trace, advanced: true, nullable: true, default: null} as const
const theirs = {owner: 'reference'} as const
const ours = {owner: 'ours'} as const
const fixed = {isKnob: false} as const
const knob = {isKnob: true} as const

/** In the order of links and, within a group, of the form. */
export const SCENARIO_FIELDS: readonly ScenarioField[] = [
  RELEASE_FIELD,
  {
    ...trace,
    ...theirs,
    ...knob,
    ...always('traceBlockSize'),
    key: 'trace_block_size',
    link: 'trace-block-size',
    linkAfter: 'trace',
    label: 'Trace block size',
    help: 'Tokens one hash id of the trace stands for; 512 in the Mooncake format.',
    unit: 'tokens',
    advanced: true,
    type: 'integer',
    nullable: false,
    min: 1,
    max: 1_048_576,
    default: 512,
  },
  {
    ...trace,
    ...theirs,
    ...knob,
    ...always('arrivalSpeedupRatio'),
    key: 'arrival_speedup_ratio',
    link: 'speedup',
    linkAfter: 'trace',
    label: 'Arrival speed-up',
    help: 'Divides the time between arrivals (and between turns); 2 = twice the load.',
    unit: '×',
    advanced: false,
    type: 'number',
    nullable: false,
    // The smallest positive double stands for "greater than 0".
    min: Number.MIN_VALUE,
    max: 1e9,
    default: 1,
  },
  {
    ...ours,
    ...knob,
    ...timingLens(),
    key: 'engine_timing',
    link: 'timing',
    linkAfter: 'trace',
    group: 'picked',
    flagGroup: 'Fleet',
    label: 'Engine timing',
    help:
      'Where pass times come from. Default: profile if planner_profile_data is given, else aic if the engine ' +
      "args name an AIC model, else polynomial (which gives the reference's planner runs).",
    unit: null,
    advanced: false,
    type: 'choice',
    nullable: false,
    choices: ['aic', 'polynomial', 'profile', 'fixed'],
    default: 'polynomial',
  },
  {
    ...theirs,
    ...knob,
    ...always('routerMode'),
    key: 'router_mode',
    link: 'router',
    linkAfter: 'fleet',
    group: 'picked',
    flagGroup: 'Router',
    label: 'Router',
    help: 'How requests find an instance.',
    unit: null,
    advanced: false,
    type: 'choice',
    nullable: false,
    choices: ['round_robin', 'kv_router'],
    default: 'round_robin',
  },
  {
    ...ours,
    ...knob,
    read: phaseShiftOf,
    write: writePhase,
    needs: 'planner',
    key: 'planner_phase',
    link: 'planner-phase',
    linkAfter: 'scaling',
    group: 'run',
    flagGroup: 'Planner',
    metavar: 'S',
    label: 'Planner phase',
    help: "The planner's ticks begin this much later than the reference's; shows how much is luck.",
    unit: 's',
    advanced: false,
    type: 'number',
    nullable: false,
    min: 0,
    max: MAX_PHASE_S,
    default: 0,
  },
  {
    ...ours,
    ...fixed,
    ...objectiveLens(),
    key: 'objective',
    link: 'objective',
    linkAfter: 'scaling',
    group: 'picked',
    flagGroup: 'Planner',
    metavar: 'ttft:MS,itl:MS,share:S',
    label: 'Objective',
    help: "What the result is judged by: latencies in ms and the share of requests that keep both (0.95). Default: the planner's targets.",
    unit: null,
    advanced: false,
    type: 'text',
    nullable: true,
    default: null,
  },
  STARTUP_FIELD,
  {
    ...ours,
    ...knob,
    ...sometimes('drainLimitS'),
    key: 'drain_limit',
    link: 'drain-limit',
    linkAfter: 'scaling',
    group: 'run',
    flagGroup: 'Fleet',
    metavar: 'SECONDS',
    label: 'Draining limit',
    help:
      'Longest time an instance told to stop goes on with its requests, as terminationGracePeriodSeconds of a pod; what it then still ' +
      'has is sent again with the tokens so far (request migration). Default: as long as they take.',
    unit: 's',
    advanced: true,
    type: 'number',
    nullable: true,
    min: 0,
    max: MAX_DRAIN_LIMIT_S,
    default: null,
  },
  {
    ...ours,
    ...fixed,
    ...calibrationLens(),
    key: 'calibration',
    link: 'calibration',
    linkAfter: 'scaling',
    group: 'run',
    flagGroup: 'Fleet',
    metavar: 'TEXT',
    label: 'Calibration',
    help: 'What a measured run said of this scenario, as --calibrate prints it; named wherever a result is judged, changes nothing.',
    unit: null,
    advanced: true,
    type: 'text',
    nullable: true,
    default: null,
  },
  {
    ...theirs,
    ...knob,
    ...always('benchmarkGranularity'),
    key: 'benchmark_granularity',
    link: 'granularity',
    linkAfter: 'scaling',
    group: 'run',
    flagGroup: 'Planner',
    label: 'Benchmark granularity',
    help: 'Points per axis of the GPU benchmark that primes the regressions of an SLA planner.',
    unit: 'points',
    advanced: false,
    type: 'integer',
    nullable: false,
    min: 1,
    max: 10_000,
    default: 8,
  },
  {
    ...ours,
    ...knob,
    ...always('seed'),
    key: 'seed',
    link: 'seed',
    linkAfter: 'scaling',
    group: 'run',
    flagGroup: 'Other',
    label: 'Seed',
    help: 'Of everything random: choices of the KV router, and which sessions a sample keeps.',
    unit: null,
    advanced: false,
    type: 'integer',
    nullable: false,
    min: 0,
    max: MAX_SEED,
    default: 0,
  },
  {
    ...ofTrace,
    ...theirs,
    ...knob,
    ...sometimes('replayConcurrency'),
    key: 'replay_concurrency',
    link: 'concurrency',
    linkAfter: 'scaling',
    label: 'Concurrency',
    help: 'Closed loop: keeps this many requests in flight and ignores arrival times; by default they are followed.',
    unit: 'requests',
    type: 'integer',
    min: 1,
    max: 1e6,
  },
  ...SCENARIO_FIELDS_16,
  ...TRACE_FIELDS,
]

const BY_KEY: ReadonlyMap<string, ScenarioField> = new Map(SCENARIO_FIELDS.map(field => [field.key, field]))

export function scenarioField(key: string): ScenarioField | null {
  return BY_KEY.get(key) ?? null
}

export function flagOf({key}: Pick<ScenarioField, 'key'>): `--${string}` {
  return `--${key.replaceAll('_', '-')}`
}

/** Every field of a scenario by key, as a form or a link begins with. */
export function scenarioValues(scenario: Scenario) {
  return Object.fromEntries(SCENARIO_FIELDS.map(({key, read}) => [key, read(scenario)]))
}

function writePhase(scenario: Scenario, value: unknown) {
  const {scaling} = scenario
  if (hasPhase(scaling))
    return ok({...scenario, scaling: withOrWithout(scaling, 'phaseShiftS', value === 0 ? null : value)})
  return value === 0
    ? ok(scenario)
    : fail('this run has no planner; give it a planner config (--planner-config)', 'planner_phase')
}
