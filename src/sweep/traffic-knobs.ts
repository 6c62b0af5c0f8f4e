import {
  DEFAULT_ROUTER_CONFIG,
  parseRouterConfig,
  ROUTER_QUEUE_POLICIES,
} from '../config/engine/router-config.ts'
import type {FieldShape} from '../config/field.ts'
import type {FieldValue} from '../config/field-text.ts'
import type {RouterConfig, Scenario, SyntheticSpec} from '../config/scenario.ts'
import {fail, ok, type Result} from '../core/result.ts'
import type {RunKnob} from './run-knobs.ts'

const MAX_COUNT = 2 ** 31 - 1
const count = (initial: number | null): FieldShape => ({
  type: 'integer',
  nullable: false,
  min: 1,
  max: MAX_COUNT,
  default: initial,
})
const amount = (initial: number, max = 1e9): FieldShape => ({
  type: 'number',
  nullable: false,
  min: 0,
  max,
  default: initial,
})
const flag = (initial: boolean): FieldShape => ({type: 'boolean', default: initial})

type Row<K extends string> = readonly [
  key: K,
  label: string,
  unit: string | null,
  field: FieldShape,
  help: string,
]

/** Flags of generated traffic, under their names. */
const SYNTHETIC: readonly Row<keyof SyntheticSpec>[] = [
  ['input_tokens', 'Prompt tokens', 'tokens', count(null), 'Prompt tokens of every request.'],
  ['output_tokens', 'Output tokens', 'tokens', count(null), 'Output tokens of every request.'],
  ['request_count', 'Requests', 'requests', count(null), 'Number of requests, or of sessions.'],
  ['arrival_interval_ms', 'Arrival interval', 'ms', amount(1), 'Time between arrivals.'],
  ['turns_per_session', 'Turns', 'turns', count(1), 'Turns of every session.'],
  [
    'shared_prefix_ratio',
    'Shared prefix',
    null,
    amount(0, 1),
    'Share of each prompt that sessions have in common.',
  ],
  [
    'num_prefix_groups',
    'Prefix groups',
    'groups',
    {type: 'integer', nullable: false, min: 0, max: MAX_COUNT, default: 0},
    'Number of shared-prefix groups.',
  ],
  ['inter_turn_delay_ms', 'Pause between turns', 'ms', amount(0), 'Pause between the turns of a session.'],
]

const ROUTER: readonly Row<Exclude<keyof RouterConfig, 'router_prefill_load_model'>>[] = [
  [
    'overlap_score_credit',
    'Overlap credit',
    null,
    amount(1, 1),
    'Share of a cached prompt that counts as no work.',
  ],
  ['prefill_load_scale', 'Prefill weight', null, amount(1), 'Weight of prompt tokens against decode blocks.'],
  ['router_temperature', 'Temperature', null, amount(0), 'Randomness of the choice; 0 = always the best.'],
  [
    'router_queue_threshold',
    'Queue threshold',
    null,
    {type: 'number', nullable: true, min: 0, max: 1e9, default: 4},
    'Load above which requests wait at the router; none = never.',
  ],
  [
    'router_queue_policy',
    'Queue policy',
    null,
    {type: 'choice', nullable: false, choices: ROUTER_QUEUE_POLICIES, default: 'fcfs'},
    'Order of the requests that wait at the router.',
  ],
  [
    'router_track_active_blocks',
    'Track blocks',
    null,
    flag(true),
    'Count the decode blocks of each instance.',
  ],
  [
    'router_track_prefill_tokens',
    'Track prompts',
    null,
    flag(true),
    'Count the prompt tokens of each instance.',
  ],
  [
    'router_assume_kv_reuse',
    'Assume reuse',
    null,
    flag(true),
    'Expect routed prompts to find their cached blocks.',
  ],
]

/** Knobs of the traffic and of the KV router. */
export const TRAFFIC_KNOBS: readonly RunKnob[] = [
  {
    path: 'replay_concurrency',
    label: 'Concurrency',
    help: 'Closed loop: this many requests in flight in place of the arrival times; none = as the trace says.',
    unit: 'requests',
    field: {type: 'integer', nullable: true, min: 1, max: MAX_COUNT, default: null},
    apply: applyConcurrency,
  },
  ...SYNTHETIC.map(([key, label, unit, field, help]) => ({
    path: key,
    label,
    help,
    unit,
    field,
    apply: (scenario: Scenario, value: FieldValue) => applySynthetic(scenario, key, value),
  })),
  ...ROUTER.map(([key, label, unit, field, help]) => ({
    path: `router.${key}`,
    label,
    help,
    unit,
    field,
    apply: (scenario: Scenario, value: FieldValue) => applyRouter(scenario, key, value),
  })),
]

function applyConcurrency(scenario: Scenario, value: FieldValue): Result<Scenario> {
  const {replayConcurrency: _, ...open} = scenario
  return ok(value === null ? open : {...open, replayConcurrency: Number(value)})
}

function applySynthetic(scenario: Scenario, key: string, value: FieldValue): Result<Scenario> {
  const {synthetic} = scenario
  if (synthetic === undefined) {
    return fail('this run replays a trace; give --input-tokens, --output-tokens and --request-count')
  }
  return ok({...scenario, synthetic: {...synthetic, [key]: value}})
}

function applyRouter(scenario: Scenario, key: string, value: FieldValue): Result<Scenario> {
  const parsed = parseRouterConfig({...(scenario.routerConfig ?? DEFAULT_ROUTER_CONFIG), [key]: value})
  return parsed.ok ? ok({...scenario, routerConfig: parsed.value.config}) : parsed
}
