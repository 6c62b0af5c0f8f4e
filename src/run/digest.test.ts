import {describe, expect, test} from 'vitest'
import {readGolden, runGolden} from '../../test/support/golden.ts'
import {readGolden16, runGolden16} from '../../test/support/golden16.ts'
import {PROJECT} from '../../test/support/shared.ts'
import {digestParts, withDigest} from './digest.ts'
import type {RunResult} from './run.ts'

const golden = readGolden(`${PROJECT}/test/golden/replay/agg_sglang_sla.json`)
const golden16 = readGolden16(`${PROJECT}/test/golden16/planner/a_both_polynomial.json`)
const RUNS = {
  '1.2.1': {...(await runGolden(golden, `${PROJECT}/static-traces`)), notices: []},
  '1.6.1': {...(await runGolden16(golden16)), notices: []},
} as const

function bytesOf(result: RunResult): Buffer {
  return Buffer.concat(digestParts(result))
}

describe.each(Object.entries<RunResult>(RUNS))('the bytes of a run under %s', (_, result) => {
  const bytes = bytesOf(result)
  const isSame = (change: (copy: RunResult) => RunResult): boolean =>
    bytes.equals(bytesOf(change(structuredClone(result))))

  test('hold nothing of the host or of what was asked for', () => {
    const {planner_replay, ...report} = result.report
    const other = {...report, wall_time_ms: 1e6, processed_tokens_per_s: 7, processed_output_tokens_per_s: 8}
    const asked = {...planner_replay, config: null, version: '9', trace_sha256: 'x', cost: 5}
    const changed = {...result, report: {...other, planner_replay: asked}, notices: ['a note']}
    expect(bytes.equals(bytesOf(changed))).toBe(true)
    expect(bytes.equals(bytesOf(withDigest(changed, 'f'.repeat(64))))).toBe(true)
  })

  const tables = (copy: RunResult): Readonly<Record<string, object>> => {
    const {requests, tokenGaps, loads, requestEvents} = copy.engine
    const {chunks, preemptions} = requestEvents
    return {requests, tokenGaps, loads, chunks, preemptions}
  }
  const columns = Object.entries(tables(result)).flatMap(([table, columns]) =>
    Object.entries(columns).flatMap(([name, column]) =>
      ArrayBuffer.isView(column) && column.byteLength > 0 ? [`${table}.${name}`] : [],
    ),
  )

  test.each(columns)('change with one bit of %s', path => {
    const [table = '', name = ''] = path.split('.')
    const change = (copy: RunResult) => {
      const column = (tables(copy)[table] as Record<string, Uint8Array>)[name]!
      new Uint8Array(column.buffer, column.byteOffset)[0]! ^= 1
      return copy
    }
    expect(isSame(change)).toBe(false)
  })

  test('leave out what a growing column has allocated and not used', () => {
    const {tokenGaps} = result.engine
    const gapMs = new Float64Array(tokenGaps.gapMs.length + 7)
    gapMs.set(tokenGaps.gapMs)
    gapMs[gapMs.length - 1] = 5
    expect(isSame(copy => ({...copy, engine: {...copy.engine, tokenGaps: {...tokenGaps, gapMs}}}))).toBe(true)
  })

  test('change with one gap, one tick and one figure', () => {
    expect(
      isSame(copy => {
        copy.engine.tokenGaps.count[0]!++
        return copy
      }),
    ).toBe(false)
    expect(
      isSame(copy => {
        const tick = copy.scaling!.ticks[3]!
        // What is told of 1.6.1's ticks is in fields of its own.
        const {detail} = tick
        const told = detail.policy === 'dynamo' && detail.release === '1.6.1' ? detail.fields : tick
        Object.assign(told, {active_decode: tick.active_decode + 1})
        return copy
      }),
    ).toBe(false)
    expect(isSame(copy => ({...copy, report: {...copy.report, mean_ttft_ms: 1}}))).toBe(false)
  })

  test('know only one NaN', () => {
    const withNaN = (pattern: number) => (copy: RunResult) => {
      const words = new Uint32Array(copy.engine.requests.firstTokenMs.buffer)
      words[1] = pattern
      expect(copy.engine.requests.firstTokenMs[0]).toBeNaN()
      return copy
    }
    const one = bytesOf(withNaN(0x7ff80000)(structuredClone(result)))
    const other = bytesOf(withNaN(0xfff80000)(structuredClone(result)))
    expect(Buffer.from(one).equals(Buffer.from(other))).toBe(true)
  })
})
