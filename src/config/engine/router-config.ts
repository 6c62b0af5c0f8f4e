import {suggestion} from '../../core/nearest-key.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {checkField, type FieldShape} from '../field.ts'
import type {RouterConfig, RouterConfig16} from '../scenario.ts'

/** Options of the KV router as the reference has them by default (engine.md 8.8). */
export const DEFAULT_ROUTER_CONFIG: RouterConfig = {
  overlap_score_credit: 1,
  prefill_load_scale: 1,
  router_temperature: 0,
  router_queue_threshold: 4,
  router_queue_policy: 'fcfs',
  router_track_active_blocks: true,
  router_track_prefill_tokens: true,
  router_assume_kv_reuse: true,
  router_prefill_load_model: 'none',
}

export const ROUTER_QUEUE_POLICIES = ['fcfs', 'lcfs', 'wspt'] as const
export const PREFILL_LOAD_MODELS = ['none', 'aic'] as const

const number = (most: number): FieldShape => ({
  type: 'number',
  nullable: false,
  min: 0,
  max: most,
  default: null,
})
const count = (least: number): FieldShape => ({
  type: 'integer',
  nullable: false,
  min: least,
  max: 2 ** 32 - 1,
  default: null,
})
const choice = (...choices: readonly string[]): FieldShape => ({
  type: 'choice',
  nullable: false,
  choices,
  default: null,
})
const ANY = Number.MAX_VALUE
const flag: FieldShape = {type: 'boolean', default: false}

/** What a replay reads. */
const READ: Readonly<Record<Exclude<keyof RouterConfig, keyof RouterConfig16>, FieldShape>> = {
  overlap_score_credit: number(1),
  prefill_load_scale: number(ANY),
  router_temperature: number(ANY),
  router_queue_threshold: {type: 'number', nullable: true, min: 0, max: ANY, default: null},
  router_queue_policy: choice(...ROUTER_QUEUE_POLICIES),
  router_track_active_blocks: flag,
  router_track_prefill_tokens: flag,
  router_assume_kv_reuse: flag,
  router_prefill_load_model: choice(...PREFILL_LOAD_MODELS),
}

/** What only a live router reads: the reference checks it all the same. */
const UNREAD: Readonly<Record<string, FieldShape>> = {
  host_cache_hit_weight: number(1),
  disk_cache_hit_weight: number(1),
  use_kv_events: flag,
  durable_kv_events: flag,
  router_replica_sync: flag,
  router_track_output_blocks: flag,
  router_snapshot_threshold: {type: 'integer', nullable: true, min: 1, max: 2 ** 32 - 1, default: null},
  router_reset_states: flag,
  router_ttl_secs: number(ANY),
  router_event_threads: count(1),
  skip_initial_worker_wait: flag,
  use_remote_indexer: flag,
  serve_indexer: flag,
  shared_cache_multiplier: number(1),
  shared_cache_type: choice('none', 'hicache'),
}

const WEIGHT = 'overlap_score_weight'
const WEIGHT_SHAPE = number(ANY)

export interface ParsedRouterConfig {
  readonly config: RouterConfig
  readonly notices: readonly string[]
}

/** Reads `--router-config`. The reference ignores unknown keys; so do we, and say so. */
export function parseRouterConfig(value: unknown): Result<ParsedRouterConfig> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fail('--router-config must be a JSON object', 'routerConfig')
  }
  const given = withoutOldNames(value as Options)
  if (!given.ok) return given
  const notices: string[] = []
  for (const [key, own] of Object.entries(given.value)) {
    const shape = Object.hasOwn(SHAPES, key) ? SHAPES[key] : undefined
    const problem = shape === undefined ? null : checkOption(key, shape, own)
    if (problem !== null) return problem
    if (shape === undefined)
      notices.push(`--router-config: unknown key ${key} is ignored${suggestion(key, Object.keys(SHAPES))}`)
    else if (Object.hasOwn(UNREAD, key))
      notices.push(`--router-config: ${key} has no effect on a replay: only a live router reads it`)
  }
  const unfit = RULES.find(rule => !rule.holds({...DEFAULT_ROUTER_CONFIG, ...given.value}))
  if (unfit !== undefined) return fail(`--router-config: ${unfit.message}`, `routerConfig.${unfit.field}`)
  const own = Object.entries(given.value).filter(([key]) => Object.hasOwn(READ, key))
  return ok({config: {...DEFAULT_ROUTER_CONFIG, ...Object.fromEntries(own)}, notices})
}

type Options = Readonly<Record<string, unknown>>

const SHAPES: Readonly<Record<string, FieldShape>> = {...READ, ...UNREAD}

/** What must hold between options, each being right by itself. */
const RULES: readonly {
  readonly field: string
  readonly message: string
  readonly holds: (options: Options) => boolean
}[] = [
  {
    field: 'router_prefill_load_model',
    message: 'router_prefill_load_model requires router_track_prefill_tokens=true',
    holds: options =>
      options.router_prefill_load_model !== 'aic' || options.router_track_prefill_tokens === true,
  },
  {
    field: 'router_prefill_load_model',
    message: "router_prefill_load_model currently requires router_queue_policy='fcfs'",
    holds: options => options.router_prefill_load_model !== 'aic' || options.router_queue_policy === 'fcfs',
  },
  {
    field: 'router_track_active_blocks',
    message: 'router_track_output_blocks requires router_track_active_blocks=true',
    holds: options =>
      options.router_track_output_blocks !== true || options.router_track_active_blocks === true,
  },
  {
    field: 'durable_kv_events',
    message: 'durable_kv_events requires use_kv_events=true',
    holds: options => options.durable_kv_events !== true || options.use_kv_events !== false,
  },
  {
    field: 'use_remote_indexer',
    message: 'use_remote_indexer and serve_indexer are mutually exclusive',
    holds: options => options.use_remote_indexer !== true || options.serve_indexer !== true,
  },
]

/**
 * Options under the names they have today. The deprecated weight takes the place of the prefill load's scale, and 0
 * switches the credit for overlap off; runs saved by earlier versions of ours say null for no prefill-load model.
 */
function withoutOldNames({[WEIGHT]: weight, ...given}: Options): Result<Options> {
  const model = given.router_prefill_load_model === null ? {router_prefill_load_model: 'none'} : {}
  if (weight === undefined || weight === null) return ok({...given, ...model})
  const problem = checkOption(WEIGHT, WEIGHT_SHAPE, weight)
  if (problem !== null) return problem
  const credit = weight === 0 ? {overlap_score_credit: 0} : {}
  return ok({...given, ...model, prefill_load_scale: weight, ...credit})
}

function checkOption(key: string, shape: FieldShape, value: unknown): ReturnType<typeof fail> | null {
  const checked = checkField(shape, value)
  if (checked.kind === 'ok') return null
  const wrong = checked.kind === 'wrong-type' ? `must be ${checked.expected}` : checked.message
  const got = checked.kind === 'wrong-type' ? `, got ${JSON.stringify(value)}` : ''
  return fail(`--router-config: ${key} ${wrong}${got}${hintOf(key, value)}`, `routerConfig.${key}`)
}

/** The reference's advice, for what is easily meant. */
function hintOf(key: string, value: unknown): string {
  if (key !== 'overlap_score_credit' || typeof value !== 'number' || value <= 1) return ''
  return '; to weigh prompts more heavily raise prefill_load_scale, which is applied after the credit'
}
