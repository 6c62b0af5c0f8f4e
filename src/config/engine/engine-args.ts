import {suggestion} from '../../core/nearest-key.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {checkField, type FieldCheck, quoted} from '../field.ts'
import type {EngineArgs, EngineType, SglangArgs, WorkerType} from '../scenario.ts'
import {ENGINE_FIELDS, type EngineField, INERT_ENGINE_KEYS, SGLANG_FIELDS} from './engine-fields.ts'

/** Tokens per KV block where nobody says; a scheduler that is changed takes its own with it. */
export const DEFAULT_BLOCK_SIZES = {vllm: 64, sglang: 1, trtllm: 32} as const

export interface ParsedEngineArgs {
  readonly args: EngineArgs
  /** What the reference forgives in silence: ignored values and keys without effect. */
  readonly notices: readonly string[]
}

export interface EngineArgsOptions {
  /** Where the value came from, for messages: `--extra-engine-args`, or a pool's name in a form. */
  readonly flag: string
  /** Type of the pool, if the value does not say. */
  readonly workerType?: WorkerType
}

/** What the reference uses without engine args. */
export function defaultEngineArgs(workerType: WorkerType = 'aggregated'): EngineArgs {
  const entries = ENGINE_FIELDS.map(field => [field.key, field.default])
  return {...Object.fromEntries(entries), worker_type: workerType, sglang: null} as EngineArgs
}

/**
 * Engine args from parsed JSON, as lenient and as strict as the reference (engine.md 3): a known key with a value
 * of the wrong type keeps its default (we say so), an unknown key and a value out of range are errors.
 */
export function parseEngineArgs(value: unknown, options: EngineArgsOptions): Result<ParsedEngineArgs> {
  const {flag} = options
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail(`${flag}: engine-args must be a JSON object, got ${quoted(value)}`)
  const raw = new Map<string, unknown>(Object.entries(value))
  const workerType = readWorkerType(raw, options)
  if (!workerType.ok) return workerType
  const unknown = unknownKeys(raw, flag)
  if (unknown !== null) return unknown
  const notices: string[] = []
  const engineType = readEngineType(raw, flag)
  if (!engineType.ok) return engineType
  const sglang = readSglang(raw, {flag, engineType: engineType.value})
  if (!sglang.ok) return sglang
  if (raw.get('block_size') === 0) raw.delete('block_size')
  const fields = readFields(raw, flag, notices)
  if (!fields.ok) return fields
  noteInertKeys(raw, flag, notices)
  const args = {...fields.value, worker_type: workerType.value, sglang: sglang.value} as EngineArgs
  const normalised = normaliseBlockSize(args, flag, givesBlockSize(raw))
  return normalised.ok ? ok({args: normalised.value, notices}) : normalised
}

function readWorkerType(raw: Map<string, unknown>, options: EngineArgsOptions): Result<WorkerType> {
  const {flag} = options
  const given = raw.get('worker_type') ?? null
  const spelledOut = raw.has('is_prefill') || raw.has('is_decode')
  if (given !== null) {
    if (spelledOut)
      return fail(`${flag}: worker_type cannot be combined with is_prefill or is_decode`, 'worker_type')
    if (given === 'aggregated' || given === 'prefill' || given === 'decode') return ok(given)
    const message = `${flag}: worker_type must be one of 'aggregated', 'prefill', or 'decode', got ${quoted(given)}`
    return fail(message, 'worker_type')
  }
  const isPrefill = raw.get('is_prefill') === true
  const isDecode = raw.get('is_decode') === true
  if (isPrefill && isDecode)
    return fail(
      `${flag}: Invalid worker configuration: is_prefill and is_decode cannot both be true`,
      'is_prefill',
    )
  if (isPrefill) return ok('prefill')
  if (isDecode) return ok('decode')
  return ok(options.workerType ?? 'aggregated')
}

const FIELD_KEYS: ReadonlySet<string> = new Set(ENGINE_FIELDS.map(field => field.key))
const OTHER_KEYS: ReadonlySet<string> = new Set(['worker_type', 'is_prefill', 'is_decode', 'sglang'])
const ALL_KEYS: ReadonlySet<string> = new Set([...FIELD_KEYS, ...OTHER_KEYS, ...INERT_ENGINE_KEYS])

function unknownKeys(raw: Map<string, unknown>, flag: string) {
  const unknown = [...raw.keys()].filter(key => !ALL_KEYS.has(key))
  if (unknown.length === 0) return null
  if (unknown.includes('engine'))
    return fail(
      `${flag}: Invalid arguments found in JSON file: engine (1.6.1 writes engine args so; --dynamo 1.6.1 reads them)`,
      'engine',
    )
  const named = unknown
    .slice(0, 5)
    .map(key => `${key.slice(0, 60)}${suggestion(key, ALL_KEYS)}`)
    .join(', ')
  const more = unknown.length > 5 ? ` and ${unknown.length - 5} more` : ''
  return fail(`${flag}: Invalid arguments found in JSON file: ${named}${more}`, unknown[0])
}

function readEngineType(raw: Map<string, unknown>, flag: string): Result<EngineType> {
  const given = raw.get('engine_type')
  if (typeof given !== 'string' || given === 'vllm') return ok('vllm')
  if (given === 'sglang') return ok('sglang')
  const message = `${flag}: Invalid engine_type '${given.slice(0, 60)}'. Must be 'vllm' or 'sglang'.`
  return fail(message, 'engine_type')
}

/** Checks and fills every field of the table; wrong types fall back to the default with a notice. */
function readFields(
  raw: Map<string, unknown>,
  flag: string,
  notices: string[],
): Result<Record<string, unknown>> {
  const values: Record<string, unknown> = {}
  const outOfRange: string[] = []
  let firstField: string | undefined
  for (const field of ENGINE_FIELDS) {
    values[field.key] = field.default
    const given = raw.get(field.key)
    if (given === undefined) continue
    const check = checkField(field, given)
    if (check.kind === 'ok') values[field.key] = check.value
    else if (isForgiven(field, check, given)) {
      if (given !== null) notices.push(forgivenNotice(flag, field, given))
    } else {
      firstField ??= field.key
      outOfRange.push(
        `${field.key} ${check.kind === 'out-of-range' ? check.message : `must be ${check.expected}`}`,
      )
    }
  }
  if (outOfRange.length > 0)
    return fail(`${flag}: Failed to validate MockEngineArgs: ${outOfRange.join('; ')}`, firstField)
  return ok(values)
}

/**
 * A wrong JSON type, or a negative number where a count is wanted, leaves the default in place. Profile data is
 * the exception: the reference's command line opens it as a path before its lenient reader sees it.
 */
function isForgiven(field: EngineField, check: FieldCheck, given: unknown): boolean {
  if (field.type === 'integer' && typeof given === 'number' && given < 0) return true
  if (check.kind !== 'wrong-type') return false
  return given === null || field.key !== 'planner_profile_data'
}

function forgivenNotice(flag: string, field: EngineField, given: unknown): string {
  const kept = field.default === null ? 'it stays unset' : `the default ${field.default} is kept`
  const wanted = field.type === 'integer' ? 'a whole number >= 0' : TYPE_WORDS[field.type]
  return `${flag}: ${field.key} ${quoted(given)} is ignored as by the reference (not ${wanted}); ${kept}`
}

const TYPE_WORDS = {
  number: 'a number',
  boolean: 'true or false',
  choice: 'a string',
  text: 'a string',
} as const

function noteInertKeys(raw: Map<string, unknown>, flag: string, notices: string[]): void {
  for (const key of raw.keys())
    if (INERT_ENGINE_KEYS.has(key)) notices.push(`${flag}: ${key} has no effect on an offline replay`)
}

/**
 * SGLang options. The reference checks their types (a wrong one is an error here, unlike above) but of the values
 * only a page size of 0; we check the others too where the engine uses them, since a zero would stall it.
 */
function readSglang(
  raw: Map<string, unknown>,
  {flag, engineType}: {flag: string; engineType: EngineType},
): Result<SglangArgs | null> {
  const given = raw.get('sglang') ?? null
  if (given === null) return ok(null)
  if (typeof given !== 'object' || Array.isArray(given))
    return fail(
      `${flag}: Failed to parse sglang config: sglang must be an object, got ${quoted(given)}`,
      'sglang',
    )
  const own = new Map<string, unknown>(Object.entries(given))
  const values: Record<string, unknown> = {}
  for (const field of SGLANG_FIELDS) {
    const entry = own.get(field.key) ?? null
    const check = checkField(field, entry)
    values[field.key] = entry
    if (check.kind === 'ok' || (check.kind === 'out-of-range' && engineType === 'vllm')) continue
    const problem =
      check.kind === 'wrong-type' ? `must be ${check.expected}, got ${quoted(entry)}` : check.message
    return fail(
      `${flag}: Failed to parse sglang config: sglang.${field.key} ${problem}`,
      `sglang.${field.key}`,
    )
  }
  const isEmpty = Object.values(values).every(entry => entry === null)
  return ok(isEmpty ? null : (values as unknown as SglangArgs))
}

/** 0 means the engine's default, and a value the reader forgave counts as not given. */
function givesBlockSize(raw: Map<string, unknown>): boolean {
  const given = raw.get('block_size')
  return typeof given === 'number' && Number.isInteger(given) && given > 0
}

/** The block size an engine really uses: its own default where none is given (engine.md 3.1, 3.2). */
function normaliseBlockSize(args: EngineArgs, flag: string, isGiven: boolean): Result<EngineArgs> {
  if (args.engine_type === 'sglang') return normaliseSglang(args, flag, isGiven)
  const size = args.block_size
  const isUsable = size >= 2 && size <= 1024 && (size & (size - 1)) === 0
  if (isUsable) return ok(args)
  const message = `${flag}: block_size must be a power of two from 2 to 1024 for vllm, got ${size}`
  return fail(message, 'block_size')
}

function normaliseSglang(args: EngineArgs, flag: string, isGiven: boolean): Result<EngineArgs> {
  const page = args.sglang?.page_size ?? null
  const chunk = args.sglang?.chunked_prefill_size ?? null
  if (isGiven && page !== null && page !== args.block_size) {
    const message =
      `${flag}: engine_type=sglang requires block_size and sglang.page_size to match when both are set, ` +
      `got block_size=${args.block_size} and sglang.page_size=${page}`
    return fail(message, 'block_size')
  }
  const size = isGiven ? args.block_size : (page ?? 1)
  if (chunk !== null && chunk % size !== 0) {
    const message =
      `${flag}: engine_type=sglang requires sglang.chunked_prefill_size to be divisible by block_size, ` +
      `got chunked_prefill_size=${chunk} and block_size=${size}`
    return fail(message, 'sglang.chunked_prefill_size')
  }
  return ok({...args, block_size: size})
}
