import fc from 'fast-check'
import {strToU8} from 'fflate'
import {describe, expect, it} from 'vitest'
import {FUZZ} from '../../../../test/support/fuzz.ts'
import type {Release} from '../../../config/release.ts'
import type {TraceSelection} from '../../../config/trace-options.ts'
import {toWorkload} from '../../parsed-trace.ts'
import {detectFormat} from '../detect-format.ts'
import {parseTrace} from '../parse-trace.ts'

const HEADER = JSON.stringify({
  schema: 'dynamo.agentic_mooncake',
  version: 2,
  block_size: 512,
  hash_id_scope: 'local',
  source: {format: 'made', digest: 'x'},
})

type Row = Readonly<Record<string, unknown>>

/** A root, two sub-agents of which one waits for a tool, and what joins them. */
const BRANCHES: readonly Row[] = [
  {request_id: 'r1', session_id: 'root', timestamp: 40, input_length: 1000, hash_ids: [1, 2]},
  {request_id: 'c1', session_id: 'sub1', wait_for: ['r1'], delay: 100, tool_wait_ms: 2000, hash_ids: [1, 3]},
  {request_id: 'c2', session_id: 'sub2', wait_for: ['r1'], delay_ms: 100, hash_ids: [1, 4]},
  {request_id: 'r2', session_id: 'root', wait_for: ['r1', 'c1', 'c2'], hash_ids: [1, 2]},
].map(row => ({input_length: 900, output_length: 5, ...row}))

/** The same below a header. */
const DECLARED: readonly Row[] = BRANCHES.map(row => {
  const {
    wait_for = [],
    delay,
    delay_ms,
    tool_wait_ms = 0,
    timestamp = 0,
    ...rest
  } = row as {
    readonly wait_for?: readonly string[]
    readonly [key: string]: unknown
  }
  const delayMs = Number(delay ?? delay_ms ?? 0) + Number(tool_wait_ms)
  const dependencies = wait_for.map(request_id => ({
    request_id,
    trigger: 'completion',
    delay_ms: delayMs,
    relation: wait_for.length > 1 ? 'join' : 'sequence',
  }))
  return {...rest, play_id: 'p', model: 'm', not_before_ms: timestamp, dependencies}
})

const lines = (rows: readonly Row[], ...before: string[]) =>
  [...before, ...rows.map(row => JSON.stringify(row))].join('\n')

function parse(text: string, release: Release = '1.6.1') {
  const parsed = parseTrace(text, 'f', {release})
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

function problem(text: string, release: Release = '1.6.1'): string {
  const parsed = parseTrace(text, 'f', {release})
  return parsed.ok ? '' : parsed.error.message
}

function workload(text: string, traceSelection: TraceSelection = {}) {
  const made = toWorkload(parse(text), {
    traceBlockSize: 512,
    arrivalSpeedupRatio: 2,
    release: '1.6.1',
    traceSelection,
  })
  if (!made.ok) throw new Error(made.error.message)
  return made.value
}

describe('agentic Mooncake', () => {
  it('is told from its rows and from its header', () => {
    expect(detectFormat(strToU8(lines(BRANCHES))).format).toBe('agentic_mooncake')
    expect(detectFormat(strToU8(lines(DECLARED, HEADER))).format).toBe('agentic_mooncake')
    expect(parse(lines(BRANCHES)).format).toBe('agentic_mooncake')
  })

  it('means the same with and without header', () => {
    const {graph, ...plain} = parse(lines(BRANCHES))
    const {graph: declared, ...below} = parse(lines(DECLARED, HEADER))
    expect(graph).toEqual(declared)
    expect(plain.hashIds).toEqual(below.hashIds)
    expect([plain.traceBlockSize, below.traceBlockSize]).toEqual([null, 512])
    expect([plain.notices.length, below.notices.length]).toEqual([2, 1])
    expect(graph).toMatchObject({playCount: 1, waits: Int32Array.of(0, 1, 1, 3)})
  })

  it('speeds up delays and starts, counted from the earliest of all', () => {
    const {graph, arrivalMs, releaseOrder} = workload(lines(BRANCHES))
    expect([...releaseOrder]).toEqual([0])
    // Rows that wait start at 0, from which all is counted.
    expect([...arrivalMs]).toEqual([20, Number.NaN, Number.NaN, Number.NaN])
    expect([...graph!.edgeDelayMs]).toEqual([1050, 50, 0, 0, 0])
  })

  it('keeps plays whole, and of a request that is too long nothing that waits for it', () => {
    const other = BRANCHES.map(row => ({
      ...row,
      request_id: `o-${row.request_id}`,
      ...(row.wait_for === undefined
        ? {timestamp: 5000}
        : {wait_for: (row.wait_for as readonly string[]).map(id => `o-${id}`)}),
      ...(row.request_id === 'c1' ? {input_length: 1500, hash_ids: [1, 3, 9]} : {}),
    }))
    const both = lines([...BRANCHES, ...other])
    expect(workload(both).requestCount).toBe(8)
    expect(workload(both, {limit: 7}).requestCount).toBe(4)
    expect(workload(both, {startS: 4}).requestCount).toBe(4)
    expect(workload(both, {endS: 4}).graph?.playCount).toBe(1)
    const short = workload(both, {maxInput: 1000})
    expect([short.requestCount, short.graph?.waits.length]).toEqual([6, 6])
    expect(() => workload(both, {limit: 3})).toThrow('no play is left')
  })

  it.each([
    ['duplicates request_id r1', [{}, {}]],
    ['waits for x, which is not in the file', [{wait_for: ['x']}]],
    ['waits for itself (r1)', [{wait_for: ['r1']}]],
    [
      'in a circle, directly or through others: r1, r2',
      [{wait_for: ['r2']}, {request_id: 'r2', wait_for: ['r1']}],
    ],
    ['sets both delay and delay_ms', [{wait_for: ['r2'], delay: 1, delay_ms: 2}, {request_id: 'r2'}]],
    ['has tool_wait_ms -1', [{wait_for: ['r2'], tool_wait_ms: -1}, {request_id: 'r2'}]],
    ['is missing hash_ids', [{wait_for: ['r2'], hash_ids: []}, {request_id: 'r2'}]],
    ['needs an input_length', [{wait_for: ['r2'], input_length: 0}, {request_id: 'r2'}]],
  ])('says of a line that it %s', (sentence, rows) => {
    const all = rows.map(row => ({
      request_id: 'r1',
      input_length: 9,
      output_length: 5,
      hash_ids: [1],
      ...row,
    }))
    const parsed = parseTrace(lines(all), 'f', {release: '1.6.1', format: 'agentic_mooncake'})
    expect(parsed.ok ? '' : parsed.error.message).toContain(sentence)
  })

  it('asks for as many hash ids as there are blocks', () => {
    const short = [{request_id: 'r1', input_length: 1025, output_length: 5, hash_ids: [1, 2], wait_for: []}]
    expect(() => workload(lines(short))).toThrow(
      'f: trace line 1 has input_length 1025, which is 3 blocks of 512 tokens, and 2 hash_ids',
    )
  })

  it('is plain Mooncake to 1.2.1, which cannot read a header', () => {
    const chain = BRANCHES.filter(({session_id}) => session_id === 'root')
    const parsed = parse(lines(chain), '1.2.1')
    expect([parsed.format, parsed.graph]).toEqual(['mooncake', undefined])
    expect(parsed.notices[0]).toContain('under 1.6.1 the trace format agentic_mooncake simulates the waits')
    expect(problem(lines(BRANCHES), '1.2.1')).toContain('which 1.2.1 does not know')
    expect(problem(lines(DECLARED, HEADER), '1.2.1')).toBe(
      'f: its first line names dynamo.agentic_mooncake: such a trace is simulated under 1.6.1 alone (--dynamo 1.6.1)',
    )
  })

  it('gives a result for any rows of its keys', () => {
    const id = fc.constantFrom('a', 'b', 'c', '')
    const other = {weight: 1, arbitrary: fc.jsonValue()}
    const mostly = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof({weight: 19, arbitrary}, other)
    const ms = mostly(fc.nat(5000))
    const wait = fc.record(
      {
        request_id: id,
        trigger: fc.constantFrom('dispatch', 'completion', 'x'),
        relation: fc.constantFrom('sequence', 'spawn', 'join'),
        delay_ms: ms,
      },
      {requiredKeys: []},
    )
    const row = fc.record(
      {
        request_id: id,
        session_id: id,
        play_id: id,
        timestamp: ms,
        delay: ms,
        tool_wait_ms: ms,
        not_before_ms: ms,
        input_length: mostly(fc.integer({min: 1, max: 2000})),
        output_length: mostly(fc.nat(20)),
        hash_ids: mostly(fc.array(fc.nat(9), {minLength: 1, maxLength: 3})),
        wait_for: mostly(fc.array(id, {maxLength: 1})),
        dependencies: mostly(fc.array(wait, {maxLength: 2})),
      },
      {requiredKeys: ['request_id', 'input_length', 'output_length', 'hash_ids']},
    )
    let read = 0
    fc.assert(
      fc.property(fc.boolean(), fc.array(row, {maxLength: 4}), (hasHeader, rows) => {
        const text = lines(rows, ...(hasHeader ? [HEADER] : []))
        const parsed = parseTrace(text, 'f', {release: '1.6.1', format: 'agentic_mooncake'})
        if (parsed.ok) read++
        expect(parsed.ok || parsed.error.message.length > 0).toBe(true)
      }),
      FUZZ,
    )
    expect(read).toBeGreaterThan(FUZZ.numRuns / 100)
  })
})
