import {describe, expect, it} from 'vitest'
import type {TimeUnit} from '../../config/trace-options.ts'
import {parseTrace} from '../formats/parse-trace.ts'
import type {WorkloadOptions} from '../parsed-trace.ts'
import {readOddities} from './read-oddities.ts'

interface Row {
  readonly timestamp: number
  readonly input_length: number
  readonly output_length: number
  readonly hash_ids: readonly number[]
}

/** Requests of 1,000 tokens, each with two blocks of its own, at the times given. */
function rows(times: readonly number[], own: Partial<Row> = {}): string {
  return times
    .map((timestamp, i) =>
      JSON.stringify({
        timestamp,
        input_length: 1000,
        output_length: 20,
        hash_ids: [2 * i, 2 * i + 1],
        ...own,
      }),
    )
    .join('\n')
}

/** The same as a table of lengths, no two rows alike. */
function table(times: readonly (number | string)[], column = 'timestamp'): string {
  return [
    `${column},input_tokens,output_tokens`,
    ...times.map((at, i) => `${at},${1000 + ((i * 37) % 101)},20`),
  ].join('\n')
}

function diagnose(text: string, options: Partial<WorkloadOptions> = {}) {
  const parsed = parseTrace(text, 'f', options.traceFormat)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return readOddities(parsed.value, {traceBlockSize: 512, arrivalSpeedupRatio: 1, ...options})
}

const kinds = (text: string, options: Partial<WorkloadOptions> = {}) =>
  diagnose(text, options).map(({kind}) => kind)
const find = (text: string, kind: string, options: Partial<WorkloadOptions> = {}) =>
  diagnose(text, options).find(oddity => oddity.kind === kind)

const every = (gapMs: number, count: number) => Array.from({length: count}, (_, i) => i * gapMs)
const inUnit = (unit: TimeUnit): Partial<WorkloadOptions> => ({traceFormat: {columns: {unit}}})

it('has nothing to say of a plain trace, in either unit, replayed faster or as a closed loop', () => {
  const plain = rows(every(500, 40))
  expect(diagnose(plain)).toEqual([])
  expect(diagnose(table(every(0.5, 40)))).toEqual([])
  expect(diagnose(plain, {arrivalSpeedupRatio: 1000})).toEqual([])
  expect(diagnose(plain, {replayConcurrency: 2})).toEqual([])
})

describe('the unit of times', () => {
  it('is asked where requests come too fast for ms', () => {
    const seconds = diagnose(rows(every(1, 20)))[0]
    expect(seconds?.text).toBe(
      '20 requests arrive within 0.019 s, 1.0 ms apart in the median. Mooncake JSONL is read in ms: are these times in seconds?',
    )
    expect(seconds?.cure).toEqual({flag: '--trace-columns', value: 'unit=s'})
    expect(diagnose(rows(every(1, 20)), inUnit('ms'))).toEqual([])
    // A recording of most of a day.
    expect(find(rows(every(1.8, 35_000)), 'time-unit')?.cure?.value).toBe('unit=s')
    expect(kinds(rows(every(5, 15_000)))).not.toContain('time-unit')
  })

  it.each([
    ['ms', every(500, 40), table, 's'],
    ['us', every(500_000, 40), table, 's'],
    ['us', every(500_000, 40), rows, 'ms'],
    ['ns', every(500_000_000, 40), rows, 'ms'],
  ] as const)(
    'is asked where %s are so far apart that nobody scales for them',
    (unit, times, write, read) => {
      const told = find(write(times), 'time-unit')
      expect(told?.cure).toEqual({flag: '--trace-columns', value: `unit=${unit}`})
      expect(told?.text).toContain(`is read in ${read === 's' ? 'seconds' : 'ms'}: are these times in`)
      // Gaps in a wrong unit are not told of; with the right one there is nothing odd.
      expect(kinds(write(times))).not.toContain('idle')
      expect(diagnose(write(times), inUnit(unit))).toEqual([])
    },
  )

  it('says what it goes by', () => {
    expect(find(table(every(500, 40)), 'time-unit')?.text).toBe(
      'Arrivals span 5.42 h, 8.33 min apart in the median. CSV with a header is read in seconds: are these times in ms?',
    )
  })

  it.each([
    ['s', 1_700_000_000, 0.5],
    ['us', 1_700_000_000_000_000, 500_000],
    ['ns', 1_700_000_000_000_000_000, 500_000_000],
  ] as const)('is told by the digits of times since 1970: %s', (unit, start, gap) => {
    const text = rows(every(gap, 12).map(at => start + at))
    expect(find(text, 'time-unit')?.cure?.value).toBe(`unit=${unit}`)
    expect(kinds(text, inUnit(unit))).toEqual([])
  })

  it('is not asked where the file says it', () => {
    expect(diagnose(rows(every(500, 12).map(at => 1_700_000_000_000 + at)))).toEqual([])
    // The third week of a recording in ms.
    expect(diagnose(rows(every(500, 12).map(at => 1_700_000_000 + at)))).toEqual([])
    expect(kinds(table(every(500_000, 40), 'arrival_time_s'))).not.toContain('time-unit')
    const days = every(1, 28).map(day => `2024-02-${String(day + 1).padStart(2, '0')} 00:00:00`)
    expect(kinds(table(days))).toEqual(['idle'])
    const burstGpt = [
      'Timestamp,Request tokens,Response tokens',
      ...every(700, 40).map(at => `${at},100,20`),
    ].join('\n')
    expect(kinds(burstGpt)).not.toContain('time-unit')
  })

  it('is not asked of sessions that begin minutes apart', () => {
    const sessions = every(180_000, 30).flatMap((timestamp, i) => [
      {session_id: `s${i}`, timestamp, input_length: 400, output_length: 20, hash_ids: [i]},
      {session_id: `s${i}`, delay: 1000, input_length: 450, output_length: 20, hash_ids: [i]},
    ])
    expect(kinds(sessions.map(row => JSON.stringify(row)).join('\n'))).not.toContain('time-unit')
  })
})

it('tells prompts cut by a small block size from ids that stand for smaller blocks', () => {
  const cut = diagnose(rows(every(500, 40)), {traceBlockSize: 64})[0]
  expect(cut?.text).toBe(
    '40 of 40 prompts are longer than their hash_ids at 64 tokens each, and are cut to those. Their lengths fit blocks of 512 tokens.',
  )
  expect(cut?.cure).toEqual({flag: '--trace-block-size', value: '512'})
  const ids = Array.from({length: 63}, (_, i) => i)
  const spare = find(rows(every(500, 40), {hash_ids: ids}), 'block-size')
  expect(spare?.cure).toEqual({flag: '--trace-block-size', value: '16'})
  expect(kinds(rows(every(500, 40), {hash_ids: ids}), {traceBlockSize: 16})).not.toContain('block-size')
})

it('sees a grid of timestamps, unless the arrivals are spread already or few come at a time', () => {
  const grid = Array.from({length: 400}, (_, i) => Math.floor(i / 20) * 3000)
  const told = find(rows(grid), 'quantised')
  expect(told?.text).toContain('grid of 3 s, 20 requests at a time')
  expect(told?.cure).toEqual({flag: '--trace-spread-ms', value: '3000'})
  expect(diagnose(rows(grid), {traceSelection: {spreadMs: 3000}})).toEqual([])
  expect(diagnose(rows(every(3000, 40).flatMap(at => [at, at])))).toEqual([])
})

it('sees one burst, where arrivals count', () => {
  expect(kinds(rows(every(0, 20)))).toEqual(['one-burst'])
  expect(diagnose(rows(every(0, 20)), {replayConcurrency: 2})).toEqual([])
  const untimed = rows(every(0, 20)).replaceAll('"timestamp":0,', '')
  expect(diagnose(untimed, {replayConcurrency: 2})).toEqual([])
})

describe('silence', () => {
  const twice = (gapMs: number, first = 20) => [
    ...every(500, first),
    ...every(500, 20).map(at => at + 500 * first + gapMs),
  ]

  it('is told where it is long', () => {
    expect(diagnose(rows(twice(600_000)))).toEqual([
      expect.objectContaining({
        kind: 'idle',
        cure: null,
        text: expect.stringContaining('the longest gap is 10 min.'),
      }),
    ])
    expect(diagnose(rows(twice(50_000)))).toEqual([])
  })

  it('of hours in one piece may be a clock that was set: the larger part can be replayed', () => {
    const late = diagnose(rows(twice(7_200_000)))[0]!
    expect(late.text).toContain('the longest gap is 2 h. Did the clock jump, or are these two recordings?')
    expect(late.cure).toEqual({flag: '--trace-end-s', value: '10'})
    const before = {traceSelection: {endS: Number(late.cure!.value)}}
    expect(diagnose(rows(twice(7_200_000)), before)).toEqual([])
    const early = diagnose(rows(twice(7_200_000, 10)))[0]!
    expect(early.cure).toEqual({flag: '--trace-start-s', value: '7205'})
    expect(diagnose(rows(twice(7_200_000, 10)), {traceSelection: {startS: 7205}})).toEqual([])
    // Its times are not the first to begin at 0.
    expect(diagnose(rows(twice(7_200_000, 10).map(at => at + 1e6)))[0]!.cure?.value).toBe('7205')
  })
})

it('counts rows that are not in order of time, and names a clock that was set back', () => {
  expect(find(rows([0, 500, 400, 900, 1000]), 'order')?.text).toBe(
    'One row is earlier than the row before; requests are replayed in order of time.',
  )
  expect(find(rows([0, 500, 400, 900, 7_200_000, 1000]), 'order')?.text).toContain(
    'The largest step back is 2 h: did the clock jump?',
  )
  expect(kinds(rows([0, 0, 500]))).toEqual([])
})

describe('rows that stand in the file twice', () => {
  const text = rows(every(500, 40))

  it('are left out by their number, or all behind a row', () => {
    expect(kinds(`${text}\n${text}`)).toEqual(['order', 'duplicates'])
    expect(find(`${text}\n${text}`, 'duplicates')?.cure).toEqual({flag: '--trace-limit', value: '40'})
    expect(diagnose(`${text}\n${text}`, {traceSelection: {limit: 40}})).toEqual([])
    const lines = text.split('\n')
    const retried = [...lines.slice(0, 5), lines[4], ...lines.slice(5, 9), lines[8], ...lines.slice(9)].join(
      '\n',
    )
    const told = find(retried, 'duplicates')
    expect(told?.text).toBe(
      '2 of 42 rows stand in the file more than once, with the same time, lengths and hash_ids.',
    )
    expect(told?.cure).toEqual({flag: '--trace-leave-out', value: '6,11'})
    expect(diagnose(retried, {traceFormat: {leaveOut: '6,11'}})).toEqual([])
  })

  it('of lengths alone are told only where the whole file begins anew', () => {
    const lengths = table(every(0.5, 40))
    const again = `${lengths}\n${lengths.split('\n').slice(1).join('\n')}`
    expect(find(again, 'duplicates')).toMatchObject({
      text: '40 of 80 rows stand in the file more than once, with the same time and lengths.',
      cure: {flag: '--trace-limit', value: '40'},
    })
    expect(kinds(table(every(0, 40)).replaceAll(/,1\d\d\d,/g, ',1000,'))).toEqual(['one-burst'])
    expect(kinds(table([...every(0.5, 40), ...every(0.5, 40)]))).toEqual(['order'])
  })

  it('are none where ids differ', () => {
    expect(kinds(rows(every(500, 40).flatMap(at => [at, at])))).not.toContain('duplicates')
  })
})

it('prefix reuse that comes of ids numbered anew in every request', () => {
  const long = (i: number, from: number) => ({
    timestamp: i * 977,
    input_length: 5120 + i,
    output_length: 20,
    hash_ids: Array.from({length: 11}, (_, k) => from + k),
  })
  const text = (from: (i: number) => number) =>
    Array.from({length: 60}, (_, i) => JSON.stringify(long(i, from(i)))).join('\n')
  expect(
    find(
      text(() => 0),
      'reuse',
    )!.text,
  ).toContain('numbered anew in each request')
  expect(kinds(text(i => 20 * i))).not.toContain('reuse')
})
