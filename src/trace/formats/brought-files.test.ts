import fc from 'fast-check'
import {gzipSync, strFromU8, strToU8, zipSync} from 'fflate'
import {describe, expect, it} from 'vitest'
import {FUZZ} from '../../../test/support/fuzz.ts'
import {RELEASES} from '../../config/release.ts'
import {toWorkload} from '../parsed-trace.ts'
import {arrayToLines} from './packing/array-to-lines.ts'
import {unpackTrace} from './packing/unpack-trace.ts'
import {joinShards} from './packing/unwrap-trace.ts'
import {unpackParquet} from './parquet-to-lines.ts'
import {parseTrace} from './parse-trace.ts'

/** What people have lying about, and what becomes of it. */

const MOONCAKE = '{"timestamp": 0, "input_length": 600, "output_length": 5, "hash_ids": [1, 2]}\n'
/** `MOONCAKE`, packed by the zstd library itself. */
const ZSTD =
  'KLUv/SBOPQIA1AN7InRpbWVzdGFtcCI6IDAsICJpbnB1dF9sZW5ndGgiOiA2MG91dDUsICJoYXNoX2lkcyI6IFsxLCAyXX0KAgA5bwyD+QQ='

/** Two rows of Mooncake's columns, snappy, as pyarrow writes them. */
const PARQUET =
  'UEFSMRUEFSAVJEwVBBUAEgAAEDwAAAAAAAAAAPQBAAAAAAAAFQAVEhUWLBUEFRAVBhUGHAAAAAkgAgAAAAQBAQMCFQQVIBUkTBUEFQASAAAQPFgCAAAAAAAAvAIAAAAAAAAVABUSFRYsFQQVEBUGFQYcAAAACSACAAAABAEBAwIVBBUgFSRMFQQVABIAABA8BQAAAAAAAAAGAAAAAAAAABUAFRIVFiwVBBUQFQYVBhwAAAAJIAIAAAAEAQEDAhUEFUAVOEwVCBUAEgAAIAQBAAkBAAIJB0AAAwAAAAAAAAAEAAAAAAAAABUAFSAVJCwVCBUQFQYVBhwAAAAQPAIAAAADCgIAAAAIAwID5AAVBBl8NQAYBnNjaGVtYRUIABUEJQIYCXRpbWVzdGFtcAAVBCUCGAxpbnB1dF9sZW5ndGgAFQQlAhgNb3V0cHV0X2xlbmd0aAA1AhgIaGFzaF9pZHMVAhUGTDwAAAA1BBgEbGlzdBUCABUEJQIYB2VsZW1lbnQAFgQZHBlMJgAcFQQZNQAGEBkYCXRpbWVzdGFtcBUCFgQWdBZ8JkgmCCksFQQVABUCABUAFRAVAgA8KQYZJgAEAAAAJgAcFQQZNQAGEBkYDGlucHV0X2xlbmd0aBUCFgQWdBZ8JsQBJoQBKSwVBBUAFQIAFQAVEBUCADwpBhkmAAQAAAAmABwVBBk1AAYQGRgNb3V0cHV0X2xlbmd0aBUCFgQWdBZ8JsACJoACKSwVBBUAFQIAFQAVEBUCADwpBhkmAAQAAAAmABwVBBk1AAYQGTgIaGFzaF9pZHMEbGlzdAdlbGVtZW50FQIWCBaiARaeASbQAyb8AiksFQQVABUCABUAFRAVAgA8KSYEBBlGAAAACAAAABb+AxYEJggWkgQAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRlMHAAAHAAAHAAAHAAAAMcBAABQQVIx'

function parse(bytes: string | Uint8Array, options = {}) {
  const parsed = parseTrace(bytes, 'f', options)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

function problem(bytes: string | Uint8Array): string {
  const parsed = parseTrace(bytes, 'f')
  return parsed.ok ? '' : parsed.error.message
}

const utf16 = (text: string, isLittle = true) => {
  const bytes = [...`\ufeff${text}`].flatMap(letter => {
    const unit = letter.charCodeAt(0)
    return isLittle ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255]
  })
  return Uint8Array.from(bytes)
}

/** As `jq` writes it. */
const pretty = (line: string) => JSON.stringify(JSON.parse(line), null, 2)

describe('a file is read whatever it is wrapped in', () => {
  const zip = zipSync({'a/trace.jsonl': strToU8(MOONCAKE)})
  it.each([
    ['gzip', gzipSync(strToU8(MOONCAKE))],
    ['zstd', Uint8Array.from(atob(ZSTD), letter => letter.charCodeAt(0))],
    ['zip', zip],
    ['zip in gzip', gzipSync(zip)],
    ['UTF-16', utf16(MOONCAKE)],
    ['UTF-16, the other way round', utf16(MOONCAKE, false)],
    ['UTF-16 without its mark', utf16(MOONCAKE).subarray(2)],
    ['a JSON array', strToU8(`[\n ${MOONCAKE}]\n`)],
    ['an object over several lines', strToU8(pretty(MOONCAKE))],
  ])('%s', (_, bytes) => {
    expect(parse(bytes).inputLengthGiven).toEqual(Float64Array.of(600))
  })

  it('takes each of several objects over several lines for one request, texts with brackets and all', () => {
    const rows = [0, 5].map(timestamp => ({timestamp, note: '}\\"{', isl: 9, osl: 3}))
    const text = rows.map(row => JSON.stringify(row, null, 1)).join('\n')
    expect([...parse(text).timestampMs]).toEqual([0, 5])
  })

  it('joins the shards in a zip, in the order of their names', () => {
    const shards = zipSync({
      'b.csv': strToU8('arrived_at,num_prefill_tokens,num_decode_tokens\n2,200,7\n'),
      'a.csv': strToU8('arrived_at,num_prefill_tokens,num_decode_tokens\n1,100,7\n'),
    })
    expect([...parse(shards).inputLengthGiven]).toEqual([100, 200])
  })
})

describe('what is no trace is called by its name', () => {
  it.each([
    ['version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n', 'a Git LFS pointer'],
    [Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0), 'an xz archive'],
    ['BZh91AY', 'a bzip2 archive'],
    [Uint8Array.from({length: 512}, (_, i) => 'ustar'.charCodeAt(i - 257) || 0), 'a tar archive'],
    ['<!DOCTYPE html><title>404</title>', 'a web page'],
    ['<?xml version="1.0"?>', 'an XML document'],
    ['\n<!-- saved from url -->\n<html><title>404</title>', 'a web page'],
    ['404: Not Found', "a server's answer that it has no such file"],
    ['Rar!\x1a\x07\x01', 'a RAR archive'],
    [Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0, 0), 'an lz4 archive'],
    ['Obj\x01\x02', 'an Avro file'],
    [Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a), 'an HDF5 file'],
    [Uint8Array.of(0x80, 4, 0x95, 0, 0), 'a Python pickle'],
    [Uint8Array.of(0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0), 'UTF-32 text'],
    [
      Uint8Array.from({length: 300}, (_, i) => (i * 73 + 11) % 256),
      'a binary file of a kind that is not read',
    ],
    [zipSync({'a.csv': strToU8('x'), 'b.txt': strToU8('x')}), 'a zip archive of a.csv, b.txt'],
    [zipSync({'[Content_Types].xml': strToU8('x'), 'xl/workbook.xml': strToU8('x')}), 'an Excel workbook'],
    [zipSync({'a.npy': strToU8('x')}), 'an archive of NumPy arrays'],
  ])('%#', (bytes, name) => {
    expect(problem(bytes)).toContain(`f is ${name}`)
  })
})

describe('lengths under the names people use', () => {
  it('reads AIPerf and guidellm names, epochs in any unit, and sessions', () => {
    const rows = [
      {arrival_time: 1763460000, prompt_tokens: 100, completion_tokens: 5, conversation_id: 'a'},
      {arrival_time: 1763460002, prompt_tokens: 120, completion_tokens: 6, conversation_id: 'a'},
      {arrival_time: 1763460003, prompt_tokens: 0, completion_tokens: 6},
    ]
    const parsed = parse(rows.map(row => JSON.stringify(row)).join('\n'))
    expect(parsed.format).toBe('lengths')
    expect([...parsed.inputLengthGiven]).toEqual([100, 120])
    expect([...parsed.delayMs]).toEqual([0, 2000])
    expect(parsed.notices.at(-1)).toBe('f: 1 request without input or output tokens was left out.')
  })

  it('finds sessions and waits that the first row has not', () => {
    const rows = [
      {timestamp: 0, isl: 9, osl: 5},
      {timestamp: 1, isl: 100, osl: 5, session_id: 'a'},
      {isl: 120, osl: 6, session_id: 'a', delay_ms: 700},
    ]
    const parsed = parse(rows.map(row => JSON.stringify(row)).join('\n'))
    expect(parsed.sessionCount).toBe(2)
    expect([...parsed.delayMs]).toEqual([0, 0, 700])
  })

  it('counts a prompt given as text by its stated rule', () => {
    const parsed = parse('{"timestamp": 3, "text_input": "twelve chars", "output_length": 4}')
    expect([...parsed.inputLengthGiven]).toEqual([3])
    expect(parsed.notices[1]).toContain('one token for every 4 characters')
  })

  it('says which fields a row has where none is known', () => {
    const text = '{"timestamp": 3, "isl": 4, "osl": 5}\n{"timestamp": 4, "isl": "many", "osl": 5}'
    expect(problem(text)).toBe(
      'f: trace line 2 needs a whole number of tokens up to 2147483647 in isl, got "many"',
    )
  })

  it('asks for names where the rows have none of any format', () => {
    expect(problem('{"session_id": "a", "turns": [{"text": "hello"}]}')).toBe(
      'f: trace line 1 has no field known to hold input tokens; name it with input=NAME in the trace columns (the row has session_id, turns)',
    )
  })

  it('takes the names and the unit it is given', () => {
    const parsed = parse('{"when": 2, "isl": 4, "osl": 5, "n_prompt": 9}\n{"when": 3, "isl": 4, "osl": 5}', {
      columns: {timestamp: 'when', unit: 'us'},
    })
    expect([...parsed.timestampMs]).toEqual([0.002, 0.003])
  })
})

describe('times in other units than ms', () => {
  it.each([
    ['arrival_time_ns,input_tokens,output_tokens\n0,100,10\n5000000,100,10\n', 5],
    ['arrival_us,isl,osl\n0,100,10\n5000,100,10\n', 5],
    ['timestamp,isl,osl\n1763460000000,100,10\n1763460005000,100,10\n', 5000],
    ['timestamp,input_length,output_length,hash_ids\n0,600,10,"[0,1]"\n5000,601,11,"[1,2]"\n', 5000],
  ])('%#', (text, gapMs) => {
    const {timestampMs} = parse(text)
    expect(timestampMs[1]! - timestampMs[0]!).toBeCloseTo(gapMs, 6)
  })

  it('reads a Mooncake trace in seconds when told so', () => {
    expect([...parse(MOONCAKE.replace('0,', '1.5,'), {columns: {unit: 's'}}).timestampMs]).toEqual([1500])
  })

  it('keeps the block ids of a table', () => {
    const parsed = parse('timestamp,input_length,output_length,hash_ids\n0,600,10,"[3,4]"\n')
    expect([parsed.prompts, ...parsed.hashIds]).toEqual(['hashes', 3, 4])
  })
})

it('reads Bailian in seconds and blocks of 16', () => {
  const row = {chat_id: 1, parent_chat_id: -1, input_length: 32, output_length: 5, hash_ids: [0, 1]}
  const rows = [0.5, 2].map(timestamp => JSON.stringify({...row, timestamp}))
  const workload = toWorkload(parse(rows.join('\n')), {traceBlockSize: 512, arrivalSpeedupRatio: 1})
  if (!workload.ok) throw new Error(workload.error.message)
  expect([...workload.value.arrivalMs, ...workload.value.inputLength]).toEqual([0, 1500, 32, 32])
})

it('reads a Weka conversation: later requests wait for the one before and the pause after it', () => {
  const requests = [0, 3.5].map((t, i) => ({t, in: 64, out: 5, hash_ids: [i], api_time: 2}))
  const parsed = parse(JSON.stringify({id: 't', block_size: 64, hash_id_scope: 'local', requests}))
  expect([...parsed.delayMs, parsed.traceBlockSize]).toEqual([0, 1500, 64])
})

describe('a Weka recording under 1.6.1', () => {
  const request = (t: number, own: object = {}) => {
    return {t, type: 'n', model: 'm', in: 64, out: 5, hash_ids: [1], ...own}
  }
  const read = (...requests: readonly object[]) =>
    parseTrace(JSON.stringify({id: 'c', block_size: 64, hash_id_scope: 'local', requests}), 'f', {
      format: 'weka',
      release: '1.6.1',
    })
  const agent = (own: object) => {
    return {t: 1, type: 'subagent', agent_id: 'a', status: 'completed', requests: [request(0)], ...own}
  }

  it('waits for what was over, tells agents apart, and sends nothing before its start', () => {
    const later = request(9, {in: 128, hash_ids: [1, 2]})
    const trace = read(request(0, {api_time: 0.5}), agent({duration_ms: 3000}), later)
    if (!trace.ok) throw new Error(trace.error.message)
    const {graph, requestCount, notices} = trace.value
    expect([requestCount, graph?.nestedTimes, ...graph!.notBeforeMs]).toEqual([3, 'relative', 0, 9000, 1000])
    // The last request waits for the first one, and for the sub-agent that it joins.
    expect([...graph!.waits]).toEqual([0, 2, 1])
    expect(notices[1]).toContain("count from their sub-agent's start")
  })

  it('is read in the unit it is given, waits and starts alike', () => {
    const rows = [request(0, {api_time: 250}), request(3000, {hash_ids: [1, 2], in: 128})]
    const text = JSON.stringify({id: 'c', block_size: 64, hash_id_scope: 'local', requests: rows})
    const options = {format: 'weka', columns: {unit: 'ms'}} as const
    const trace = parseTrace(text, 'f', {...options, release: '1.6.1'})
    expect(trace.ok && [...trace.value.graph!.notBeforeMs, ...trace.value.graph!.edgeDelayMs]).toEqual([
      0, 3000, 2750,
    ])
    expect([...parse(text, options).delayMs]).toEqual([0, 2750])
  })

  it.each([
    [[request(0, {type: 'x'})], 'request 1 has type "x"; n, s and subagent are known'],
    [[request(-1)], 'request 1 needs seconds from 0 in t'],
    [[request(0), agent({status: 'failed'})], 'request 2 is a sub-agent of status "failed"'],
    [[request(0), agent({requests: []})], 'request 2 is a sub-agent that is waited for and has no requests'],
    [[agent({})], 'has no request beside those of sub-agents'],
    [[agent({}), request(2)], 'sub-agent a has no request before it'],
  ])('is refused where the reference refuses it: %#', (requests, says) => {
    const trace = read(...requests)
    expect(trace.ok ? '' : trace.error.message).toContain(`f: c: ${says}`)
  })
})

it('names agentic traces, whose waits are not simulated', () => {
  const agentic = {timestamp: 0, input_length: 9, output_length: 5, hash_ids: [1], tool_wait_ms: 5000}
  expect(parse(JSON.stringify(agentic)).notices[0]).toContain('tool_wait_ms')
})

describe('fuzz', () => {
  const json = fc.json({maxDepth: 3})

  it('array to lines keeps every object of an array, in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue()), {minLength: 1}),
        fc.nat(3),
        (rows, indent) => {
          const lines = arrayToLines(strToU8(JSON.stringify(rows, null, indent)))
          const read = strFromU8(lines!)
            .split('\n')
            .filter(line => line.trim() !== '')
            .map(line => JSON.parse(line) as unknown)
          expect(read).toEqual(JSON.parse(JSON.stringify(rows)))
        },
      ),
      FUZZ,
    )
  })

  it('unpacking anything gives a result', () => {
    const head = fc.constantFrom(
      [0x28, 0xb5, 0x2f, 0xfd],
      [0x50, 0x4b, 3, 4],
      [0xff, 0xfe],
      [0x1f, 0x8b],
      [0x5b, 0x7b],
    )
    fc.assert(
      fc.property(head, fc.uint8Array({maxLength: 200}), (magic, rest) => {
        const unpacked = unpackTrace(Uint8Array.from([...magic, ...rest]), 'f')
        expect(unpacked.ok || unpacked.error.message.length > 0).toBe(true)
      }),
      FUZZ,
    )
  })

  const value = fc.oneof(fc.nat(5000), fc.double(), fc.string(), fc.constant(null), fc.array(fc.nat(9)))
  it.each([
    ['lengths', ['timestamp', 'isl', 'osl', 'session_id', 'delay', 'text_input']],
    ['bailian', ['chat_id', 'parent_chat_id', 'timestamp', 'input_length', 'output_length', 'hash_ids']],
    ['weka', ['id', 'block_size', 'hash_id_scope', 'requests']],
  ] as const)('%s gives a result for any rows of its keys', (format, keys) => {
    const inner = fc.record({
      t: fc.oneof(fc.nat(9), value),
      type: fc.constantFrom('n', 's', 'subagent', 'x'),
      model: fc.constant('m'),
      in: value,
      out: value,
      hash_ids: value,
      api_time: value,
    })
    const request = fc.oneof(
      inner,
      fc.record({
        t: fc.nat(9),
        type: fc.constant('subagent'),
        agent_id: fc.string(),
        status: fc.constantFrom('completed', 'async_launched'),
        requests: fc.array(inner, {maxLength: 3}),
      }),
    )
    const row = fc
      .dictionary(fc.constantFrom(...keys), value)
      .chain(own =>
        fc.array(request, {maxLength: 3}).map(requests => (format === 'weka' ? {...own, requests} : own)),
      )
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            row.map(own => JSON.stringify(own)),
            json,
          ),
          {maxLength: 5},
        ),
        lines => {
          for (const release of RELEASES) {
            const parsed = parseTrace(lines.join('\n'), 'f', {format, release})
            expect(parsed.ok || parsed.error.message.length > 0).toBe(true)
          }
        },
      ),
      FUZZ,
    )
  })
})

it('reads Parquet, and passes on what is none', async () => {
  const bytes = Uint8Array.from(atob(PARQUET), letter => letter.charCodeAt(0))
  const rows = await unpackParquet(bytes, 'f')
  if (!rows.ok) throw new Error(rows.error.message)
  const parsed = parse(rows.value)
  expect([...parsed.timestampMs, ...parsed.hashIds]).toEqual([0, 500, 1, 2, 3, 4])
  expect(await unpackParquet(strToU8(MOONCAKE), 'f')).toEqual({ok: true, value: strToU8(MOONCAKE)})
  const cut = await unpackParquet(bytes.subarray(0, 200), 'f')
  expect(cut.ok ? '' : cut.error.message).toContain('f is a Parquet file that cannot be read')
})

it('joins shards without repeating a header', () => {
  expect(strFromU8(joinShards([strToU8('a,b\n1,2'), strToU8('a,b\n3,4')])).trim()).toBe('a,b\n1,2\n\n3,4')
})
