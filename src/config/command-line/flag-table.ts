import {assert} from '../../core/assert.ts'
import {POOL_FIELDS, poolFlagOf} from '../pool-fields.ts'
import {RELEASES} from '../release.ts'
import {POLICIES} from '../scaling/policy-names.ts'
import type {ScenarioField} from '../scenario-field.ts'
import {flagOf, SCENARIO_FIELDS} from '../scenario-fields.ts'
import type {Flag} from './flag.ts'
import {RELEASE_FLAGS} from './release-flags.ts'

const theirs = {origin: 'reference'} as const
const ours = {origin: 'planner-replay'} as const

/** Every flag of the command line; names, types and defaults of the reference's flags are fixed (contracts.md 2). */
export const FLAGS: readonly Flag[] = [
  ...SCENARIO_FIELDS.map(scenarioFlag),
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
  ...poolFlags(),
  ...RELEASE_FLAGS,
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
    name: '--policy',
    type: 'choice',
    choices: POLICIES,
    group: 'Planner',
    help: "Who scales. Default: Dynamo's planner with --planner-config, else nobody.",
  },
  {
    ...ours,
    name: '--policy-config',
    type: 'text',
    metavar: 'FILE|JSON|YAML',
    group: 'Planner',
    help: 'Settings of --policy: a manifest (HorizontalPodAutoscaler, ScaledObject, Knative Service), its spec, or for a schedule a table of times and replicas.',
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
    name: '--chrome-trace',
    type: 'text',
    metavar: 'FILE',
    group: 'Output',
    help: 'Instances, requests and ticks as a trace that ui.perfetto.dev opens.',
  },
  {
    ...ours,
    name: '--measured',
    type: 'text',
    metavar: 'FILE',
    group: 'Output',
    help: 'What a real run of this trace measured (AIPerf records or summary, Dynamo request trace, vLLM, SGLang or guidellm benchmark, CSV): set beside the simulation.',
  },
  {
    ...ours,
    name: '--calibrate',
    type: 'switch',
    group: 'Output',
    help: 'Fits speedup_ratio, decode_speedup_ratio and a constant overhead to half of the measured requests and judges them on the other.',
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
    name: '--prediction-yaml',
    type: 'text',
    metavar: 'FILE',
    group: 'Output',
    help: 'The run as a configuration of aisimulate predict --stack dynamo (1.6.1); what it has no word for stands above it.',
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
    help: "Runs in all, over as many phases of the planner's interval, or without a planner over as many seeds of generated traffic: the report then has median and range, and cures that were tried.",
  },
  {
    ...ours,
    name: '--orders',
    type: 'integer',
    default: '1',
    group: 'Output',
    help:
      "Runs in all, in as many orders of the planner's samples: 1.6.1 has another in every process, so this is what its " +
      'users see from run to run. The first is the order of the keys, or that of --sample-order-seed.',
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
    name: '--translate-config',
    type: 'choice',
    choices: RELEASES,
    group: 'Other',
    help:
      'Prints --planner-config, the engine args, --router-config and the whole command line as they are written for this ' +
      'release, as JSON, with a note of every key that has no counterpart. Nothing runs; no trace is needed.',
  },
  {...ours, name: '--version', type: 'switch', group: 'Other', help: 'Print the version.'},
  {...theirs, name: '--help', type: 'switch', group: 'Other', help: 'Print this help (-h).'},
]

function scenarioFlag(field: ScenarioField): Flag {
  const {owner, type, flagGroup: group, help, metavar} = field
  const choices = field.type === 'choice' ? {choices: field.choices} : {}
  // What it is without the flag depends on the fleet, as its help says.
  const fallback =
    field.default === null || field.key === 'engine_timing' || field.key === 'dynamo'
      ? {}
      : {default: String(field.default)}
  assert(type !== 'boolean', 'a switch of the scenario would need a flag without a value')
  return {
    ...(owner === 'reference' ? theirs : ours),
    name: flagOf(field),
    type,
    ...choices,
    ...fallback,
    ...(metavar === undefined ? {} : {metavar}),
    group,
    help,
  }
}

function poolFlags(): Flag[] {
  const of = {
    agg: 'of an aggregated fleet',
    prefill: 'of the prefill pool',
    decode: 'of the decode pool',
  } as const
  return POOL_FIELDS.flatMap(field =>
    (['agg', 'prefill', 'decode'] as const).map(pool => ({
      ...(field.owner === 'reference' ? theirs : ours),
      name: poolFlagOf(field, pool),
      type: 'integer' as const,
      ...(field.default === null ? {} : {default: String(field.default)}),
      group: 'Fleet' as const,
      help: `${field.flagHelp}, ${of[pool]}.`,
    })),
  )
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
      help: 'Time between arrivals. 1.6.1 has no default: it wants this, --request-rate or --replay-concurrency.',
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
