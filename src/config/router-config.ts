import {fail, ok, type Result} from '../core/result.ts'
import {suggestion} from './nearest-key.ts'
import type {RouterConfig} from './scenario.ts'

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
  router_prefill_load_model: null,
}

export const ROUTER_QUEUE_POLICIES = ['fcfs', 'lcfs', 'wspt'] as const

const NUMBERS = ['overlap_score_credit', 'prefill_load_scale', 'router_temperature'] as const
const SWITCHES = [
  'router_track_active_blocks',
  'router_track_prefill_tokens',
  'router_assume_kv_reuse',
] as const

export interface ParsedRouterConfig {
  readonly config: RouterConfig
  readonly notices: readonly string[]
}

/** Reads `--router-config`. The reference ignores unknown keys; so do we, and say so. */
export function parseRouterConfig(value: unknown): Result<ParsedRouterConfig> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fail('--router-config must be a JSON object', 'routerConfig')
  }
  const given = value as Readonly<Record<string, unknown>>
  const config: {-readonly [K in keyof RouterConfig]: RouterConfig[K]} = {...DEFAULT_ROUTER_CONFIG}
  const problem = readWeight(given, config) ?? readNumbers(given, config) ?? readOthers(given, config)
  if (problem !== null) return problem
  const known = [...Object.keys(DEFAULT_ROUTER_CONFIG), 'overlap_score_weight']
  const notices = Object.keys(given)
    .filter(key => !known.includes(key))
    .map(key => `--router-config: unknown key ${key} is ignored${suggestion(key, known)}`)
  return ok({config, notices})
}

type Mutable = {-readonly [K in keyof RouterConfig]: RouterConfig[K]}
type Problem = ReturnType<typeof fail> | null

/** The deprecated weight scales the prefill load, and 0 switches the credit for overlap off. */
function readWeight(given: Readonly<Record<string, unknown>>, config: Mutable): Problem {
  const weight = given.overlap_score_weight
  if (weight === undefined) return null
  if (!isNumber(weight) || weight < 0) return wrong('overlap_score_weight', 'a number >= 0', weight)
  config.prefill_load_scale = weight
  if (weight === 0) config.overlap_score_credit = 0
  return null
}

function readNumbers(given: Readonly<Record<string, unknown>>, config: Mutable): Problem {
  for (const key of NUMBERS) {
    const value = given[key]
    if (value === undefined) continue
    if (!isNumber(value) || value < 0) return wrong(key, 'a number >= 0', value)
    config[key] = value
  }
  if (config.overlap_score_credit > 1) {
    return wrong('overlap_score_credit', 'a number from 0 to 1', config.overlap_score_credit)
  }
  const threshold = given.router_queue_threshold
  if (threshold === undefined) return null
  if (threshold !== null && (!isNumber(threshold) || threshold < 0)) {
    return wrong('router_queue_threshold', 'a number >= 0 or null', threshold)
  }
  config.router_queue_threshold = threshold
  return null
}

function readOthers(given: Readonly<Record<string, unknown>>, config: Mutable): Problem {
  for (const key of SWITCHES) {
    const value = given[key]
    if (value === undefined) continue
    if (typeof value !== 'boolean') return wrong(key, 'true or false', value)
    config[key] = value
  }
  const policy = given.router_queue_policy
  if (policy !== undefined) {
    if (!ROUTER_QUEUE_POLICIES.some(known => known === policy)) {
      return wrong('router_queue_policy', ROUTER_QUEUE_POLICIES.join(', '), policy)
    }
    config.router_queue_policy = policy as string
  }
  const model = given.router_prefill_load_model
  if (model !== undefined && model !== null && model !== 'none') {
    return fail(
      `--router-config: router_prefill_load_model '${String(model)}' is not there yet: use none`,
      'routerConfig.router_prefill_load_model',
    )
  }
  return null
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function wrong(key: string, wanted: string, value: unknown): Problem {
  return fail(
    `--router-config: ${key} must be ${wanted}, got ${JSON.stringify(value)}`,
    `routerConfig.${key}`,
  )
}
