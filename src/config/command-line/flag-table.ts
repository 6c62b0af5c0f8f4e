import {TRACE_FORMATS} from '../trace-options.ts'
import {RELEASE_FLAGS} from './release-flags.ts'

/** How the value of a command line flag is read; `switch` takes none. */
export type FlagType = 'text' | 'integer' | 'number' | 'choice' | 'switch'

export interface Flag {
  readonly name: `--${string}`
  readonly type: FlagType
  readonly choices?: readonly string[]
  /** Shown in the help; undefined = not given. */
  readonly default?: string
  readonly metavar?: string
  /** `reference`: the same flag of `python -m dynamo.replay` 1.2.1. */
  readonly origin: 'reference' | 'planner-replay'
  readonly group: FlagGroup
  readonly help: string
}

export type FlagGroup = 'Trace' | 'Fleet' | 'Planner' | 'Router' | 'Synthetic traffic' | 'Output' | 'Other'
export const FLAG_GROUPS: readonly FlagGroup[] = [
  'Trace',
  'Fleet',
  'Planner',
  'Router',
  'Synthetic traffic',
  'Output',
  'Other',
]

const theirs = {origin: 'reference'} as const
const ours = {origin: 'planner-replay'} as const

/** Every flag of the command line; names, types and defaults of the reference's flags are fixed (contracts.md 2). */
export const FLAGS: readonly Flag[] = [
  {
    ...theirs,
    name: '--arrival-speedup-ratio',
    type: 'number',
    default: '1.0',
    group: 'Trace',
    help: 'Compress arrival times (and delays between turns) by this factor.',
  },
  {
    ...theirs,
    name: '--trace-block-size',
    type: 'integer',
    default: '512',
    group: 'Trace',
    help: 'Tokens one hash id of the trace stands for.',
  },
  {
    ...theirs,
    name: '--trace-format',
    type: 'choice',
    choices: TRACE_FORMATS,
    group: 'Trace',
    help: 'Format of the trace file; default: told from its content. A .gz of any of them is read too.',
  },
  {
    ...ours,
    name: '--trace-columns',
    type: 'text',
    metavar: 'KEY=NAME,…',
    group: 'Trace',
    help:
      'Columns of a CSV trace: timestamp=NAME,input=NAME,output=NAME,session=NAME,unit=s|ms; default: told from ' +
      'their names.',
  },
  {
    ...ours,
    name: '--trace-start-s',
    type: 'number',
    group: 'Trace',
    help: 'Replay from this second of the recording on.',
  },
  {
    ...ours,
    name: '--trace-end-s',
    type: 'number',
    group: 'Trace',
    help: 'Replay sessions that start before this second of the recording.',
  },
  {
    ...ours,
    name: '--trace-limit',
    type: 'integer',
    group: 'Trace',
    help: 'Replay the first so many requests of the file, of those the other choices leave.',
  },
  {
    ...ours,
    name: '--trace-sample',
    type: 'number',
    group: 'Trace',
    help: 'Replay this share of the sessions, drawn by --seed; a session stays whole.',
  },
  {
    ...ours,
    name: '--trace-seed',
    type: 'integer',
    group: 'Trace',
    help: 'Generate a trace of static-traces/ anew with this seed instead of reading it.',
  },
  {
    ...theirs,
    name: '--trace-shared-prefix-ratio',
    type: 'number',
    default: '0.0',
    group: 'Trace',
    help: 'Share of the first prompt that sessions have in common (applied_compute_agentic).',
  },
  {
    ...theirs,
    name: '--trace-num-prefix-groups',
    type: 'integer',
    default: '0',
    group: 'Trace',
    help: 'Number of shared-prefix groups (applied_compute_agentic).',
  },
  {
    ...theirs,
    name: '--replay-concurrency',
    type: 'integer',
    group: 'Trace',
    help: 'Keep this many requests in flight instead of following the arrival times.',
  },
  {
    ...theirs,
    name: '--replay-mode',
    type: 'choice',
    choices: ['offline', 'online'],
    default: 'offline',
    group: 'Trace',
    help: 'Only offline: there is no live cluster here.',
  },
  {
    ...theirs,
    name: '--extra-engine-args',
    type: 'text',
    metavar: 'JSON',
    group: 'Fleet',
    help: 'Engine args of an aggregated fleet.',
  },
  {
    ...theirs,
    name: '--prefill-engine-args',
    type: 'text',
    metavar: 'JSON',
    group: 'Fleet',
    help: 'Engine args of the prefill pool of a disaggregated fleet.',
  },
  {
    ...theirs,
    name: '--decode-engine-args',
    type: 'text',
    metavar: 'JSON',
    group: 'Fleet',
    help: 'Engine args of the decode pool of a disaggregated fleet.',
  },
  {
    ...theirs,
    name: '--num-workers',
    type: 'integer',
    default: '1',
    group: 'Fleet',
    help: 'Instances of an aggregated fleet at the start.',
  },
  {
    ...theirs,
    name: '--num-prefill-workers',
    type: 'integer',
    default: '1',
    group: 'Fleet',
    help: 'Prefill instances at the start.',
  },
  {
    ...theirs,
    name: '--num-decode-workers',
    type: 'integer',
    default: '1',
    group: 'Fleet',
    help: 'Decode instances at the start.',
  },
  ...gpuFlags(),
  ...RELEASE_FLAGS,
  {
    ...ours,
    name: '--engine-timing',
    type: 'choice',
    choices: ['aic', 'polynomial', 'profile', 'fixed'],
    group: 'Fleet',
    help:
      'Where pass times come from. Default: profile if planner_profile_data is given, else aic if the engine ' +
      "args name an AIC model, else polynomial (which gives the reference's planner runs).",
  },
  {
    ...theirs,
    name: '--planner-config',
    type: 'text',
    metavar: 'FILE|JSON',
    group: 'Planner',
    help: 'Planner config as a YAML or JSON file or inline JSON; puts the planner in the loop.',
  },
  {
    ...ours,
    name: '--objective',
    type: 'text',
    metavar: 'ttft=MS,itl=MS,share=S',
    group: 'Planner',
    help: "What the result is judged by: latencies in ms and the share of requests that keep both (0.95). Default: the planner's targets.",
  },
  {
    ...ours,
    name: '--planner-phase',
    type: 'number',
    metavar: 'S',
    default: '0',
    group: 'Planner',
    help: "Begin the planner's ticks this many seconds later than the reference does.",
  },
  {
    ...theirs,
    name: '--benchmark-granularity',
    type: 'integer',
    default: '8',
    group: 'Planner',
    help: "Points per axis of the AIC benchmark that bootstraps the planner's regressions.",
  },
  {
    ...theirs,
    name: '--router-mode',
    type: 'choice',
    choices: ['round_robin', 'kv_router'],
    default: 'round_robin',
    group: 'Router',
    help: 'How requests find an instance.',
  },
  {
    ...theirs,
    name: '--router-config',
    type: 'text',
    metavar: 'JSON',
    group: 'Router',
    help: 'Options of the KV router.',
  },
  ...aicFlags(),
  ...syntheticFlags(),
  {
    ...theirs,
    name: '--report-json',
    type: 'text',
    metavar: 'FILE|DIR',
    group: 'Output',
    help: 'Where the report goes; default: a file with a time stamp in the current directory.',
  },
  {
    ...ours,
    name: '--diagnostics-json',
    type: 'text',
    metavar: 'FILE',
    group: 'Output',
    help: 'Scaling events and every planner tick: what it saw, estimated and decided.',
  },
  {
    ...ours,
    name: '--per-request-jsonl',
    type: 'text',
    metavar: 'FILE',
    group: 'Output',
    help: 'One line per request: times, tokens, cache reuse, instance.',
  },
  {
    ...ours,
    name: '--html',
    type: 'text',
    metavar: 'FILE',
    group: 'Output',
    help: 'Stand-alone diagnostics page.',
  },
  {
    ...ours,
    name: '--json',
    type: 'switch',
    group: 'Output',
    help: 'Print the report as JSON instead of the table; a file is then written only for --report-json.',
  },
  {
    ...ours,
    name: '--phases',
    type: 'integer',
    default: '1',
    group: 'Output',
    help: "Runs in all, over as many phases of the policy's interval: the report then has median and range, and cures that were tried.",
  },
  {
    ...ours,
    name: '--progress',
    type: 'switch',
    group: 'Output',
    help: 'Show progress on stderr.',
  },
  {
    ...ours,
    name: '--seed',
    type: 'integer',
    default: '0',
    group: 'Other',
    help: 'Seed of everything random (ties of the KV router); 0 to 4294967295.',
  },
  {...ours, name: '--version', type: 'switch', group: 'Other', help: 'Print the version.'},
  {...theirs, name: '--help', type: 'switch', group: 'Other', help: 'Print this help (-h).'},
]

function gpuFlags(): Flag[] {
  const flag = (name: Flag['name'], what: string): Flag => ({
    ...ours,
    name,
    type: 'integer',
    metavar: 'N',
    group: 'Fleet',
    help: `GPUs of one ${what}, for GPU-hours and cost. Default: the planner config's, else what aic_tp_size says.`,
  })
  return [
    flag('--gpus-per-instance', 'instance of an aggregated fleet'),
    flag('--prefill-gpus-per-instance', 'prefill instance'),
    flag('--decode-gpus-per-instance', 'decode instance'),
  ]
}

function aicFlags(): Flag[] {
  const group = 'Router'
  const use = "of the router's prefill-load estimate"
  return [
    {...theirs, name: '--aic-backend', type: 'text', group, help: `AIC backend ${use}.`},
    {...theirs, name: '--aic-system', type: 'text', group, help: `GPU system ${use}.`},
    {...theirs, name: '--aic-model-path', type: 'text', group, help: `Model ${use}.`},
    {...theirs, name: '--aic-backend-version', type: 'text', group, help: `Backend version ${use}.`},
    {...theirs, name: '--aic-tp-size', type: 'integer', group, help: `Tensor parallelism ${use}.`},
  ]
}

function syntheticFlags(): Flag[] {
  const shared = {...theirs, group: 'Synthetic traffic'} as const
  return [
    {...shared, name: '--input-tokens', type: 'integer', help: 'Prompt tokens of every request.'},
    {...shared, name: '--output-tokens', type: 'integer', help: 'Output tokens of every request.'},
    {
      ...shared,
      name: '--request-count',
      type: 'integer',
      help: 'Number of requests, or of sessions with --turns-per-session.',
    },
    {
      ...shared,
      name: '--arrival-interval-ms',
      type: 'number',
      default: '1.0',
      help: 'Time between arrivals.',
    },
    {...shared, name: '--turns-per-session', type: 'integer', default: '1', help: 'Turns of every session.'},
    {
      ...shared,
      name: '--shared-prefix-ratio',
      type: 'number',
      default: '0.0',
      help: 'Share of each prompt that sessions have in common.',
    },
    {
      ...shared,
      name: '--num-prefix-groups',
      type: 'integer',
      default: '0',
      help: 'Number of shared-prefix groups.',
    },
    {
      ...shared,
      name: '--inter-turn-delay-ms',
      type: 'number',
      default: '0.0',
      help: 'Pause between the turns of a session.',
    },
  ]
}
