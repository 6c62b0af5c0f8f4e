import {unzipSync} from 'fflate'
import {fail, ok, type Result} from '../core/result.ts'
import {type NpyArray, type NpyNumbers, parseNpy} from './npy.ts'
import {type PerfModel, shareOutside} from './perf-model.ts'

/** Recorded engine profile, the five arrays of the planner's NPZ file (engine.md 4.4). Times in ms. */
export interface ProfileTable {
  /** Tokens, strictly rising. */
  readonly prefillTokens: Float64Array
  readonly prefillTtftMs: Float64Array
  /** Tokens, strictly rising. */
  readonly decodeKvTokens: Float64Array
  /** Tokens, strictly rising. */
  readonly decodeContext: Float64Array
  /** ITL at [kv][context], row by row. */
  readonly decodeItlMs: Float64Array
}

const PROFILE_ARRAYS = [
  ...['prefill_isl', 'prefill_ttft_ms', 'decode_active_kv_tokens', 'decode_context_length', 'decode_itl'],
]
/** Arrays of one half of a profiler's results. */
const HALVES = ['prefill_ttft', 'z_itl']

/** Reads an NPZ profile. The file is named in every message. */
export function parseProfileNpz(bytes: Uint8Array, fileName: string): Result<ProfileTable> {
  const entries = unzipNpz(bytes, fileName)
  if (!entries.ok) return entries
  if (HALVES.some(name => `${name}.npy` in entries.value))
    return fail(`${fileName} is half of a profiler's results: give the folder that holds prefill and decode`)
  const arrays = arraysOf(entries.value, fileName, {names: PROFILE_ARRAYS, numbers: 'float64'})
  return arrays.ok ? tableFromArrays(arrays.value, fileName) : arrays
}

/** Arrays of an NPZ file by name, of any numbers. The file is named in every message. */
export function parseNpz(
  bytes: Uint8Array,
  fileName: string,
  names: readonly string[],
): Result<ReadonlyMap<string, NpyArray>> {
  const entries = unzipNpz(bytes, fileName)
  return entries.ok ? arraysOf(entries.value, fileName, {names, numbers: 'any'}) : entries
}

function unzipNpz(bytes: Uint8Array, fileName: string): Result<Record<string, Uint8Array>> {
  try {
    return ok(unzipSync(bytes))
  } catch {
    return fail(`${fileName} is not an NPZ file: it cannot be unzipped`)
  }
}

function arraysOf(
  entries: Readonly<Record<string, Uint8Array>>,
  fileName: string,
  wanted: {readonly names: readonly string[]; readonly numbers: NpyNumbers},
): Result<ReadonlyMap<string, NpyArray>> {
  const arrays = new Map<string, NpyArray>()
  for (const name of wanted.names) {
    const entry = entries[`${name}.npy`]
    if (entry === undefined) return fail(`${fileName} has no array ${name}`)
    const array = parseNpy(entry, wanted.numbers)
    if (!array.ok) return fail(`${fileName}: array ${name} ${array.error.message}`)
    arrays.set(name, array.value)
  }
  return ok(arrays)
}

function tableFromArrays(arrays: ReadonlyMap<string, NpyArray>, fileName: string): Result<ProfileTable> {
  for (const name of ['prefill_isl', 'decode_active_kv_tokens', 'decode_context_length']) {
    const axis = arrays.get(name)!
    if (axis.shape.length !== 1 || axis.values.length < 2) {
      return fail(`${fileName}: axis ${name} needs one dimension of at least 2 points`)
    }
    if (!isStrictlyRising(axis.values)) return fail(`${fileName}: axis ${name} must rise strictly`)
  }
  const ttft = arrays.get('prefill_ttft_ms')!
  if (ttft.values.length !== arrays.get('prefill_isl')!.values.length) {
    return fail(`${fileName}: prefill_ttft_ms and prefill_isl differ in length`)
  }
  const itl = arrays.get('decode_itl')!
  const rows = arrays.get('decode_active_kv_tokens')!.values.length
  const columns = arrays.get('decode_context_length')!.values.length
  if (itl.shape.length !== 2 || itl.shape[0] !== rows || itl.shape[1] !== columns) {
    return fail(`${fileName}: decode_itl must have shape ${rows} x ${columns}, has ${itl.shape.join(' x ')}`)
  }
  return ok({
    prefillTokens: arrays.get('prefill_isl')!.values,
    prefillTtftMs: ttft.values,
    decodeKvTokens: arrays.get('decode_active_kv_tokens')!.values,
    decodeContext: arrays.get('decode_context_length')!.values,
    decodeItlMs: itl.values,
  })
}

function isStrictlyRising(values: Float64Array): boolean {
  for (let i = 1; i < values.length; i++) if (!(values[i]! > values[i - 1]!)) return false
  return true
}

/** Linear prefill and bilinear decode interpolation, extrapolated by the end segments (engine.md 4.4). */
export function createProfileModel(table: ProfileTable): PerfModel {
  const columns = table.decodeContext.length
  const tally = {asked: 0, outside: 0}
  return {
    timing: 'profile',
    tally,
    prefillMs(batchSize, newTokens) {
      const tokens = batchSize * newTokens
      tally.asked++
      if (isOutside(table.prefillTokens, tokens)) tally.outside++
      const i = segment(table.prefillTokens, tokens)
      return interpolate(
        table.prefillTokens[i]!,
        table.prefillTtftMs[i]!,
        table.prefillTokens[i + 1]!,
        table.prefillTtftMs[i + 1]!,
        tokens,
      )
    },
    decodeMs(_batchSize, activeKvTokens, context) {
      tally.asked++
      if (isOutside(table.decodeKvTokens, activeKvTokens) || isOutside(table.decodeContext, context))
        tally.outside++
      const kv = segment(table.decodeKvTokens, activeKvTokens)
      const c = segment(table.decodeContext, context)
      const kvLow = table.decodeKvTokens[kv]!
      const kvHigh = table.decodeKvTokens[kv + 1]!
      const at = (row: number, column: number) => table.decodeItlMs[row * columns + column]!
      const low = interpolate(kvLow, at(kv, c), kvHigh, at(kv + 1, c), activeKvTokens)
      const high = interpolate(kvLow, at(kv, c + 1), kvHigh, at(kv + 1, c + 1), activeKvTokens)
      return interpolate(table.decodeContext[c]!, low, table.decodeContext[c + 1]!, high, context)
    },
    outsideShare: () => shareOutside(tally),
  }
}

function interpolate(x1: number, y1: number, x2: number, y2: number, x: number): number {
  return ((y2 - y1) / (x2 - x1)) * (x - x1) + y1
}

/** Index of the segment to use: the first below the axis, the last above it, else the one with xs[i] <= x < xs[i+1]. */
function segment(xs: Float64Array, x: number): number {
  const last = xs.length - 1
  if (x <= xs[0]!) return 0
  if (x >= xs[last]!) return last - 1
  let low = 0
  let high = last
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (xs[middle]! <= x) low = middle
    else high = middle
  }
  return low
}

function isOutside(xs: Float64Array, x: number): boolean {
  return x < xs[0]! || x > xs[xs.length - 1]!
}
