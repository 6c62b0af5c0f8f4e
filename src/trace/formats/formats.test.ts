import fc from 'fast-check'
import {gzipSync, strToU8} from 'fflate'
import {describe, expect, it} from 'vitest'
import {TRACE_FORMATS, type TraceFormat, type TraceFormatOptions} from '../../config/trace-options.ts'
import {toWorkload, type WorkloadOptions} from '../parsed-trace.ts'
import type {ParsedTrace} from '../trace-columns.ts'
import type {Workload} from '../workload.ts'
import {detectFormat} from './detect-format.ts'
import {OWN_FILES} from './own-files.ts'
import {parseTraceChunks} from './parse-in-steps.ts'
import {parseTrace} from './parse-trace.ts'

function parse(text: string | Uint8Array, options: TraceFormatOptions = {}): ParsedTrace {
  const result = parseTrace(text, 'f', options)
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

function problem(text: string, options: TraceFormatOptions = {}): string {
  const result = parseTrace(text, 'f', options)
  if (result.ok) throw new Error('expected a problem')
  return result.error.message
}

function workload(text: string, options: Partial<WorkloadOptions> = {}): Workload {
  const result = toWorkload(parse(text, options.traceFormat), {
    traceBlockSize: 512,
    arrivalSpeedupRatio: 1,
    ...options,
  })
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

const ids = ({hashIds, hashStart}: Workload, request: number) => [
  ...hashIds.subarray(hashStart[request], hashStart[request + 1]),
]

const agenticLine = (change: object = {}) =>
  JSON.stringify({
    num_turns: 2,
    input_prompt_length: 1000,
    assistant_response_length: [10, 20],
    tool_call_output_length: [500, 600],
    tool_call_latency: [1.5, 0],
    final_assistant_response_length: 30,
    ...change,
  })

interface DynamoRow {
  readonly start?: number
  readonly total?: number
  readonly session?: string | null
  readonly request?: object
  readonly replay?: object
}

const dynamoLine = ({start = 1000, total = 100, session = null, request = {}, replay = {}}: DynamoRow = {}) =>
  JSON.stringify({
    timestamp: 5,
    event: {
      schema: 'dynamo.request.trace.v1',
      event_type: 'request_end',
      event_time_unix_ms: start + total,
      ...(session === null ? {} : {agent_context: {session_id: session}}),
      request: {
        request_id: 'r',
        input_tokens: 30,
        output_tokens: 4,
        request_received_ms: start,
        total_time_ms: total,
        replay: {trace_block_size: 16, input_length: 30, input_sequence_hashes: [7, 8], ...replay},
        ...request,
      },
    },
  })

const AZURE = 'TIMESTAMP,ContextTokens,GeneratedTokens\n'
const BURSTGPT = 'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n'

/** The first looks like plain Mooncake, the other is read by its release: `agentic-mooncake.test.ts`. */
type Told = Exclude<TraceFormat, 'mooncake-delta' | 'agentic_mooncake'>
const TOLD = TRACE_FORMATS.filter(
  (format): format is Told => format !== 'mooncake-delta' && format !== 'agentic_mooncake',
)

/** A small valid file of every other format. */
const SAMPLES: Readonly<Record<Told, string>> = {
  mooncake: '{"timestamp": 0, "input_length": 600, "output_length": 5, "hash_ids": [1, 2]}\n',
  applied_compute_agentic: `${agenticLine()}\n`,
  dynamo: `${dynamoLine()}\n${dynamoLine({start: 2000, session: 's'})}\n`,
  azure: `${AZURE}2023-11-16 18:17:03.9799600,4808,10\n2023-11-16 18:17:04.0319600,3180,8\n`,
  burstgpt: `${BURSTGPT}5,ChatGPT,472,18,490,Conversation log\n45,ChatGPT,1087,230,1317,API log\n`,
  lengths: '{"arrival_time_ms": 0, "prompt_tokens": 100, "completion_tokens": 7}\n',
  bailian:
    '{"chat_id": 0, "parent_chat_id": -1, "timestamp": 0.5, "input_length": 30, "output_length": 7, "turn": 1, "hash_ids": [0, 1]}\n',
  weka: '{"id": "t1", "block_size": 64, "hash_id_scope": "local", "requests": [{"t": 0, "in": 64, "out": 5, "hash_ids": [1]}]}',
  csv: 'arrived_at,num_prefill_tokens,num_decode_tokens\n0.5,100,7\n1.25,"200",8\n',
}

describe('detectFormat', () => {
  it.each(TOLD)('tells %s, plain, packed or after a byte order mark', format => {
    const text = SAMPLES[format]
    const detected = detectFormat(strToU8(text))
    expect(detected.format).toBe(format)
    expect(detected.why).not.toBe('')
    expect(parse(text).format).toBe(format)
    expect(parse(gzipSync(strToU8(text))).format).toBe(format)
    expect(detectFormat(strToU8(`\ufeff${text}`)).format).toBe(format)
    expect(parse(`\ufeff${text}`).requestCount).toBe(parse(text).requestCount)
  })

  it('is overruled by the option', () => {
    expect(problem(SAMPLES.azure, {format: 'mooncake'})).toContain('line 1 from f as JSON')
    expect(parse(SAMPLES.azure, {format: 'csv'}).format).toBe('csv')
  })

  it('takes what it does not know for Mooncake', () => {
    expect(detectFormat(strToU8('')).format).toBe('mooncake')
    expect(detectFormat(strToU8('hello\n')).format).toBe('mooncake')
  })
})

describe('applied_compute_agentic', () => {
  it('makes a session of each line whose prompts grow', () => {
    const {inputLength, outputLength, delayMs, session, turn, nextTurn} = parsedColumns(agenticLine())
    expect([...inputLength]).toEqual([1000, 1510, 2130])
    expect([...outputLength]).toEqual([10, 20, 30])
    expect([...delayMs]).toEqual([0, 1500, 0])
    expect([...session]).toEqual([0, 0, 0])
    expect([...turn]).toEqual([0, 1, 2])
    expect([...nextTurn]).toEqual([1, 2, -1])
  })

  it('numbers new blocks through the file and keeps those of earlier turns', () => {
    const made = workload(`${agenticLine()}\n${agenticLine()}`, {replayConcurrency: 1})
    expect(ids(made, 0)).toEqual([1, 2])
    expect(ids(made, 1)).toEqual([1, 2, 3])
    expect(ids(made, 2)).toEqual([1, 2, 3, 4, 5])
    expect(ids(made, 3)).toEqual([6, 7])
  })

  it('shares the rounded part of the first prompt, the same tokens in every group', () => {
    const traceFormat = {sharedPrefixRatio: 0.25, numPrefixGroups: 2}
    const made = workload(`${agenticLine()}\n${agenticLine()}`, {replayConcurrency: 1, traceFormat})
    // Half of a block of two rounds up to one.
    expect([ids(made, 0), ids(made, 3)]).toEqual([
      [0, 1],
      [0, 5],
    ])
    const ungrouped = {sharedPrefixRatio: 0.25, numPrefixGroups: 0}
    expect(ids(workload(agenticLine(), {replayConcurrency: 1, traceFormat: ungrouped}), 0)).toEqual([1, 2])
  })

  it('needs a closed loop and has no time window', () => {
    const options = {traceBlockSize: 512, arrivalSpeedupRatio: 1}
    const open = toWorkload(parse(agenticLine()), options)
    expect(open.ok ? '' : open.error.message).toContain('requires --replay-concurrency')
    const cut = toWorkload(parse(agenticLine()), {
      ...options,
      replayConcurrency: 1,
      traceSelection: {startS: 1},
    })
    expect(cut.ok ? '' : cut.error.message).toContain('no timestamps')
  })

  it.each([
    [{num_turns: undefined}, 'f: trace line 1 is missing num_turns'],
    [{input_prompt_length: 0}, 'f: trace line 1 has input_prompt_length 0, it must be at least 1'],
    [{num_turns: 3}, 'f: trace line 1 has 2 values in assistant_response_length for num_turns 3'],
    [{tool_call_latency: [1, -2]}, 'f: trace line 1 has tool_call_latency -2, it must not be negative'],
    [{final_assistant_response_length: 0}, 'f: trace line 1 has final_assistant_response_length 0'],
    [{assistant_response_length: [2.5, 1]}, 'expected assistant_response_length to be a non-negative'],
    [{input_prompt_length: 3e9}, 'adds up to more than 2147483647 tokens'],
  ])('refuses %j', (change, message) => {
    expect(problem(agenticLine(change))).toContain(message)
  })

  function parsedColumns(text: string) {
    const parsed = parse(text)
    return {...parsed, inputLength: parsed.inputLengthGiven}
  }
})

describe('dynamo.request.trace.v1', () => {
  it('is read as dynamo.agent.trace.v1, too, where each chain of an agent’s requests is a session', () => {
    const agent = (start: number, trajectory: string) => {
      const {event} = JSON.parse(dynamoLine({start, session: 'run'})) as {event: Record<string, unknown>}
      const context = {session_id: 'run', trajectory_id: trajectory}
      return JSON.stringify({event: {...event, schema: 'dynamo.agent.trace.v1', agent_context: context}})
    }
    const text = [agent(1000, 'a'), agent(1200, 'b'), agent(2000, 'a')].join('\n')
    const parsed = parseTrace(text, 'f')
    expect(parsed.ok && parsed.value).toMatchObject({format: 'dynamo', requestCount: 3, sessionCount: 2})
    expect(parsed.ok && [...parsed.value.session]).toEqual([0, 1, 0])
  })

  it('orders requests by arrival and passes other events over', () => {
    const tool =
      '{"timestamp":1,"event":{"schema":"dynamo.request.trace.v1","event_type":"tool_end","tool":{}}}'
    const made = workload([dynamoLine({start: 5000}), tool, dynamoLine({start: 4000})].join('\n'))
    expect([...made.arrivalMs]).toEqual([0, 1000])
    expect([...made.inputLength]).toEqual([30, 30])
    expect(made.traceBlockSize).toBe(16)
    expect(ids(made, 0)).toEqual([7, 8])
  })

  it('reads an event that is not wrapped', () => {
    const {event} = JSON.parse(dynamoLine()) as {event: object}
    expect(parse(JSON.stringify(event)).requestCount).toBe(1)
  })

  it('keeps the pause between the requests of a session, and lets overlapping ones be', () => {
    const rows = [
      dynamoLine({start: 1000, total: 100, session: 'a'}),
      dynamoLine({start: 1500, total: 300, session: 'a'}),
      dynamoLine({start: 1600, total: 50, session: 'a'}),
      dynamoLine({start: 2000, total: 50, session: 'a'}),
    ]
    const parsed = parse(rows.join('\n'))
    expect([...parsed.session]).toEqual([0, 0, 1, 0])
    expect([...parsed.delayMs]).toEqual([0, 400, 0, 200])
    expect(parsed.notices.join()).toContain(
      '1 request overlaps the one before it in its session and comes at its recorded time',
    )
  })

  it('leaves out requests without output and does without hashes', () => {
    const rows = [dynamoLine({request: {output_tokens: 0}}), dynamoLine({request: {replay: null}})]
    const parsed = parse(rows.join('\n'))
    expect(parsed.requestCount).toBe(1)
    expect(parsed.prompts).toBe('none')
    expect(parsed.notices.join()).toContain('1 request without output')
    expect(parsed.notices.join()).toContain('1 request has no input_sequence_hashes, so no prefix is reused')
  })

  it.each([
    [dynamoLine().replace('trace.v1', 'trace.v2'), 'has schema dynamo.request.trace.v2, expected'],
    [dynamoLine({request: {input_tokens: -1}}), 'expected input_tokens to be a non-negative integer'],
    [dynamoLine({replay: {trace_block_size: 0}}), 'replay.trace_block_size of at least 1'],
    [
      dynamoLine({replay: {input_length: 33}}),
      'has 2 input_sequence_hashes of 16 tokens for 33 input tokens',
    ],
    [
      `${dynamoLine()}\n${dynamoLine({replay: {trace_block_size: 32}})}`,
      'line 2 has replay.trace_block_size 32, line 1',
    ],
    [dynamoLine({replay: {input_sequence_hashes: ['x']}}), 'expected input_sequence_hashes to be'],
  ])('refuses %s', (text, message) => {
    expect(problem(text)).toContain(message)
  })
})

describe('CSV', () => {
  it('reads Azure times to the last digit and says that prefixes are not known', () => {
    const parsed = parse(SAMPLES.azure)
    expect(parsed.timestampMs[1]! - parsed.timestampMs[0]!).toBeCloseTo(52, 6)
    expect(parsed.notices.join()).toContain('lengths only')
    const made = workload(SAMPLES.azure)
    expect(new Set(made.hashIds).size).toBe(made.hashIds.length)
    expect([...made.inputLength]).toEqual([4808, 3180])
  })

  it('reads times with and without zone alike', () => {
    const zoned = `${AZURE}2024-05-10 00:00:00.009930+00:00,10,5\n2024-05-10T02:00:01+02:00,10,5\n2024-05-09 19:30:02-04:30,10,5\n`
    const made = workload(zoned)
    expect([...made.arrivalMs].map(Math.round)).toEqual([0, 990, 1990])
  })

  it('reads BurstGPT in seconds, leaves failed requests out and follows its sessions', () => {
    const made = parse(
      `${BURSTGPT}5,GPT-4,472,18,490,API log\n9,GPT-4,30,0,30,API log\n45,GPT-4,1087,230,1317,API log`,
    )
    expect([...made.timestampMs]).toEqual([5000, 45_000])
    expect(made.notices.join()).toContain('1 request without input or output tokens')
    const header =
      'Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type\n'
    const sessions = parse(`${header}5,a,2,m,10,5,15,x\n6,,1,m,10,5,15,x\n30,a,3,m,10,5,15,x\n`)
    expect([...sessions.session]).toEqual([0, 1, 0])
    expect(sessions.delayMs[2]).toBe(23_000)
  })

  it('finds columns by name, or takes those it is told', () => {
    expect(parse(SAMPLES.csv).inputLengthGiven[1]).toBe(200)
    const odd = 'when;who;in;out\n100;u1;5;6\n400;u1;7;8\n'
    expect(problem(odd)).toBe(
      'f: trace line 1: no column is known to hold arrival times; name it with timestamp=NAME in the trace columns (the file has when, who, in, out)',
    )
    const columns = {timestamp: 'when', input: 'in', output: 'out', session: 'who', unit: 'ms'} as const
    const parsed = parse(odd, {columns})
    expect([...parsed.timestampMs]).toEqual([100, 400])
    expect([...parsed.delayMs]).toEqual([0, 300])
    expect(problem(odd, {columns: {...columns, input: 'tokens'}})).toContain('there is no column "tokens"')
  })

  it('counts lines through quoted cells', () => {
    const text = 'timestamp,input_tokens,output_tokens,note\n1,2,3,"a\nb"\n2,x,3,c\n'
    expect(problem(text)).toBe(
      'f: trace line 4 needs a whole number of tokens up to 2147483647 in input_tokens, got "x"',
    )
  })

  it.each([
    [`${AZURE}2023-11-16 18:17:03,10\n`, 'f: trace line 2 has 2 cells, the header has 3'],
    [`${AZURE}yesterday,10,5\n`, 'f: trace line 2 needs a date or a number in TIMESTAMP, got "yesterday"'],
    [`${AZURE}5,10,-5\n`, 'GeneratedTokens, got "-5"'],
    [`${AZURE}5,"10,5\n6,7,8\n`, 'f: trace line 2 is not CSV: Quoted field unterminated'],
    [AZURE, 'trace file f did not contain any requests'],
  ])('refuses %j', (text, message) => {
    expect(problem(text)).toContain(message)
  })

  it('reads files larger than one step, whatever cells are quoted', () => {
    const count = 60_000
    const rows = Array.from({length: count}, (_, i) =>
      i % 7 === 0 ? `${i},"${i + 1}",é"` : `${i},${i + 1},é`,
    )
    const text = `timestamp,input_tokens,note,output_tokens\r\n${rows.map(row => `${row.replace('é"', '"é, ""x"""')},3`).join('\r\n')}\r\n`
    const parsed = parse(text)
    expect(parsed.requestCount).toBe(count)
    expect(parsed.inputLengthGiven[count - 1]).toBe(count)
    expect(parsed.timestampMs[count - 1]).toBe((count - 1) * 1000)
  })
})

describe('every format', () => {
  it.each(TOLD)('%s never throws or hangs, and names the file', format => {
    const good = SAMPLES[format]
    const damage = fc.tuple(fc.nat(good.length), fc.nat(8), fc.string({maxLength: 6, unit: 'binary'}))
    const options = {traceBlockSize: 512, arrivalSpeedupRatio: 1, replayConcurrency: 1}
    fc.assert(
      fc.property(fc.array(damage, {minLength: 1, maxLength: 4}), fc.boolean(), (damages, isTold) => {
        let text = good
        for (const [at, cut, put] of damages) text = text.slice(0, at) + put + text.slice(at + cut)
        const result = parseTrace(text, 'the-file', isTold ? {format} : {})
        const made = result.ok ? toWorkload(result.value, options) : result
        if (!made.ok) expect(made.error.message).toContain('the-file')
        else expectSound(made.value)
      }),
      {numRuns: 1500},
    )
  })

  it.each(TRACE_FORMATS)('%s survives bytes of any kind', format => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 200}), bytes => {
        const result = parseTrace(bytes, 'the-file', {format})
        if (!result.ok) expect(result.error.message).toContain('the-file')
      }),
      {numRuns: 1000},
    )
  })

  it('reports progress on the way', () => {
    const text = AZURE + '2023-11-16 18:17:03.5,100,10\n'.repeat(40_000)
    const steps = [...parseTraceChunks(text, 'f', {}, OWN_FILES)]
    expect(steps.length).toBeGreaterThan(3)
    expect(steps.at(-1)).toEqual({bytesDone: text.length, bytesTotal: text.length, requests: 40_000})
  })
})

/** What the engine relies on. */
function expectSound(made: Workload): void {
  for (let request = 0; request < made.requestCount; request++) {
    expect(made.inputLength[request]).toBeGreaterThan(0)
    expect(made.outputLength[request]).toBeGreaterThan(0)
    expect(made.delayMs[request]).toBeGreaterThanOrEqual(0)
    const blocks = made.hashStart[request + 1]! - made.hashStart[request]!
    expect(blocks * made.traceBlockSize).toBeGreaterThanOrEqual(made.inputLength[request]!)
  }
  expect(made.releaseOrder.length).toBe(made.sessionCount)
}
