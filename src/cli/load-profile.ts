import {existsSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {parseJson} from '../config/command-line/flags.ts'
import {isObject} from '../core/is-object.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {type ProfileTable, parseNpz, parseProfileNpz} from '../perf/profile.ts'
import {profileFromResults} from '../run/profile-from-results.ts'
import {fileErrorReason} from './file-errors.ts'

const FIELD = 'planner_profile_data'

/**
 * Pass times of `planner_profile_data`: an NPZ profile, or a folder of the profiler's results, which becomes one. The
 * reference falls back to the polynomial when it cannot read them; we say so instead.
 */
export function loadProfile(path: string): Result<ProfileTable> {
  const table = isFolder(path) ? profileOfFolder(path) : profileOfFile(path)
  return table.ok ? table : fail(`${FIELD}: ${table.error.message}`, FIELD)
}

function isFolder(path: string): boolean {
  return statSync(path, {throwIfNoEntry: false})?.isDirectory() ?? false
}

/** One half of a profiler's results. */
const HALF = /(^|[/\\])(raw_data\.npz|(prefill|decode)_raw_data\.json)$/

function profileOfFile(path: string): Result<ProfileTable> {
  const bytes = read(path)
  if (!bytes.ok) return bytes
  const table = parseProfileNpz(bytes.value, path)
  if (table.ok || !HALF.test(path)) return table
  return fail(`${path} is one half of a profiler's results: give the folder that holds both`)
}

function read(path: string): Result<Uint8Array> {
  try {
    return ok(readFileSync(path))
  } catch (error) {
    return fail(`cannot read ${path}: ${fileErrorReason(error)}`)
  }
}

const PREFILL = ['prefill_isl', 'prefill_ttft']
const DECODE = ['x_kv_usage', 'y_context_length', 'z_itl', 'max_kv_tokens']

function profileOfFolder(folder: string): Result<ProfileTable> {
  const prefill = pointsIn(folder, 'prefill', PREFILL)
  if (!prefill.ok) return prefill
  const decode = pointsIn(folder, 'decode', DECODE)
  if (!decode.ok) return decode
  const [prefillIsl, prefillTtftMs] = prefill.value
  const [kvUsage, contextLength, itlMs, maxKvTokens] = decode.value
  const table = profileFromResults({
    prefillIsl: prefillIsl!,
    prefillTtftMs: prefillTtftMs!,
    kvUsage: kvUsage!,
    contextLength: contextLength!,
    itlMs: itlMs!,
    maxKvTokens: Math.trunc(maxKvTokens![0] ?? Number.NaN),
  })
  return table.ok ? table : fail(`${folder}: ${table.error.message}`)
}

/** Files a profile is read from: itself, or the two halves of a profiler's results. */
export function profileFiles(path: string): Result<readonly string[]> {
  if (!isFolder(path)) return ok([path])
  const prefill = halfOf(path, 'prefill')
  if (!prefill.ok) return prefill
  const decode = halfOf(path, 'decode')
  return decode.ok ? ok([prefill.value, decode.value]) : decode
}

function halfOf(folder: string, half: 'prefill' | 'decode'): Result<string> {
  const npz = join(folder, `selected_${half}_interpolation`, 'raw_data.npz')
  const json = join(folder, `${half}_raw_data.json`)
  const path = [npz, json].find(existsSync)
  return path === undefined
    ? fail(`${folder} is a folder without the ${half} results of a profiler (${npz} or ${json})`)
    : ok(path)
}

/** The named arrays of one half of the results, all of one length but for single values; the NPZ comes before the JSON. */
function pointsIn(
  folder: string,
  half: 'prefill' | 'decode',
  names: readonly string[],
): Result<ArrayLike<number>[]> {
  const found = halfOf(folder, half)
  if (!found.ok) return found
  const path = found.value
  const bytes = read(path)
  if (!bytes.ok) return bytes
  const arrays = path.endsWith('.npz')
    ? fromNpz(bytes.value, path, names)
    : fromJson(bytes.value, path, names)
  if (!arrays.ok) return arrays
  const points = arrays.value.slice(0, half === 'prefill' ? 2 : 3)
  if (points.some(({length}) => length !== points[0]!.length))
    return fail(`${path}: its arrays differ in length`)
  return arrays
}

function fromNpz(bytes: Uint8Array, path: string, names: readonly string[]): Result<ArrayLike<number>[]> {
  const arrays = parseNpz(bytes, path, names)
  return arrays.ok ? ok(names.map(name => arrays.value.get(name)!.values)) : arrays
}

function fromJson(bytes: Uint8Array, path: string, names: readonly string[]): Result<ArrayLike<number>[]> {
  const parsed = parseJson(new TextDecoder().decode(bytes))
  if (!parsed.ok) return fail(`${path}: ${parsed.error.message}`)
  const arrays: ArrayLike<number>[] = []
  for (const name of names) {
    const value = isObject(parsed.value) ? parsed.value[name] : undefined
    const list = typeof value === 'number' ? [value] : value
    if (!Array.isArray(list) || !list.every(item => typeof item === 'number'))
      return fail(`${path}: ${name} is not a list of numbers`)
    arrays.push(list)
  }
  return ok(arrays)
}
