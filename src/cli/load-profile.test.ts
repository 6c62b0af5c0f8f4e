import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {strToU8, zipSync} from 'fflate'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {createProfileModel} from '../perf/profile.ts'
import {loadProfile} from './load-profile.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'profile-'))
})
afterEach(() => rmSync(folder, {recursive: true}))

/** Points on a plane that both regressions can hit: 2 ms + 0.01 ms a token; 1 ms + 0.5 ms a request + 0.1 µs a KV token. */
const ISL = [100, 500, 1000, 4000]
const USAGE = [0.1, 0.1, 0.5, 0.5, 0.9, 0.9]
const CONTEXT = [500, 4000, 500, 4000, 500, 4000]
const ITL = USAGE.map((usage, i) => {
  const kvTokens = Math.round(usage * 200_000)
  return 1 + 0.5 * Math.max(1, Math.round(kvTokens / CONTEXT[i]!)) + 1e-4 * kvTokens
})
const PREFILL = {prefill_isl: ISL, prefill_ttft: ISL.map(isl => 2 + 0.01 * isl)}
const DECODE = {x_kv_usage: USAGE, y_context_length: CONTEXT, z_itl: ITL, max_kv_tokens: 200_000}

function writeJson(prefill: object = PREFILL, decode: object = DECODE) {
  writeFileSync(join(folder, 'prefill_raw_data.json'), JSON.stringify(prefill))
  writeFileSync(join(folder, 'decode_raw_data.json'), JSON.stringify(decode))
}

function npy(
  descr: string,
  values: readonly number[],
  {isFortran = false, shape = `${values.length},`} = {},
): Uint8Array {
  const header = `${`{'descr': '${descr}', 'fortran_order': ${isFortran ? 'True' : 'False'}, 'shape': (${shape}), }`.padEnd(
    117,
  )}\n`
  const bytes = new Uint8Array(10 + header.length + values.length * 8)
  bytes.set([0x93, ...strToU8('NUMPY'), 1, 0, header.length, 0])
  bytes.set(strToU8(header), 10)
  const view = new DataView(bytes.buffer, 10 + header.length)
  values.forEach((value, i) => {
    if (descr.endsWith('i8')) view.setBigInt64(i * 8, BigInt(value), descr.startsWith('<'))
    else view.setFloat64(i * 8, value, descr.startsWith('<'))
  })
  return bytes
}

function messageOf(path: string): string {
  const loaded = loadProfile(path)
  return loaded.ok ? 'loaded' : loaded.error.message
}

function expectPlane(path: string) {
  const table = loadProfile(path)
  if (!table.ok) throw new Error(table.error.message)
  const model = createProfileModel(table.value)
  expect(model.prefillMs(1, 1000, 0)).toBeCloseTo(12, 6)
  // At the corner of the table, where nothing is interpolated: 180,000 KV tokens in contexts of 4,000.
  expect(model.decodeMs(45, 180_000, 4000, 0)).toBeCloseTo(1 + 0.5 * 45 + 18, 6)
}

describe('a folder of the profiler’s results', () => {
  test('as JSON', () => {
    writeJson()
    expectPlane(folder)
  })

  test('as NPZ, in any numbers and byte order', () => {
    const arrays = {prefill: PREFILL, decode: {...DECODE, max_kv_tokens: [200_000]}}
    for (const [half, lists] of Object.entries(arrays)) {
      const inner = join(folder, `selected_${half}_interpolation`)
      mkdirSync(inner)
      const entries = Object.entries(lists).map(([name, values]) => {
        const descr = name === 'max_kv_tokens' || name === 'prefill_isl' ? '<i8' : '>f8'
        return [`${name}.npy`, npy(descr, values)] as const
      })
      writeFileSync(join(inner, 'raw_data.npz'), zipSync(Object.fromEntries(entries)))
    }
    expectPlane(folder)
    expect(messageOf(join(folder, 'selected_prefill_interpolation', 'raw_data.npz'))).toMatch(
      /give the folder/,
    )
  })

  test('refused in one sentence where something is missing or cannot be', () => {
    expect(messageOf(folder)).toMatch(/without the prefill results of a profiler/)
    writeJson({prefill_isl: ISL, prefill_ttft: [1]})
    expect(messageOf(folder)).toMatch(/its arrays differ in length/)
    writeJson({...PREFILL, prefill_ttft: [4, 3, 2, 1]})
    expect(messageOf(folder)).toMatch(/prefill times fall with the length/)
    writeJson({...PREFILL, prefill_ttft: 'fast'})
    expect(messageOf(folder)).toMatch(/prefill_ttft is not a list of numbers/)
    writeJson({prefill_isl: [], prefill_ttft: []})
    expect(messageOf(folder)).toMatch(/no prefill point/)
  })
})

test('a profile in Fortran order says what it says in C order', () => {
  const axis = npy('<f8', [1, 2])
  const profile = (itl: Uint8Array) => {
    const path = join(folder, 'profile.npz')
    const [prefill_isl, prefill_ttft_ms, decode_active_kv_tokens, decode_context_length] = Array(4).fill(axis)
    const arrays = {
      prefill_isl,
      prefill_ttft_ms,
      decode_active_kv_tokens,
      decode_context_length,
      decode_itl: itl,
    }
    writeFileSync(
      path,
      zipSync(Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes]))),
    )
    return loadProfile(path)
  }
  const rows = profile(npy('<f8', [1, 2, 3, 4], {shape: '2, 2'}))
  expect(rows.ok).toBe(true)
  expect(profile(npy('<f8', [1, 3, 2, 4], {shape: '2, 2', isFortran: true}))).toEqual(rows)
  expect(messageOf(join(folder, 'gone.npz'))).toMatch(/cannot read/)
})

test('one half of the results is told to be one', () => {
  writeJson()
  const half = loadProfile(join(folder, 'decode_raw_data.json'))
  expect(half.ok ? '' : half.error.message).toContain('give the folder that holds both')
})
