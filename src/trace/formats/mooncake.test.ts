import fc from 'fast-check'
import {gzipSync, strToU8} from 'fflate'
import {describe, expect, it} from 'vitest'
import {toWorkload} from '../parsed-trace.ts'
import type {Workload} from '../workload.ts'
import {parseMooncake, parseMooncakeChunks, parseMooncakeTrace} from './mooncake.ts'

const options = {fileName: 'trace.jsonl', traceBlockSize: 512, arrivalSpeedupRatio: 1}

function read(text: string | Uint8Array, change: Partial<typeof options> = {}): Workload {
  const result = parseMooncake(text, {...options, ...change})
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

function problem(text: string | Uint8Array, change: Partial<typeof options> = {}): string {
  const result = parseMooncake(text, {...options, ...change})
  if (result.ok) throw new Error('expected a problem')
  return result.error.message
}

const line = (fields: Record<string, unknown>) =>
  JSON.stringify({timestamp: 0, input_length: 600, output_length: 3, hash_ids: [1, 2], ...fields})

function hashIds(workload: Workload, request: number): number[] {
  return [...workload.hashIds.subarray(workload.hashStart[request], workload.hashStart[request + 1])]
}

describe('fields', () => {
  it('reads a plain request', () => {
    const workload = read('{"timestamp":5,"input_length":600,"output_length":3,"hash_ids":[7,9]}')
    expect(workload.requestCount).toBe(1)
    expect([...workload.inputLength]).toEqual([600])
    expect([...workload.outputLength]).toEqual([3])
    expect([...workload.arrivalMs]).toEqual([0])
    expect(hashIds(workload, 0)).toEqual([7, 9])
    expect(workload.traceBlockSize).toBe(512)
  })

  it('knows the other names and ignores keys it does not know', () => {
    const text =
      '{"created_time":3,"input_tokens":10,"output_tokens":2,"hash_ids":[1],"x":{"a":[1,{}],"b":"\\u00e9"},"y":null}'
    const workload = read(`${text}\n${text.replace('3', '4.5')}`)
    expect([...workload.inputLength]).toEqual([10, 10])
    expect([...workload.arrivalMs]).toEqual([0, 1.5])
  })

  it('clamps the input length to what the hash ids stand for, and takes that when it is absent', () => {
    const text = [
      line({input_length: 5000, hash_ids: [1]}),
      line({input_length: undefined}),
      line({input_length: null}),
    ].join('\n')
    expect([...read(text).inputLength]).toEqual([512, 1024, 1024])
    expect([...read(text, {traceBlockSize: 100}).inputLength]).toEqual([100, 200, 200])
  })

  it('keeps the low 32 bits of ids beyond the reach of doubles', () => {
    const ids = '[4294967297,9007199254740993,18446744073709551615,12345678901234567891]'
    const workload = read(`{"timestamp":0,"output_length":1,"hash_ids":${ids}}`)
    expect(hashIds(workload, 0)).toEqual([
      1,
      Number(9007199254740993n & 0xffffffffn),
      4294967295,
      Number(12345678901234567891n & 0xffffffffn),
    ])
  })

  it('refuses strings that are not UTF-8', () => {
    const bytes = strToU8(line({note: 'A\ufffdé'}))
    expect(read(bytes).requestCount).toBe(1)
    bytes[bytes.indexOf(65)] = 0xff
    expect(problem(bytes)).toContain('string is not UTF-8')
  })

  it('finds keys behind escapes', () => {
    expect([...read(line({}).replace('output_length', 'output\\u005flength')).outputLength]).toEqual([3])
  })
})

describe('files', () => {
  it('takes gzip by its first bytes, several members too', () => {
    const first = gzipSync(strToU8(`${line({})}\n`))
    const second = gzipSync(strToU8(line({timestamp: 9})))
    expect([...read(new Uint8Array([...first, ...second])).arrivalMs]).toEqual([0, 9])
  })

  it('refuses gzip that is cut or damaged', () => {
    const packed = gzipSync(strToU8(line({})))
    expect(problem(packed.subarray(0, packed.length - 9))).toContain('trace.jsonl')
    for (const length of [2, 10, 19])
      expect(problem(packed.subarray(0, length))).toContain(`it breaks off after ${length} bytes`)
    expect(problem(gzipSync(new Uint8Array()))).not.toContain('breaks off')
    const damaged = packed.slice()
    damaged[damaged.length - 6] = damaged[damaged.length - 6]! ^ 1
    expect(problem(damaged)).toMatch(
      /trace\.jsonl: not a whole gzip file \((checksum|length) does not match\)/,
    )
  })

  it('takes a byte order mark, CRLF, blank lines and a missing last newline', () => {
    const text = `\ufeff${line({})}\r\n\r\n  \t\n${line({timestamp: 4})}`
    expect([...read(text).arrivalMs]).toEqual([0, 4])
    expect(problem(`${line({})}\r\n\r\n{"timestamp":1}`)).toContain('line 3')
  })

  it('can be read in steps and used for several scenarios', () => {
    const text = Array.from({length: 9000}, (_, i) => line({timestamp: i})).join('\n')
    const steps = parseMooncakeChunks(text, 'trace.jsonl')
    const progress: number[] = []
    let next = steps.next()
    for (; !next.done; next = steps.next()) progress.push(next.value.bytesDone / next.value.bytesTotal)
    expect(progress.length).toBeGreaterThan(1)
    expect([...progress].sort((a, b) => a - b)).toEqual(progress)
    if (!next.value.ok) throw new Error(next.value.error.message)
    const parsed = next.value.value
    const fast = toWorkload(parsed, {traceBlockSize: 512, arrivalSpeedupRatio: 2})
    const plain = toWorkload(parsed, {traceBlockSize: 512, arrivalSpeedupRatio: 1})
    if (!fast.ok || !plain.ok) throw new Error('expected workloads')
    expect(fast.value.arrivalMs[8999]).toBe(plain.value.arrivalMs[8999]! / 2)
    expect(plain.value).toEqual(read(text))
  })
})

describe('sessions', () => {
  it('groups turns and takes waits from delays or timestamps', () => {
    const workload = read(
      [
        line({session_id: 'a', timestamp: 1000}),
        line({timestamp: 500}),
        line({session_id: 'a', timestamp: 4000}),
        line({session_id: 'a', timestamp: undefined, delay: 70, delay_ms: 9}),
        line({session_id: 'a', timestamp: undefined, delay_ms: 30}),
        line({session_id: 'a', timestamp: undefined}),
        line({session_id: 'a', timestamp: 4500}),
      ].join('\n'),
      {arrivalSpeedupRatio: 2},
    )
    expect(workload.sessionCount).toBe(2)
    expect([...workload.session]).toEqual([0, 1, 0, 0, 0, 0, 0])
    expect([...workload.turn]).toEqual([0, 0, 1, 2, 3, 4, 5])
    expect([...workload.nextTurn]).toEqual([2, -1, 3, 4, 5, 6, -1])
    expect([...workload.delayMs]).toEqual([0, 0, 1500, 35, 15, 0, 250])
    expect([...workload.arrivalMs]).toEqual([250, 0, NaN, NaN, NaN, NaN, NaN])
    expect([...workload.releaseOrder]).toEqual([1, 0])
  })

  it('breaks ties of release time by first appearance and accepts any order and negative times', () => {
    const workload = read([3, -2, 3, -2.5].map(timestamp => line({timestamp})).join('\n'))
    expect([...workload.releaseOrder]).toEqual([3, 1, 0, 2])
    expect([...workload.arrivalMs]).toEqual([5.5, 0.5, 5.5, 0])
  })

  it('joins a spelled-out request_<line> with the line it names', () => {
    const text = [
      line({}),
      line({session_id: 'request_1', timestamp: 9}),
      line({session_id: 'request_4', timestamp: 1}),
      line({timestamp: 8}),
    ]
    const workload = read(text.join('\n'))
    expect([...workload.session]).toEqual([0, 0, 1, 1])
    expect([...workload.delayMs]).toEqual([0, 9, 0, 7])
  })
})

it('leaves out requests without output, which the reference never ends on, and counts them', () => {
  const text = [line({output_length: 0}), line({timestamp: 7}), line({output_length: 0})].join('\n')
  const parsed = parseMooncakeTrace(text, 'f')
  if (!parsed.ok) throw new Error(parsed.error.message)
  expect(parsed.value.requestCount).toBe(1)
  expect([...parsed.value.line]).toEqual([2])
  expect(parsed.value.hashStart[1]).toBe(parsed.value.hashIds.length)
  expect(parsed.value.notices).toEqual(['f: 2 requests without output tokens were left out.'])
})

describe('errors', () => {
  const second = (text: string) => `${line({})}\n${text}`
  const without = (...fields: string[]) => line(Object.fromEntries(fields.map(field => [field, undefined])))

  it.each([
    [second(without('hash_ids', 'output_length')), 'trace.jsonl: trace line 2 is missing hash_ids'],
    [second(without('output_length')), 'trace.jsonl: trace line 2 is missing output_length'],
    [second(line({delay: 5})), 'trace.jsonl: trace line 2 sets delay on the first turn of session request_2'],
    [
      [line({session_id: 's', timestamp: undefined}), line({session_id: 's'})].join('\n'),
      'trace.jsonl: trace line 2 for session s cannot infer delay without a previous timestamp',
    ],
    [
      [line({session_id: 's'}), line({session_id: 's', delay: -5})].join('\n'),
      'trace.jsonl: trace line 2 has invalid delay -5',
    ],
    [
      [line({session_id: 's'}), line({session_id: 's', timestamp: -1})].join('\n'),
      'trace.jsonl: trace line 2 has invalid delay -1',
    ],
    ['\n \n', 'trace file trace.jsonl did not contain any requests'],
    [
      second(without('timestamp')),
      'trace.jsonl: trace line 2: trace mode requires first_arrival_timestamp_ms for session request_2: the row has no timestamp; a trace without times runs as a closed loop, with --replay-concurrency N',
    ],
    [
      second(line({hash_ids: []})),
      'trace.jsonl: trace line 2: session request_2 turn 0 must have a positive input_length',
    ],
    [
      second(line({input_length: 0})),
      'trace.jsonl: trace line 2: session request_2 turn 0 must have a positive input_length',
    ],
  ])('%s', (text, message) => {
    expect(problem(text)).toBe(message)
  })

  const json = 'failed to parse line 2 from trace.jsonl as JSON: '
  it.each([
    ['{', `${json}expected a key in quotes, got the end of the line (column 2)`],
    ['[]', `${json}expected one JSON object, got an array (column 1)`],
    [`${line({})} {}`, `${json}unexpected text after the object`],
    [line({timestamp: '5'}), `${json}expected timestamp to be a number, got a string`],
    [line({input_length: -1}), `${json}expected input_length to be a non-negative integer, got -1`],
    [line({output_length: 2.5}), `${json}expected output_length to be a non-negative integer, got 2.5`],
    [line({hash_ids: [1, -2]}), `${json}expected hash_ids to be a non-negative integer, got -2`],
    [line({hash_ids: 3}), `${json}expected hash_ids to be an array, got a number`],
    [
      line({hash_ids: [1]}).replace('[1]', '[18446744073709551616]'),
      `${json}expected hash_ids to be a non-negative integer`,
    ],
    [line({input_tokens: 5}), `${json}duplicate field input_length`],
    [line({}).replace('}', ',"timestamp":1}'), `${json}duplicate field timestamp`],
    [line({}).replace('600', '0600'), `${json}a number may not start with 0`],
    [line({}).replace('600', '1e400'), `${json}expected input_length to be a non-negative integer`],
    [line({}).replace('"timestamp":0', '"timestamp":1e400'), `${json}timestamp is out of range`],
    [line({session_id: 5}), `${json}expected session_id to be a string, got a number`],
    [line({x: 1}).replace('"x":1', `"x":${'['.repeat(2000)}${']'.repeat(2000)}`), `${json}nested too deeply`],
  ])('%s', (text, message) => {
    expect(problem(second(text))).toContain(message)
  })

  it('names the options that are out of range', () => {
    expect(problem(line({}), {traceBlockSize: 0})).toBe('trace_block_size must be greater than 0')
    expect(problem(line({}), {arrivalSpeedupRatio: 0})).toBe('ratio must be a finite positive number, got 0')
    expect(problem(line({}), {arrivalSpeedupRatio: Infinity})).toBe(
      'ratio must be a finite positive number, got inf',
    )
  })
})

describe('fuzz', () => {
  it('accepts a line exactly when JSON.parse and the field rules do', () => {
    const value = fc.oneof(fc.jsonValue(), fc.nat(), fc.constant(null), fc.array(fc.nat(), {maxLength: 4}))
    const key = fc.constantFrom('timestamp', 'input_length', 'output_length', 'hash_ids', 'delay', 'note')
    fc.assert(
      fc.property(fc.dictionary(key, value), fc.boolean(), (fields, spaced) => {
        const text = JSON.stringify(fields, null, spaced ? 1 : 0).replaceAll('\n', ' ')
        const result = parseMooncakeTrace(text, 'f')
        expect(result.ok).toBe(isValidRow(JSON.parse(text)))
      }),
      {numRuns: 10_000},
    )
  })

  it('never throws, whatever the bytes, and always names the file', () => {
    const start = fc.constantFrom('', '{', line({}), '{"hash_ids":[', '\ufeff', '{"a":"\\u')
    fc.assert(
      fc.property(start, fc.uint8Array({maxLength: 60}), (text, bytes) => {
        const result = parseMooncake(new Uint8Array([...strToU8(text), ...bytes]), options)
        if (!result.ok) expect(result.error.message).toContain('trace.jsonl')
      }),
      {numRuns: 10_000},
    )
  })

  it('survives damage to good lines', () => {
    const good = [line({session_id: 'a'}), line({session_id: 'a', delay: 3}), line({timestamp: 1.5e3})].join(
      '\n',
    )
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(3), fc.string({maxLength: 3}), (at, cut, put) => {
        const result = parseMooncake(good.slice(0, at) + put + good.slice(at + cut), options)
        if (!result.ok) expect(result.error.message).toContain('trace.jsonl')
      }),
      {numRuns: 10_000},
    )
  })
})

function isValidRow(row: Record<string, unknown>): boolean {
  const isCount = (value: unknown) =>
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= 0 &&
    !Object.is(value, -0) &&
    value < 2 ** 64
  const optional = (value: unknown, test: (value: unknown) => boolean) =>
    value === undefined || value === null || test(value)
  const isNumber = (value: unknown) => typeof value === 'number'
  return (
    optional(row.timestamp, isNumber) &&
    optional(row.input_length, isCount) &&
    optional(row.delay, value => value === 0 || Object.is(value, -0)) &&
    isCount(row.output_length) &&
    (row.output_length as number) > 0 &&
    (row.output_length as number) < 2 ** 31 &&
    Array.isArray(row.hash_ids) &&
    row.hash_ids.every(isCount)
  )
}
