import {isObject, type JsonObject} from '../../../core/is-object.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import type {RouterConfig} from '../../scenario.ts'
import type {ParsedRouterConfig} from '../router-config.ts'
import {type JsonShape, shapeProblem, unknownKeyProblem, wrongType} from './json-shape.ts'

/** Options of the KV router as 1.6.1 has them by default (router-1.6.md 5): unlike 1.2.1's it never makes anybody wait. */
export const DEFAULT_ROUTER_CONFIG_16: RouterConfig = {
  overlap_score_credit: 1,
  overlap_score_credit_decay: 0,
  prefill_load_scale: 1,
  decode_active_request_weight: 0,
  router_temperature: 0,
  router_queue_threshold: null,
  router_queue_policy: 'fcfs',
  router_track_active_blocks: true,
  router_track_prefill_tokens: true,
  router_assume_kv_reuse: true,
  router_prefill_load_model: 'none',
}

const number: JsonShape = {kind: 'number'}
const flag: JsonShape = {kind: 'boolean'}
const any: JsonShape = {kind: 'any'}

const READ: Readonly<Record<keyof RouterConfig, JsonShape>> = {
  overlap_score_credit: number,
  overlap_score_credit_decay: number,
  prefill_load_scale: number,
  decode_active_request_weight: number,
  router_temperature: number,
  router_queue_threshold: {kind: 'number', nullable: true},
  router_queue_policy: {kind: 'choice', choices: ['fcfs', 'lcfs', 'wspt']},
  router_track_active_blocks: flag,
  router_track_prefill_tokens: flag,
  router_assume_kv_reuse: flag,
  router_prefill_load_model: {kind: 'choice', choices: ['none', 'ais', 'aic']},
}

/** What only a live router reads. */
const UNREAD: Readonly<Record<string, JsonShape>> = {
  overlap_score_weight: number,
  host_cache_hit_weight: number,
  disk_cache_hit_weight: number,
  use_kv_events: flag,
  conditional_disagg_enabled: any,
  router_track_output_blocks: flag,
  router_ttl_secs: any,
  router_predicted_ttl_secs: any,
  router_event_threads: any,
  router_replica_sync: flag,
  skip_initial_worker_wait: flag,
  use_remote_indexer: flag,
  serve_indexer: flag,
  enable_session_prefix_index: flag,
  shared_cache_multiplier: any,
  shared_cache_type: any,
  router_tracking_hash: any,
  router_policy_config: any,
}

const SHAPES = {...READ, ...UNREAD}

const PREFIX = 'Failed to parse KvRouterConfig JSON: '

/** Reads `--router-config` as 1.6.1 does: an unknown key is an error. */
export function parseRouterConfig16(value: unknown): Result<ParsedRouterConfig> {
  if (!isObject(value)) return refuse(wrongType(value, 'struct KvRouterConfig'))
  const unknown = unknownKeyProblem('', value, Object.keys(SHAPES))
  if (unknown !== null) return refuse(unknown)
  for (const [key, given] of Object.entries(value)) {
    const problem = shapeProblem(SHAPES[key as keyof typeof SHAPES], given)
    if (problem !== null) return refuse(`${key}: ${problem}`, key)
  }
  const {overlap_score_weight: weight, ...given} = value
  const rule = RULES.find(({holds}) => !holds({...DEFAULT_ROUTER_CONFIG_16, ...given}))
  if (rule !== undefined) return refuse(rule.message, rule.field)
  if ((given.router_policy_config ?? null) !== null)
    return fail('--router-config: router_policy_config is not simulated', 'routerConfig.router_policy_config')
  const own = Object.entries(given).filter(([key]) => Object.hasOwn(READ, key))
  // Two names of one thing.
  const loadModel =
    given.router_prefill_load_model === 'ais' ? {router_prefill_load_model: 'aic' as const} : {}
  const unread = Object.keys(given).filter(key => !Object.hasOwn(READ, key))
  return ok({
    config: {...DEFAULT_ROUTER_CONFIG_16, ...weighed(weight), ...Object.fromEntries(own), ...loadModel},
    notices: unread.map(
      key => `--router-config: ${key} has no effect on a replay: only a live router reads it`,
    ),
  })
}

/** The deprecated weight takes the place of the prefill load's scale, and 0 switches the credit for overlap off. */
function weighed(weight: unknown): Partial<RouterConfig> {
  if (typeof weight !== 'number') return {}
  return {prefill_load_scale: weight, ...(weight === 0 ? {overlap_score_credit: 0} : {})}
}

interface Rule {
  readonly field: string
  readonly message: string
  readonly holds: (options: JsonObject) => boolean
}

const RULES: readonly Rule[] = [
  nonNegative('overlap_score_credit', 'a finite, non-negative number'),
  nonNegative('overlap_score_credit_decay'),
  nonNegative('prefill_load_scale'),
  nonNegative('decode_active_request_weight'),
  nonNegative('router_temperature'),
  {
    field: 'router_queue_threshold',
    message: 'router_queue_threshold must be greater than or equal to 0',
    holds: ({router_queue_threshold: threshold}) => threshold === null || (threshold as number) >= 0,
  },
  share('host_cache_hit_weight'),
  share('disk_cache_hit_weight'),
  {
    field: 'router_track_output_blocks',
    message: 'router_track_output_blocks requires router_track_active_blocks=true',
    holds: options =>
      options.router_track_output_blocks !== true || options.router_track_active_blocks === true,
  },
  {
    field: 'router_prefill_load_model',
    message: 'router_prefill_load_model requires router_track_prefill_tokens=true',
    holds: options =>
      options.router_prefill_load_model === 'none' || options.router_track_prefill_tokens === true,
  },
]

function nonNegative(field: string, what = 'finite and non-negative'): Rule {
  return {field, message: `${field} must be ${what}`, holds: options => (options[field] as number) >= 0}
}

function share(field: string): Rule {
  return {
    field,
    message: `${field} must be between 0 and 1`,
    holds: ({[field]: given = 0}) => (given as number) >= 0 && (given as number) <= 1,
  }
}

function refuse(message: string, field?: string): ReturnType<typeof fail> {
  return fail(
    `--router-config: ${PREFIX}${message}`,
    field === undefined ? 'routerConfig' : `routerConfig.${field}`,
  )
}
