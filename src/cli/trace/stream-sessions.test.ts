import {readFileSync} from 'node:fs'
import {basename} from 'node:path'
import {gzipSync} from 'node:zlib'
import {describe, expect, test} from 'vitest'
import {scratchFolder} from '../../../test/support/scratch-folder.ts'
import {expectAlike, expectSamePictures} from '../../../test/support/streamed-alike.ts'
import {
  engine12,
  engine16,
  finishedRun,
  pools,
  preparedRun,
  QUICK_PLANNER,
  scenarioOfFlags,
} from '../../../test/support/streamed-runs.ts'
import {initialScaling} from '../../config/scaling/initial-scaling.ts'
import type {Scenario} from '../../config/scenario.ts'
import {RandomStream} from '../../core/random.ts'
import {RequestSlots} from '../../engine/stream/request-slots.ts'
import {computePictures} from '../../report/compute-pictures.ts'
import {formatPerRequestLines} from '../../report/per-request.ts'
import type {RunResult} from '../../run/run.ts'
import {streamedMooncake} from '../../run/stream.ts'
import {type LoadTraffic, type Traffic, workloadOptionsOf} from '../../run/traffic.ts'
import {loadTrace} from './load-trace.ts'
import {nativeSha256} from './native-sha256.ts'
import {streamTrace} from './stream-trace.ts'

const {written} = scratchFolder()

interface Row {
  readonly session_id?: string
  readonly timestamp?: number
  readonly delay?: number
  readonly input_length: number
  readonly output_length: number
  readonly hash_ids: readonly number[]
}

/**
 * Sessions of one to eight turns, between them requests alone. Most turns send what was said before and more, some begin anew; waits are
 * written as such or as times; families of sessions begin alike.
 */
function chats(sessions: number, {blockTokens = 512, gapMs = 400} = {}): Row[] {
  const random = new RandomStream(11, 'sessions')
  const upTo = (most: number) => Math.floor(random.next() * most)
  let fresh = 50
  let at = 0
  return Array.from({length: sessions}, (_, session) => {
    at += upTo(2 * gapMs)
    let ids = [0, 1 + upTo(4)]
    const turns = session % 5 === 0 ? 1 : 1 + upTo(8)
    const isTimed = session % 3 === 0
    let timestamp = at
    return Array.from({length: turns}, (_, turn): Row => {
      if (turn > 0 && upTo(6) === 0) ids = ids.slice(0, 1 + upTo(ids.length))
      ids = [...ids, ...Array.from({length: 1 + upTo(5)}, () => fresh++)]
      const delay = upTo(4) === 0 ? 0 : upTo(9000)
      timestamp += delay
      return {
        ...(session % 5 === 0 && session % 2 === 0 ? {} : {session_id: `chat ${session}`}),
        ...(turn === 0 ? {timestamp: at} : isTimed ? {timestamp} : {delay}),
        input_length: ids.length * blockTokens - upTo(2) * upTo(blockTokens),
        output_length: 1 + upTo(50),
        hash_ids: ids,
      }
    })
  }).flat()
}

function linesOf(rows: readonly Row[]): string {
  return rows.map(row => `${JSON.stringify(row)}\n`).join('')
}

const CHATS: Readonly<Record<number, string>> = {
  512: linesOf(chats(200)),
  500: linesOf(chats(200, {blockTokens: 500})),
}

function scenarioOf(flags: string, planner?: object): Scenario {
  return {...scenarioOfFlags(`trace.jsonl ${flags}`, planner), engineTiming: 'polynomial'}
}

async function run(scenario: Scenario, loadTraffic: LoadTraffic, lines: string[] = []): Promise<RunResult> {
  return finishedRun(await preparedRun(scenario, {loadTraffic}), lines)
}

const kept = (path: string) => (own: Scenario) => loadTrace([path], workloadOptionsOf(own), own)

/** As the command line reads it, but in pieces of which most end within a session. */
function inPieces(path: string, scenario: Scenario, bytes = 3000): Traffic | null {
  const open = () => {
    const file = readFileSync(path)
    let at = 0
    return () => {
      const piece = file.subarray(at, at + bytes)
      at += bytes
      return piece.length === 0 ? null : new Uint8Array(piece)
    }
  }
  const traffic = streamedMooncake(open, {
    scenario,
    name: basename(path),
    fileName: path,
    sha256: () => nativeSha256([readFileSync(path)]),
    above: 100,
  })
  if (traffic === null) return null
  if (!traffic.ok) throw new Error(traffic.error.message)
  const {streamed} = traffic.value
  const slots = () => new RequestSlots(streamed!.requestCount, 40)
  return {
    ...traffic.value,
    streamed: {...streamed!, open: () => ({source: streamed!.open().source, slots: slots()})},
  }
}

const KV = '--router-mode kv_router'

const CASES: readonly (readonly [string, Scenario])[] = [
  ['caches that hold everything', scenarioOf('--num-workers 2')],
  ['small caches', scenarioOf(`--num-workers 3 ${engine12({num_gpu_blocks: 600})}`)],
  ['turns that no instance can hold', scenarioOf(`--num-workers 3 ${engine12({num_gpu_blocks: 160})}`)],
  [
    'blocks that end within hash ids',
    scenarioOf(`--num-workers 2 --trace-block-size 500 ${engine12({num_gpu_blocks: 900})}`),
  ],
  [
    'no prefix cache',
    scenarioOf(`--num-workers 3 ${engine12({enable_prefix_caching: false, num_gpu_blocks: 900})}`),
  ],
  [
    'a faster clock',
    scenarioOf(`--num-workers 2 --arrival-speedup-ratio 3 ${engine12({num_gpu_blocks: 700})}`),
  ],
  ['a planner', scenarioOf(`--num-workers 1 ${engine12({num_gpu_blocks: 2000})}`, QUICK_PLANNER)],
  ['a KV router', scenarioOf(`${KV} --num-workers 3 ${engine12({num_gpu_blocks: 600})}`)],
  [
    'two pools',
    scenarioOf(
      pools({worker_type: 'prefill', num_gpu_blocks: 900}, {worker_type: 'decode', num_gpu_blocks: 1800}),
    ),
  ],
  ['1.6.1, small caches', scenarioOf(`--num-workers 3 ${engine16({num_gpu_blocks: 600})}`)],
  [
    '1.6.1, turns that are turned away or cut',
    scenarioOf(`--num-workers 3 ${engine16({max_model_len: 9000})}`),
  ],
  [
    '1.6.1, TensorRT-LLM',
    scenarioOf(`--num-workers 3 ${engine16({backend: 'trtllm', num_gpu_blocks: 1200})}`),
  ],
  [
    '1.6.1, a closed loop',
    scenarioOf(`--num-workers 2 --replay-concurrency 9 ${engine16({num_gpu_blocks: 600})}`),
  ],
  [
    '1.6.1, a KV router that hears late',
    scenarioOf(`${KV} --num-workers 3 --kv-event-lag-ms 900 ${engine16({num_gpu_blocks: 600})}`),
  ],
  [
    '1.6.1, KPA',
    {...scenarioOf(`--num-workers 1 ${engine16({num_gpu_blocks: 2000})}`), scaling: initialScaling('kpa')},
  ],
  [
    '1.6.1, two pools',
    scenarioOf(
      pools(
        {engine: {worker_type: 'prefill', num_gpu_blocks: 900}},
        {engine: {worker_type: 'decode', num_gpu_blocks: 1200}},
      ),
    ),
  ],
  ['1.6.1, a last moment', scenarioOf('--dynamo 1.6.1 --num-workers 3 --max-sim-time-ms 50000')],
]

describe('sessions of a file that is read as the run goes on replay as ones that are kept:', () => {
  test.each(CASES)('%s', async (name, scenario) => {
    const path = written(`${name}.jsonl`, CHATS[scenario.traceBlockSize]!)
    const lines: string[] = []
    const traffic = inPieces(path, scenario)
    const pieces = await run(scenario, async () => ({ok: true, value: traffic!}), lines)
    const whole = await run(scenario, kept(path))
    const {requests} = whole.engine
    const came = requests.arrivalOrder.filter(request => request >= 0)
    const keptLines = [...formatPerRequestLines(requests)]
    expect(lines).toEqual(Array.from(came, request => keptLines[request]))
    expectAlike(pieces, whole)
    if (scenario.maxSimTimeMs === undefined)
      expectSamePictures(computePictures({...pieces, scenario}), computePictures({...whole, scenario}))
    const own = pieces.notices.filter(notice => !whole.notices.includes(notice))
    expect(own).toEqual([expect.stringContaining('requests are more than are kept one by one')])
    expect(pieces.notices).toHaveLength(whole.notices.length + 1)
  })
})

const LIMITS = {above: 100, fileBytes: 1000}

async function streamed(path: string, scenario: Scenario): Promise<Traffic | null> {
  const traffic = await streamTrace([path], workloadOptionsOf(scenario), scenario, LIMITS)
  if (traffic === null) return null
  if (!traffic.ok) throw new Error(traffic.error.message)
  return traffic.value
}

test('the command line reads packed sessions in pieces', async () => {
  const scenario = scenarioOf('--num-workers 2')
  const path = written('sessions.jsonl.gz', gzipSync(CHATS[512]!))
  const traffic = await streamed(path, scenario)
  expect(traffic?.streamed?.sessions).toBeGreaterThan(100)
  const pieces = await run(scenario, async () => ({ok: true, value: traffic!}))
  expectAlike(pieces, await run(scenario, kept(path)))
})

const rows = chats(200)
const isTurn = (row: Row) => row.delay !== undefined
const firstTurn = rows.findIndex((row, i) => i > 20 && isTurn(row))

test.each([
  ['apart.jsonl', linesOf([...rows.slice(0, firstTurn), ...rows.slice(firstTurn + 1), rows[firstTurn]!]), ''],
  ['again.jsonl', linesOf([...rows, {...rows[0]!, session_id: 'chat 1', timestamp: 1e9}]), ''],
  ['unsorted.jsonl', linesOf([...rows, {...rows[0]!, session_id: 'last', timestamp: 5}]), ''],
  ['anonymous.jsonl', linesOf([...rows, {...rows[0]!, session_id: 'request_2', timestamp: 1e9}]), ''],
  ['early.jsonl', linesOf([...rows, {...rows[1]!, session_id: 'last', timestamp: 1e9, delay: 5}]), ''],
  ['looped.jsonl', CHATS[512]!, ' --replay-concurrency 8'],
  ['tokens.jsonl', CHATS[512]!, ` ${engine12({engine_type: 'sglang'})}`],
])('%s is left to the usual reader', async (name, content, flags) => {
  const path = written(name, content)
  const scenario = scenarioOf(`--num-workers 3${flags}`)
  expect(await streamed(path, scenario)).toBe(null)
  expect(inPieces(path, scenario)).toBe(null)
})
