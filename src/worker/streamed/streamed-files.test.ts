import {Buffer} from 'node:buffer'
import {gzipSync} from 'node:zlib'
import * as Comlink from 'comlink'
import {afterEach, describe, expect, test} from 'vitest'
import {scratchFolder} from '../../../test/support/scratch-folder.ts'
import {expectAlike} from '../../../test/support/streamed-alike.ts'
import {finishedRun, preparedRun, scenarioOfFlags} from '../../../test/support/streamed-runs.ts'
import {loadTrace} from '../../cli/trace/load-trace.ts'
import {streamTrace} from '../../cli/trace/stream-trace.ts'
import type {Scenario} from '../../config/scenario.ts'
import type {Result} from '../../core/result.ts'
import {workloadOptionsOf} from '../../run/traffic.ts'
import {createWorkerApi} from '../api.ts'
import {SimulatorClient} from '../client.ts'
import {yieldByChannel} from '../host.ts'
import type {RunOutcome, TraceInfo} from '../protocol.ts'

const LIMITS = {above: 100, fileBytes: 1000}

const {written} = scratchFolder()
const clients: SimulatorClient[] = []
afterEach(() => {
  for (const client of clients.splice(0)) client.dispose()
})

/** A page with one file, which Node reads in parts as a browser's worker does. */
class Page {
  readonly #bytes: Uint8Array
  readonly #name: string
  readonly client: SimulatorClient
  partsRead = 0
  readonly mostWholeBytes: number
  /** What reading a part takes. */
  partMs = 0
  isGone = false

  constructor(name: string, content: string | Uint8Array, inPieces: boolean, mostWholeBytes = 2 ** 30) {
    this.mostWholeBytes = mostWholeBytes
    this.#name = name
    this.#bytes = typeof content === 'string' ? Buffer.from(content) : content
    const readPart = (_: Blob, from: number, to: number) => {
      this.partsRead++
      for (const end = performance.now() + this.partMs; performance.now() < end; );
      if (this.isGone) throw new DOMException('gone', 'NotReadableError')
      return Uint8Array.from(this.#bytes.subarray(from, to))
    }
    const pieces = inPieces ? {pieces: {readPart, limits: LIMITS, mostWholeBytes: this.mostWholeBytes}} : {}
    this.client = new SimulatorClient(() => {
      const {port1, port2} = new MessageChannel()
      const openSiteFile = async () => new Response(null, {status: 404})
      Comlink.expose(
        createWorkerApi({
          openSiteFile,
          nowMs: () => performance.now(),
          yieldToEvents: yieldByChannel,
          ...pieces,
        }),
        port2,
      )
      port1.start()
      return {
        endpoint: port1,
        terminate() {
          port1.close()
          port2.close()
        },
        onDeath() {},
      }
    })
    clients.push(this.client)
  }

  get blob(): Blob {
    return new Blob([this.#bytes as Uint8Array<ArrayBuffer>])
  }

  load(scenario: Scenario, signal = new AbortController().signal): Promise<Result<TraceInfo>> {
    const source = {kind: 'file', name: this.#name} as const
    const request = {source, blob: this.blob, ...workloadOptionsOf(scenario)}
    return this.client.loadTrace(request, () => {}, signal)
  }

  run(scenario: Scenario, info: TraceInfo): Promise<Result<RunOutcome>> {
    const request = {scenario: {...scenario, trace: info.source}, traceBlob: this.blob, profile: null}
    return this.client.run(request, () => {}, new AbortController().signal)
  }
}

function unwrapped<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

function messageOf(result: Result<unknown>): string {
  return result.ok ? 'no problem' : result.error.message
}

/** All but what depends on the host. */
function figuresOf({report: {planner_replay: extras, ...report}}: RunOutcome['result']) {
  const figures = Object.entries(report).filter(([key]) => !/wall|^processed_.*_per_s$/.test(key))
  const {percentiles, trace_sha256} = extras
  return {...Object.fromEntries(figures), percentiles, trace_sha256}
}

const ROWS = Array.from({length: 2000}, (_, i) => ({
  at: i * 45 + ((i * 7919) % 30),
  input: i === 700 ? 2_000_000 : 100 + ((i * 977) % 3000),
  output: 1 + ((i * 31) % 60),
}))
const CSV = `time_ms,input_tokens,output_tokens\n${ROWS.map(({at, input, output}) => `${at},${input},${output}\n`).join('')}`
const LINES = ROWS.map(
  ({at, input, output}) => `{"timestamp_ms":${at},"isl":${input},"osl":${output}}\n`,
).join('')
const CHATS = ROWS.map(({at, input, output}, i) => {
  const ids = Array.from(
    {length: Math.ceil(input / 512)},
    (_, block) => (block < 2 ? i % 7 : i * 10_000) + block,
  )
  return `${JSON.stringify({timestamp: at, input_length: input, output_length: output, hash_ids: ids})}\n`
}).join('')

/** Sessions of one to five turns, each of which sends what was said before. */
const TURNS = ROWS.filter((_, i) => i % 3 === 0)
  .map(({at, output}, session) =>
    Array.from({length: 1 + (session % 5)}, (_, turn) => {
      const ids = Array.from({length: 2 + turn}, (_, block) =>
        block < 1 ? session % 7 : session * 10 + block,
      )
      const row = {input_length: ids.length * 512 - (session % 300), output_length: output, hash_ids: ids}
      const time = turn === 0 ? {timestamp: at * 3} : {delay: (session * 37 + turn * 1009) % 4000}
      return `${JSON.stringify({session_id: `chat-${session}`, ...time, ...row})}\n`
    }).join(''),
  )
  .join('')

const CASES: readonly (readonly [string, string | Uint8Array, string])[] = [
  ['lengths.csv', CSV, '--num-workers 3'],
  ['packed.csv.gz', gzipSync(CSV), '--num-workers 3 --arrival-speedup-ratio 2'],
  ['lengths-1.6.csv', CSV, '--num-workers 3 --dynamo 1.6.1'],
  ['lengths.jsonl', LINES, '--num-workers 3 --replay-concurrency 9'],
  ['chats.jsonl', CHATS, '--num-workers 3'],
  ['packed.jsonl.gz', gzipSync(CHATS), '--num-workers 3 --dynamo 1.6.1'],
  ['fast.jsonl', CHATS, '--num-workers 3 --arrival-speedup-ratio 2'],
  ['sessions.jsonl', TURNS, '--num-workers 3'],
  ['sessions.jsonl.gz', gzipSync(TURNS), '--num-workers 3 --dynamo 1.6.1 --arrival-speedup-ratio 1.5'],
  ['loop.jsonl', TURNS, '--num-workers 3 --dynamo 1.6.1 --replay-concurrency 9'],
]

describe('a file that the page reads in pieces', () => {
  test.each(CASES)('%s is described and replayed as the command line does', async (name, content, flags) => {
    const scenario: Scenario = {...scenarioOfFlags(`${name} ${flags}`), engineTiming: 'polynomial'}
    const page = new Page(name, content, true)
    const info = unwrapped(await page.load(scenario))
    const {statistics, streamed, ...told} = info
    const usual = unwrapped(await new Page(name, content, false).load(scenario))
    const {statistics: usualStatistics, ...usualTold} = usual
    expect(streamed).toBe(
      info.prompts === 'none' ? 'lengths' : statistics.turns.max > 1 ? 'sessions' : 'hashes',
    )
    expect(told).toEqual(usualTold)
    const {dispersion, idealReuse, ...figures} = statistics
    const {dispersion: usualDispersion, idealReuse: usualReuse, ...usualFigures} = usualStatistics
    expect(figures).toEqual(usualFigures)
    expect(idealReuse).toBe(streamed === 'lengths' ? usualReuse : null)
    for (const window of ['s1', 's10', 's60'] as const)
      if (usualDispersion[window] === null) expect(dispersion[window]).toBe(null)
      else expect(dispersion[window]).toBeCloseTo(usualDispersion[window], 9)

    const path = written(name, content)
    const onCommandLine = async (keeps: boolean) => {
      const loadTraffic = async (own: Scenario) =>
        keeps
          ? loadTrace([path], workloadOptionsOf(own), own)
          : (await streamTrace([path], workloadOptionsOf(own), own, LIMITS))!
      return finishedRun(await preparedRun(scenario, {loadTraffic}))
    }
    const readsBefore = page.partsRead
    const {result} = unwrapped(await page.run(scenario, info))
    // Rows of lengths are kept as columns; those with hash ids are read again.
    expect(page.partsRead > readsBefore).toBe(streamed !== 'lengths')
    const piecewise = await onCommandLine(false)
    expect(figuresOf(result)).toEqual(figuresOf(piecewise))
    expect(result.engine.requests.sampled?.of).toBe(result.engine.requests.count)
    expectAlike(piecewise, await onCommandLine(true))
  })
})

const PLAIN: Scenario = {...scenarioOfFlags('trace --num-workers 3'), engineTiming: 'polynomial'}

test('what has to be read as a whole is, and says what is wrong with it', async () => {
  const streamedOf = async (content: string, scenario = PLAIN) => {
    const info = await new Page('some.csv', content, true).load(scenario)
    return info.ok ? info.value.streamed : messageOf(info)
  }
  expect(await streamedOf(CSV)).toBe('lengths')
  expect(await streamedOf(CSV.split('\n').slice(0, 90).join('\n'))).toBe(undefined)
  expect(await streamedOf(`${CSV}1,10,10\n`)).toBe(undefined)
  expect(await streamedOf(`${CSV}99999999,10,many\n`)).toContain('some.csv: trace line 2002')
  expect(await streamedOf(CSV, {...PLAIN, traceSelection: {limit: 500}})).toBe(undefined)
  const returned = '{"session_id":"a","delay":9,"input_length":9,"output_length":9,"hash_ids":[1]}\n'
  expect(await streamedOf(`${CHATS.replace('{', '{"session_id":"a",')}${returned}`)).toBe(undefined)
})

test('sessions in a closed loop of 1.2.1 are kept after all', async () => {
  const scenario: Scenario = {
    ...scenarioOfFlags('loop.jsonl --num-workers 3 --replay-concurrency 9'),
    engineTiming: 'polynomial',
  }
  const page = new Page('loop.jsonl', TURNS, true)
  const info = unwrapped(await page.load(scenario))
  expect(info.streamed).toBe('sessions')
  const {result} = unwrapped(await page.run(scenario, info))
  expect(result.report.planner_replay.percentiles).toBe('exact')
})

test('a file that is too large to be read as a whole says why it would have to be', async () => {
  const problemOf = async (name: string, content: string) =>
    messageOf(await new Page(name, content, true, 10_000).load(PLAIN))
  expect(await problemOf('good.csv', CSV)).toBe('no problem')
  expect(await problemOf('bad.csv', `${CSV}99999999,10,many\n`)).toContain('bad.csv: trace line 2002')
  expect(await problemOf('late.csv', `${CSV}1,10,10\n`)).toMatch(
    /^late\.csv has 0\.0 GiB, too much to be read as a whole\. In pieces .* in order of time/,
  )
})

test('a file that nobody waits for any more is not read to its end', async () => {
  // Every piece takes longer than the worker goes on without a look at its messages.
  const large = `${CHATS.trimEnd()}${' '.repeat(2 ** 20)}\n`.repeat(8)
  const page = new Page('large.jsonl', large, true)
  page.partMs = 60
  const abort = new AbortController()
  const reading = page.load(PLAIN, abort.signal)
  reading.catch(() => {})
  await expect.poll(() => page.partsRead).toBeGreaterThan(1)
  abort.abort()
  await expect(reading).rejects.toThrow()
  await page.client.listCatalogue()
  const read = page.partsRead
  await new Promise(resolve => setTimeout(resolve, 300))
  expect(page.partsRead - read).toBeLessThan(2)
  expect(read).toBeLessThan(8)
})

test('a file that is changed or removed after it was picked ends in words', async () => {
  const page = new Page('chats.jsonl', CHATS, true)
  const info = unwrapped(await page.load(PLAIN))
  unwrapped(await page.run(PLAIN, info))
  // What the content says, named as the form does once a file was picked.
  const named = {...PLAIN, traceFormat: {format: 'mooncake'}} as const
  unwrapped(await page.run(named, info))
  page.isGone = true
  const words =
    'chats.jsonl cannot be read any more: it was changed, moved or removed since it was picked. Pick it again'
  expect(messageOf(await page.run(named, info))).toBe(words)
  // Another reading begins at the beginning.
  expect(messageOf(await page.run({...PLAIN, traceBlockSize: 500}, info))).toBe(words)
  // Of lengths nothing is read again.
  const lengths = new Page('lengths.csv', CSV, true)
  const known = unwrapped(await lengths.load(PLAIN))
  lengths.isGone = true
  unwrapped(await lengths.run(PLAIN, known))
})
