import {fail, ok} from '../core/result.ts'
import {formatObjective, parseObjective} from './objective.ts'
import {hasPhase, phaseShiftOf, type Scenario} from './scenario.ts'
import type {ScenarioField} from './scenario-field.ts'
import {always, type ScenarioLens, sometimes, within, withOrWithout} from './scenario-lens.ts'
import {STARTUP_FIELD} from './startup/startup-field.ts'
import {checkTraceSelection, formatCsvColumns, parseCsvColumns, TRACE_FORMATS} from './trace-options.ts'

/** Seeds are 32 bits wide. */
const MAX_SEED = 2 ** 32 - 1
/** A day: longer than any interval of the planner that makes sense, short enough to notice a wrong unit. */
const MAX_PHASE_S = 86_400

const trace = {group: 'trace', linkAfter: 'traffic', flagGroup: 'Trace'} as const
const ofTrace = {...trace, advanced: true, nullable: true, default: null} as const
const theirs = {owner: 'reference'} as const
const ours = {owner: 'ours'} as const
const fixed = {isKnob: false} as const
const knob = {isKnob: true} as const

/** In the order of links and, within a group, of the form. */
export const SCENARIO_FIELDS: readonly ScenarioField[] = [
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
    ...always('engineTiming'),
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
    help: 'Of everything random: draws of the KV router, and which sessions a sample keeps.',
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
  {
    ...ofTrace,
    ...theirs,
    ...fixed,
    ...within('traceFormat', 'format'),
    isOurs: format => format !== 'mooncake' && format !== 'applied_compute_agentic',
    key: 'trace_format',
    link: 'trace-format',
    label: 'Format',
    help: 'Format of the trace file; default: told from its content. A .gz of any of them is read too.',
    unit: null,
    type: 'choice',
    choices: TRACE_FORMATS,
  },
  {
    ...ofTrace,
    ...ours,
    ...fixed,
    ...columnsLens(),
    key: 'trace_columns',
    link: 'trace-columns',
    metavar: 'KEY=NAME,…',
    label: 'CSV columns',
    help:
      'Columns of a CSV trace: timestamp=NAME,input=NAME,output=NAME,session=NAME,unit=s|ms; default: told from ' +
      'their names.',
    unit: null,
    type: 'text',
  },
  {
    ...ofTrace,
    ...theirs,
    ...fixed,
    ...within('traceFormat', 'sharedPrefixRatio'),
    key: 'trace_shared_prefix_ratio',
    link: 'trace-shared-prefix-ratio',
    label: 'Shared prefix ratio',
    help: 'Share of the first prompt that sessions have in common, in applied_compute_agentic traces.',
    unit: null,
    type: 'number',
    min: 0,
    max: 1,
  },
  {
    ...ofTrace,
    ...theirs,
    ...fixed,
    ...within('traceFormat', 'numPrefixGroups'),
    key: 'trace_num_prefix_groups',
    link: 'trace-num-prefix-groups',
    label: 'Prefix groups',
    help: 'Number of shared-prefix groups in applied_compute_agentic traces; nothing is shared without one.',
    unit: null,
    type: 'integer',
    min: 0,
    max: 1e6,
  },
  {
    ...ofTrace,
    ...ours,
    ...fixed,
    ...within('traceSelection', 'startS', checkTraceSelection),
    key: 'trace_start_s',
    link: 'trace-start-s',
    label: 'Window start',
    help: 'Replays from this second of the recording on.',
    unit: 's',
    type: 'number',
    min: 0,
    max: 1e9,
  },
  {
    ...ofTrace,
    ...ours,
    ...fixed,
    ...within('traceSelection', 'endS', checkTraceSelection),
    key: 'trace_end_s',
    link: 'trace-end-s',
    label: 'Window end',
    help: 'Replays sessions that start before this second of the recording.',
    unit: 's',
    type: 'number',
    min: Number.MIN_VALUE,
    max: 1e9,
  },
  {
    ...ofTrace,
    ...ours,
    ...fixed,
    ...within('traceSelection', 'limit', checkTraceSelection),
    key: 'trace_limit',
    link: 'trace-limit',
    label: 'Request limit',
    help: 'Replays the first so many requests of the file, of those the other choices leave.',
    unit: 'requests',
    type: 'integer',
    min: 1,
    max: 1e9,
  },
  {
    ...ofTrace,
    ...ours,
    ...fixed,
    ...within('traceSelection', 'sample', checkTraceSelection),
    key: 'trace_sample',
    link: 'trace-sample',
    label: 'Sample of sessions',
    help: 'Share of sessions replayed, drawn by the seed; a session stays whole. 0.5 = half the load.',
    unit: null,
    type: 'number',
    min: Number.MIN_VALUE,
    max: 1,
  },
  {
    ...ofTrace,
    ...ours,
    ...knob,
    ...within('traceSelection', 'maxInput', checkTraceSelection),
    key: 'trace_max_input',
    link: 'trace-max-input',
    label: 'Longest prompt',
    help: 'Leaves out requests with more input tokens, and the turns after them; they are counted.',
    unit: 'tokens',
    type: 'integer',
    min: 1,
    max: 1e9,
  },
  {
    ...ofTrace,
    ...ours,
    ...knob,
    ...within('traceSelection', 'spreadMs', checkTraceSelection),
    key: 'trace_spread_ms',
    link: 'trace-spread-ms',
    label: 'Spread of arrivals',
    help: 'Moves each first turn later by up to this much, drawn by the seed: for recordings whose times were rounded.',
    unit: 'ms',
    type: 'number',
    min: 0,
    max: 1e9,
  },
  {
    ...ofTrace,
    ...ours,
    ...knob,
    ...sometimes('traceSeed'),
    key: 'trace_seed',
    link: 'trace-seed',
    label: 'Trace seed',
    help: "Makes a trace of the site's own (static-traces/) anew with this seed: the same kind of traffic, drawn again.",
    unit: null,
    type: 'integer',
    min: 0,
    max: MAX_SEED,
  },
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

/** Told as one text, `ttft:1500,itl:50,share:0.95`. */
function objectiveLens(): ScenarioLens {
  return {
    read: ({objective}) => (objective === undefined ? null : formatObjective(objective)),
    write: (scenario, value) => {
      if (value === null) return ok(withOrWithout(scenario, 'objective', null))
      const objective = parseObjective(String(value))
      return objective.ok ? ok({...scenario, objective: objective.value}) : objective
    },
  }
}

/** Told as one text, `timestamp=ts,input=prompt`. */
function columnsLens(): ScenarioLens {
  const lens = within('traceFormat', 'columns')
  return {
    read: ({traceFormat}) =>
      traceFormat?.columns === undefined ? null : formatCsvColumns(traceFormat.columns),
    write: (scenario, value) => {
      if (value === null) return lens.write(scenario, null)
      const columns = parseCsvColumns(String(value))
      return columns.ok ? lens.write(scenario, columns.value as never) : columns
    },
  }
}
