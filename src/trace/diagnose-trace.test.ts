import {describe, expect, it} from 'vitest'
import {type DiagnosisOptions, diagnoseTrace} from './diagnose-trace.ts'
import {parseTrace} from './formats/parse-trace.ts'
import {toWorkload} from './parsed-trace.ts'

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

function diagnose(
  text: string,
  {
    traceBlockSize = 512,
    replayConcurrency,
    ...options
  }: Partial<DiagnosisOptions & {traceBlockSize: number; replayConcurrency: number}> = {},
) {
  const parsed = parseTrace(text, 'f')
  if (!parsed.ok) throw new Error(parsed.error.message)
  const workload = toWorkload(parsed.value, {
    traceBlockSize,
    arrivalSpeedupRatio: 1,
    ...(replayConcurrency === undefined ? {} : {replayConcurrency}),
  })
  if (!workload.ok) throw new Error(workload.error.message)
  return diagnoseTrace(parsed.value, workload.value, {
    hasUnit: false,
    isSpread: false,
    ...options,
  })
}

const every = (gapMs: number, count: number) => Array.from({length: count}, (_, i) => i * gapMs)

describe('the trace doctor', () => {
  it('has nothing to say of a plain trace', () => {
    expect(diagnose(rows(every(500, 40)))).toEqual([])
  })

  it('asks whether times are seconds, and whether they are finer than ms', () => {
    const seconds = diagnose(rows(every(1, 20)))[0]
    expect(seconds?.text).toContain('are these times in seconds?')
    expect(seconds?.cure).toEqual({flag: '--trace-columns', value: 'unit=s'})
    expect(diagnose(rows(every(1, 20)), {hasUnit: true})).toEqual([])
    const years = diagnose(rows(every(1e9, 20))).find(({kind}) => kind === 'time-unit')
    expect(years?.text).toContain('Arrivals span 220 days')
  })

  it('tells prompts cut by a small block size from ids that stand for smaller blocks', () => {
    const cut = diagnose(rows(every(500, 40)), {traceBlockSize: 64})[0]
    expect(cut?.text).toBe(
      '40 of 40 prompts are longer than their hash_ids at 64 tokens each, and are cut to those. Their lengths fit blocks of 512 tokens.',
    )
    expect(cut?.cure).toEqual({flag: '--trace-block-size', value: '512'})
    const ids = Array.from({length: 63}, (_, i) => i)
    const spare = diagnose(rows(every(500, 40), {hash_ids: ids})).find(({kind}) => kind === 'block-size')
    expect(spare?.cure).toEqual({flag: '--trace-block-size', value: '16'})
  })

  it('sees a grid of timestamps, unless the arrivals are spread already', () => {
    const grid = Array.from({length: 400}, (_, i) => Math.floor(i / 20) * 3000)
    expect(diagnose(rows(grid))[0]?.text).toContain('grid of 3 s, 20 requests at a time')
    expect(diagnose(rows(grid), {isSpread: true})).toEqual([])
  })

  it('sees one burst, silence, rows out of order and rows twice', () => {
    expect(diagnose(rows(every(0, 20)))[0]?.kind).toBe('one-burst')
    expect(diagnose(rows(every(0, 20)).replaceAll('"timestamp":0,', ''), {replayConcurrency: 2})).toEqual([])
    const gap = [...every(500, 20), ...every(500, 20).map(at => at + 600_000)]
    expect(diagnose(rows(gap))[0]?.text).toContain('the longest gap is 10 min')
    expect(diagnose(rows([0, 500, 400, 900, 7_200_000, 1000]))).toMatchObject([
      {kind: 'idle'},
      {kind: 'order', text: expect.stringContaining('The largest step back is 2.0 h')},
    ])
    const text = rows(every(500, 40))
    expect(diagnose(`${text}\n${text}`).map(({kind}) => kind)).toEqual(['order', 'duplicates'])
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
    const kinds = (trace: string) => diagnose(trace).map(({kind}) => kind)
    expect(kinds(text(() => 0))).toContain('reuse')
    expect(diagnose(text(() => 0)).find(({kind}) => kind === 'reuse')!.text).toContain(
      'numbered anew in each request',
    )
    expect(kinds(text(i => 20 * i))).not.toContain('reuse')
  })
})
