import type {Field} from '../field.ts'
import type {RouterConfig} from '../scenario.ts'
import {DEFAULT_ROUTER_CONFIG, PREFILL_LOAD_MODELS, ROUTER_QUEUE_POLICIES} from './router-config.ts'

const shared = {group: 'router', advanced: false, unit: null} as const
const weight = {type: 'number', nullable: false, min: 0, max: 1e9} as const
const of = DEFAULT_ROUTER_CONFIG

/** Options of the KV router in the order of a form; names and defaults are the reference's. */
export const ROUTER_FIELDS: readonly Field<keyof RouterConfig, 'router'>[] = [
  {
    ...shared,
    ...weight,
    key: 'overlap_score_credit',
    label: 'Overlap credit',
    help: 'How much a cached prompt block counts in favour of an instance: 0 = not at all, 1 = as a block saved.',
    max: 1,
    default: of.overlap_score_credit,
  },
  {
    ...shared,
    ...weight,
    key: 'prefill_load_scale',
    label: 'Prefill load scale',
    help: 'Weight of the prompt an instance still has to compute, against the blocks its requests hold.',
    default: of.prefill_load_scale,
  },
  {
    ...shared,
    ...weight,
    key: 'router_temperature',
    label: 'Temperature',
    help: '0 = always the cheapest instance; above it, instances are chosen at random by their cost, with the seed.',
    default: of.router_temperature,
  },
  {
    ...shared,
    ...weight,
    key: 'router_queue_threshold',
    label: 'Queue threshold',
    help: 'Requests wait in the router while every instance has more prompt tokens to compute than this many passes hold (max_num_batched_tokens); empty = never.',
    nullable: true,
    default: of.router_queue_threshold,
  },
  {
    ...shared,
    key: 'router_queue_policy',
    label: 'Queue order',
    help: 'Who leaves the queue first: first come (fcfs), last come (lcfs) or the shortest uncached prompt (wspt).',
    type: 'choice',
    nullable: false,
    choices: ROUTER_QUEUE_POLICIES,
    default: of.router_queue_policy,
  },
  {
    ...shared,
    key: 'router_track_active_blocks',
    label: 'Track active blocks',
    help: 'Count the blocks of running requests as load.',
    type: 'boolean',
    default: of.router_track_active_blocks,
  },
  {
    ...shared,
    key: 'router_track_prefill_tokens',
    label: 'Track prefill tokens',
    help: 'Count prompt tokens that are still to be computed as load.',
    type: 'boolean',
    default: of.router_track_prefill_tokens,
  },
  {
    ...shared,
    key: 'router_assume_kv_reuse',
    label: 'Assume KV reuse',
    help: 'Prompt blocks that running requests have in common count once.',
    type: 'boolean',
    default: of.router_assume_kv_reuse,
  },
  {
    ...shared,
    key: 'router_prefill_load_model',
    label: 'Prefill load model',
    help: 'none = a prompt counts until its first token; aic = the oldest one of an instance shrinks over the time GPU tables give it (plain runs).',
    type: 'choice',
    nullable: false,
    choices: PREFILL_LOAD_MODELS,
    default: of.router_prefill_load_model,
  },
]
