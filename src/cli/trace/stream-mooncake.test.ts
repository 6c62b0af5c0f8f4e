import {rmSync} from 'node:fs'
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
  QUICK_PLANNER_16,
  scenarioOfFlags,
} from '../../../test/support/streamed-runs.ts'
import {initialScaling} from '../../config/scaling/initial-scaling.ts'
import type {Scenario} from '../../config/scenario.ts'
import {RandomStream} from '../../core/random.ts'
import {RequestSlots} from '../../engine/stream/request-slots.ts'
import {computePictures} from '../../report/compute-pictures.ts'
import {formatPerRequestLines} from '../../report/per-request.ts'
import type {RunResult} from '../../run/run.ts'
import {type LoadTraffic, type Traffic, workloadOptionsOf} from '../../run/traffic.ts'
import {loadTrace} from './load-trace.ts'
import {streamTrace} from './stream-trace.ts'

const LIMITS = {above: 100, fileBytes: 1000}

const {written} = scratchFolder()

interface Row {
  readonly timestamp: number
  readonly input_length: number
  readonly output_length: number
  readonly hash_ids: readonly number[]
}

/** Chats that are returned to, the recent ones more often, some of them long after everything of theirs has left the caches. */
function chats(count: number, {blockTokens = 512, gapMs = 150} = {}): Row[] {
  const random = new RandomStream(7, 'chats')
  const known: (readonly number[])[] = []
  let fresh = 50
  let at = 0
  return Array.from({length: count}, (_, i) => {
    at += Math.floor(2 * gapMs * random.next())
    const back = Math.floor(random.next() ** 3 * known.length)
    const before = random.next() < 0.6 ? known[known.length - 1 - back] : undefined
    const kept = before?.slice(0, 1 + Math.floor(random.next() * before.length * 1.5))
    const ids = [...(kept ?? [0, 1 + Math.floor(random.next() * 4)])]
    for (let own = Math.floor(random.next() * 9); own >= 0; own--) ids.push(fresh++)
    known.push(ids)
    // Every other prompt ends within its last block.
    const input = ids.length * blockTokens - (i % 2) * Math.floor(random.next() * blockTokens)
    return {
      timestamp: at,
      input_length: input,
      output_length: 1 + Math.floor(random.next() * 50),
      hash_ids: ids,
    }
  })
}

function linesOf(rows: readonly Row[]): string {
  return rows.map(row => `${JSON.stringify(row)}\n`).join('')
}

const CHATS: Readonly<Record<number, string>> = {
  512: linesOf(chats(700)),
  500: linesOf(chats(700, {blockTokens: 500})),
}

function scenarioOf(flags: string, planner?: object): Scenario {
  return {...scenarioOfFlags(`trace.jsonl ${flags}`, planner), engineTiming: 'polynomial'}
}

async function run(scenario: Scenario, loadTraffic: LoadTraffic, lines: string[] = []): Promise<RunResult> {
  return finishedRun(await preparedRun(scenario, {loadTraffic}), lines)
}

/** It is looked every few requests which prefixes are still needed. */
async function streamed(path: string, scenario: Scenario): Promise<Traffic | null> {
  const traffic = await streamTrace([path], workloadOptionsOf(scenario), scenario, LIMITS)
  if (traffic === null) return null
  if (!traffic.ok) throw new Error(traffic.error.message)
  const {streamed} = traffic.value
  const open = () => ({source: streamed!.open().source, slots: new RequestSlots(streamed!.requestCount, 40)})
  return {...traffic.value, streamed: {...streamed!, open}}
}

const CASES: readonly (readonly [string, Scenario])[] = [
  ['caches that hold everything', scenarioOf('--num-workers 2')],
  ['small caches', scenarioOf(`--num-workers 3 ${engine12({num_gpu_blocks: 600})}`)],
  ['caches that pre-empt', scenarioOf(`--num-workers 1 ${engine12({num_gpu_blocks: 900})}`)],
  [
    'blocks that end within hash ids',
    scenarioOf(`--num-workers 2 --trace-block-size 500 ${engine12({num_gpu_blocks: 900})}`),
  ],
  [
    'blocks of several hash ids',
    scenarioOf(`--num-workers 2 ${engine12({block_size: 1024, num_gpu_blocks: 60})}`),
  ],
  [
    'no prefix cache',
    scenarioOf(`--num-workers 3 ${engine12({enable_prefix_caching: false, num_gpu_blocks: 900})}`),
  ],
  [
    'a faster clock',
    scenarioOf(`--num-workers 2 --arrival-speedup-ratio 3 ${engine12({num_gpu_blocks: 700})}`),
  ],
  ['a closed loop', scenarioOf(`--num-workers 2 --replay-concurrency 9 ${engine12({num_gpu_blocks: 600})}`)],
  ['a planner', scenarioOf(`--num-workers 1 ${engine12({num_gpu_blocks: 2000})}`, QUICK_PLANNER)],
  [
    'HPA',
    {...scenarioOf(`--num-workers 1 ${engine12({num_gpu_blocks: 2000})}`), scaling: initialScaling('hpa')},
  ],
  [
    'two pools',
    scenarioOf(
      pools({worker_type: 'prefill', num_gpu_blocks: 900}, {worker_type: 'decode', num_gpu_blocks: 1800}),
    ),
  ],
  ['1.6.1, caches that hold everything', scenarioOf('--dynamo 1.6.1 --num-workers 2')],
  ['1.6.1, small caches', scenarioOf(`--num-workers 3 ${engine16({num_gpu_blocks: 600})}`)],
  ['1.6.1, caches that pre-empt', scenarioOf(`--num-workers 1 ${engine16({num_gpu_blocks: 900})}`)],
  [
    '1.6.1, blocks that end within hash ids',
    scenarioOf(`--num-workers 2 --trace-block-size 500 ${engine16({num_gpu_blocks: 900})}`),
  ],
  [
    '1.6.1, no prefix cache',
    scenarioOf(`--num-workers 3 ${engine16({enable_prefix_caching: false, num_gpu_blocks: 900})}`),
  ],
  [
    '1.6.1, TensorRT-LLM',
    scenarioOf(`--num-workers 3 ${engine16({backend: 'trtllm', num_gpu_blocks: 1200})}`),
  ],
  [
    '1.6.1, a closed loop',
    scenarioOf(`--num-workers 2 --replay-concurrency 9 ${engine16({num_gpu_blocks: 600})}`),
  ],
  ['1.6.1, a planner', scenarioOf(`--num-workers 1 ${engine16({num_gpu_blocks: 2000})}`, QUICK_PLANNER_16)],
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
]

const KV = '--router-mode kv_router'
const HELD_BACK = `--router-config ${JSON.stringify({router_queue_threshold: 0.6, router_temperature: 0.3, router_queue_policy: 'wspt'})}`

const ROUTED: readonly (readonly [string, Scenario])[] = [
  ['a KV router', scenarioOf(`${KV} --num-workers 3 ${engine12({num_gpu_blocks: 600})}`)],
  ['a KV router of roomy caches', scenarioOf(`${KV} --num-workers 3`)],
  [
    'a KV router that holds requests back, drawn',
    scenarioOf(`${KV} --num-workers 2 ${HELD_BACK} ${engine12({num_gpu_blocks: 900})}`),
  ],
  [
    'a KV router of blocks that end within hash ids',
    scenarioOf(`${KV} --num-workers 3 --trace-block-size 500 ${engine12({num_gpu_blocks: 900})}`),
  ],
  [
    'a KV router of blocks of several hash ids',
    scenarioOf(`${KV} --num-workers 3 ${engine12({block_size: 1024, num_gpu_blocks: 60})}`),
  ],
  [
    'a KV router in a closed loop',
    scenarioOf(`${KV} --num-workers 3 --replay-concurrency 9 ${engine12({num_gpu_blocks: 600})}`),
  ],
  [
    'a KV router under HPA',
    {
      ...scenarioOf(`${KV} --num-workers 2 ${engine12({num_gpu_blocks: 1500})}`),
      scaling: initialScaling('hpa'),
    },
  ],
  [
    'a KV router of two pools',
    scenarioOf(
      `${KV} ${pools({worker_type: 'prefill', num_gpu_blocks: 900}, {worker_type: 'decode', num_gpu_blocks: 1800})}`,
    ),
  ],
  ['1.6.1, a KV router', scenarioOf(`${KV} --num-workers 3 ${engine16({num_gpu_blocks: 600})}`)],
  [
    '1.6.1, a KV router that hears late and holds requests back',
    scenarioOf(`${KV} --num-workers 3 --kv-event-lag-ms 900 ${HELD_BACK} ${engine16({num_gpu_blocks: 600})}`),
  ],
  [
    '1.6.1, a KV router that hears very late',
    scenarioOf(`${KV} --num-workers 3 --kv-event-lag-ms 20000 ${engine16({num_gpu_blocks: 600})}`),
  ],
  [
    '1.6.1, a KV router without prefix caches',
    scenarioOf(`${KV} --num-workers 3 ${engine16({enable_prefix_caching: false, num_gpu_blocks: 900})}`),
  ],
  [
    '1.6.1, a KV router under KPA',
    {
      ...scenarioOf(`${KV} --num-workers 2 ${engine16({num_gpu_blocks: 1500})}`),
      scaling: initialScaling('kpa'),
    },
  ],
  [
    '1.6.1, a KV router of two pools',
    scenarioOf(
      `${KV} ${pools(
        {engine: {worker_type: 'prefill', num_gpu_blocks: 900}},
        {engine: {worker_type: 'decode', num_gpu_blocks: 1200}},
      )}`,
    ),
  ],
]

describe('prompts with common blocks that are read as the run goes on replay as ones that are kept:', () => {
  test.each([...CASES, ...ROUTED])('%s', async (name, scenario) => {
    const path = written(`${name}.jsonl`, CHATS[scenario.traceBlockSize]!)
    const lines: string[] = []
    const traffic = await streamed(path, scenario)
    const pieces = await run(scenario, async () => ({ok: true, value: traffic!}), lines)
    const whole = await run(scenario, own => loadTrace([path], workloadOptionsOf(own), own))
    expect(lines).toEqual([...formatPerRequestLines(whole.engine.requests)])
    expectAlike(pieces, whole)
    expectSamePictures(computePictures({...pieces, scenario}), computePictures({...whole, scenario}))
    // All that is said is the same, and that percentiles are not exact.
    const own = pieces.notices.filter(notice => !whole.notices.includes(notice))
    expect(own).toEqual([expect.stringContaining('700 requests are more than are kept one by one')])
    expect(pieces.notices).toHaveLength(whole.notices.length + 1)
    // A second run on the same traffic begins anew.
    expect((await run(scenario, async () => ({ok: true, value: traffic!}))).report).toEqual(pieces.report)
  })
})

describe('what is odd of it is said of a trace read in pieces, too:', () => {
  const told = async (name: string, rows: readonly Row[], flags = '--num-workers 2') => {
    const scenario = scenarioOf(flags)
    const path = written(name, gzipSync(linesOf(rows)))
    const traffic = await streamed(path, scenario)
    const load = async () => ({ok: true, value: traffic!}) as const
    const pieces = await run(scenario, load)
    const whole = await run(scenario, own => loadTrace([path], workloadOptionsOf(own), own))
    expect(pieces.report.planner_replay.trace_sha256).toBe(whole.report.planner_replay.trace_sha256)
    const notices = pieces.notices.slice(0, -1)
    expect(notices).toEqual(whole.notices)
    return notices.join(' ')
  }

  test('times in another unit', async () => {
    const rows = chats(300).map(row => ({...row, timestamp: row.timestamp / 1000}))
    expect(await told('unit.jsonl.gz', rows)).toMatch(/are these times in seconds\?.*--trace-columns unit=s/)
  })

  test('a grid', async () => {
    const rows = chats(300).map(row => ({...row, timestamp: Math.floor(row.timestamp / 2000) * 2000}))
    expect(await told('grid.jsonl.gz', rows)).toMatch(/on a grid of 2 s/)
  })

  test('a gap', async () => {
    const rows = chats(300).map((row, i) => ({...row, timestamp: row.timestamp + (i < 100 ? 0 : 9_000_000)}))
    expect(await told('gap.jsonl.gz', rows)).toMatch(/Did the clock jump.*--trace-start-s/)
  })

  test('another block size, requests without an answer, and prompts that do not fit', async () => {
    const rows = chats(300, {blockTokens: 256}).map((row, i) => ({
      ...row,
      input_length: row.hash_ids.length * 256,
      output_length: i % 50 === 0 ? 0 : row.output_length,
    }))
    const small = `--num-workers 2 ${engine12({num_gpu_blocks: 60})}`
    const text = await told('sizes.jsonl.gz', rows, `${small} --trace-block-size 128`)
    expect(text).toMatch(/cut to those.*--trace-block-size 256/)
    expect(text).toMatch(/6 requests without output tokens were left out/)
    const other = await told(
      'long.jsonl.gz',
      rows,
      `--num-workers 2 --trace-block-size 256 ${engine12({num_gpu_blocks: 30})}`,
    )
    expect(other).toMatch(/were left out: no instance could serve them/)
    const turned = await told(
      'turned.jsonl.gz',
      rows,
      `--num-workers 2 --trace-block-size 256 ${engine16({num_gpu_blocks: 30})}`,
    )
    expect(turned).toMatch(/The engine turns them away/)
  })
})

/** With another checksum. */
function damaged(packed: Uint8Array): Uint8Array {
  return packed.fill(1, packed.length - 8, packed.length - 4)
}

test('a file that changes while it is replayed ends the run', async () => {
  const path = written('changed.jsonl', CHATS[512]!)
  const scenario = scenarioOf('--num-workers 2')
  const traffic = await streamed(path, scenario)
  written('changed.jsonl', linesOf(chats(650)))
  await expect(run(scenario, async () => ({ok: true, value: traffic!}))).rejects.toThrow(
    'changed.jsonl has changed since it was first read',
  )
  rmSync(path)
  await expect(run(scenario, async () => ({ok: true, value: traffic!}))).rejects.toThrow(
    'changed.jsonl cannot be read any more: no such file',
  )
})

test.each([
  ['unsorted.jsonl', linesOf(chats(300).toReversed()), ''],
  ['broken.jsonl', `${CHATS[512]}{"timestamp": 9e9, "output_length": 3}\n`, ''],
  ['untimed.jsonl', CHATS[512]!.replace('"timestamp"', '"at"'), ''],
  ['small.jsonl', linesOf(chats(90)), ''],
  ['burst.jsonl', linesOf(chats(300).map(row => ({...row, timestamp: 5}))), ''],
  ['cut.jsonl.gz', gzipSync(CHATS[512]!).subarray(0, 9000), ''],
  ['damaged.jsonl.gz', damaged(gzipSync(CHATS[512]!)), ''],
  ['strict.jsonl', CHATS[512]!, ' --dynamo 1.6.1 --trace-block-size 256'],
  ['selected.jsonl', CHATS[512]!, ' --trace-limit 500'],
  ['delta.jsonl', CHATS[512]!, ' --dynamo 1.6.1 --trace-format mooncake-delta'],
  ['seconds.jsonl', CHATS[512]!, ' --trace-columns unit=s'],
  ['routed.jsonl', CHATS[512]!, ` ${KV} ${engine12({enable_prefix_caching: false})}`],
  ['tokens.jsonl', CHATS[512]!, ` ${engine12({engine_type: 'sglang'})}`],
  ['limited.jsonl', CHATS[512]!, ' --drain-limit 30'],
])('%s is left to the usual reader', async (name, content, flags) => {
  expect(await streamed(written(name, content), scenarioOf(`--num-workers 3${flags}`))).toBe(null)
})

test('a run that stops at a last moment says the same, with hash ids, too', async () => {
  const scenario = scenarioOf('--dynamo 1.6.1 --num-workers 3 --max-sim-time-ms 50000')
  const path = written('stopped.jsonl', CHATS[512]!)
  const traffic = await streamed(path, scenario)
  const pieces = await run(scenario, async () => ({ok: true, value: traffic!}))
  const whole = await run(scenario, own => loadTrace([path], workloadOptionsOf(own), own))
  expect(pieces.engine.requests.sampled?.of).toBeLessThan(600)
  expectAlike(pieces, whole)
})

test('the last row needs no end of line', async () => {
  const scenario = scenarioOf('--num-workers 2')
  const unended = await streamed(written('unended.jsonl', CHATS[512]!.trimEnd()), scenario)
  expect(unended!.streamed!.requestCount).toBe(700)
  expect((await run(scenario, async () => ({ok: true, value: unended!}))).report.completed_requests).toBe(700)
})

test('several members of a gzip file are read one after the other', async () => {
  const half = CHATS[512]!.indexOf('\n', CHATS[512]!.length / 2) + 1
  const members = [CHATS[512]!.slice(0, half), CHATS[512]!.slice(half)].map(text => gzipSync(text))
  const scenario = scenarioOf('--num-workers 2')
  const joined = await streamed(written('members.jsonl.gz', Buffer.concat(members)), scenario)
  const plain = await streamed(written('plain.jsonl', CHATS[512]!), scenario)
  expect(joined!.streamed!.inputTokens).toBe(plain!.streamed!.inputTokens)
  const wrong = Buffer.concat([members[0]!.subarray(0, -4), Buffer.alloc(4), members[1]!])
  expect(await streamed(written('wrong.jsonl.gz', wrong), scenario)).toBe(null)
})
