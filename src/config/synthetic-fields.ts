import {fail, ok, type Result} from '../core/result.ts'
import type {Field} from './field.ts'
import type {SyntheticSpec} from './scenario.ts'

type SyntheticField = Field<keyof SyntheticSpec, 'traffic'> & {
  /** On a command line it has no default: it is what asks for generated traffic. */
  readonly isRequired?: true
}

const shared = {group: 'traffic', nullable: false, advanced: false} as const

/** Generated traffic in the order of a form; names and defaults are the flags' (the first three have none there). */
export const SYNTHETIC_FIELDS: readonly SyntheticField[] = [
  {
    ...shared,
    key: 'input_tokens',
    isRequired: true,
    label: 'Prompt length',
    help: 'Tokens of every prompt.',
    unit: 'tokens',
    type: 'integer',
    min: 1,
    max: 1e7,
    default: 1024,
  },
  {
    ...shared,
    key: 'output_tokens',
    isRequired: true,
    label: 'Output length',
    help: 'Tokens every request generates.',
    unit: 'tokens',
    type: 'integer',
    min: 1,
    max: 1e6,
    default: 128,
  },
  {
    ...shared,
    key: 'request_count',
    isRequired: true,
    label: 'Requests',
    help: 'Number of requests; of sessions if they have several turns.',
    unit: null,
    type: 'integer',
    min: 1,
    max: 1e8,
    default: 1000,
  },
  {
    ...shared,
    key: 'arrival_interval_ms',
    label: 'Arrival interval',
    help: 'Time between arrivals, always the same; 100 ms = 10 requests a second.',
    unit: 'ms',
    type: 'number',
    min: 0,
    max: 1e9,
    default: 1,
  },
  {
    ...shared,
    key: 'turns_per_session',
    label: 'Turns',
    help: 'Requests of one session; a turn waits for the answer to the one before it.',
    unit: 'turns',
    type: 'integer',
    min: 1,
    max: 10_000,
    default: 1,
  },
  {
    ...shared,
    key: 'inter_turn_delay_ms',
    label: 'Delay between turns',
    help: 'From the end of an answer to the next turn of its session.',
    unit: 'ms',
    type: 'number',
    min: 0,
    max: 1e9,
    default: 0,
  },
  {
    ...shared,
    key: 'shared_prefix_ratio',
    label: 'Shared prefix',
    help: 'Share of each prompt, from its beginning, that sessions have in common; needs a prefix group.',
    unit: null,
    type: 'number',
    min: 0,
    max: 1,
    default: 0,
  },
  {
    ...shared,
    key: 'num_prefix_groups',
    label: 'Prefix groups',
    help: 'Groups of sessions with one prefix; 0 = nothing is shared. In this release 1 and 8 come out the same.',
    unit: 'groups',
    type: 'integer',
    min: 0,
    max: 1e6,
    default: 0,
  },
]

/** About ten times the bundled hour: block tables of this many tokens still fit in memory. */
const MOST_TOKENS = 4e9

/** The reference's checks with its messages, then ours; the problem's field is the key. */
export function checkSynthetic(spec: SyntheticSpec): Result<SyntheticSpec> {
  for (const key of ['input_tokens', 'output_tokens', 'request_count', 'turns_per_session'] as const) {
    if (!(Number.isSafeInteger(spec[key]) && spec[key] >= 1)) return fail(`${key} must be at least 1`, key)
  }
  for (const key of ['arrival_interval_ms', 'inter_turn_delay_ms'] as const) {
    if (!(Number.isFinite(spec[key]) && spec[key] >= 0))
      return fail(`${key} must be a finite non-negative number`, key)
  }
  if (!(spec.shared_prefix_ratio >= 0 && spec.shared_prefix_ratio <= 1)) {
    return fail('shared_prefix_ratio must be between 0 and 1', 'shared_prefix_ratio')
  }
  if (!(Number.isSafeInteger(spec.num_prefix_groups) && spec.num_prefix_groups >= 0)) {
    return fail('num_prefix_groups must be a non-negative integer', 'num_prefix_groups')
  }
  return ok(spec)
}

/** Of traffic whose prompts are kept. */
export function checkKeptTokens(spec: SyntheticSpec): Result<SyntheticSpec> {
  const tokens = spec.request_count * spec.turns_per_session * (spec.input_tokens + spec.output_tokens)
  if (tokens <= MOST_TOKENS) return ok(spec)
  return fail('request_count x tokens is more than a browser tab can hold', 'request_count')
}

/** Any of these options makes the reference take its second generator, with sessions and blocks (engine.md 2.1). */
export function hasSessions(spec: SyntheticSpec): boolean {
  return (
    spec.turns_per_session > 1 ||
    spec.shared_prefix_ratio > 0 ||
    spec.num_prefix_groups > 0 ||
    spec.inter_turn_delay_ms > 0
  )
}
