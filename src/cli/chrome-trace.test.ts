import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {runCli} from './run-cli.ts'

interface Event {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid?: number
  readonly ts: number
  readonly dur?: number
  readonly cat?: string
  readonly id?: number
  readonly args?: Readonly<Record<string, unknown>>
}

const REQUESTS = 120
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'timeline-'))
  const lines = Array.from({length: REQUESTS}, (_, i) =>
    JSON.stringify({timestamp: i * 200, input_length: 900, output_length: 40, hash_ids: [i % 5, 100 + i]}),
  )
  writeFileSync(join(folder, 'trace.jsonl'), lines.join('\n'))
})
afterAll(() => rmSync(folder, {recursive: true}))

const PLANNER = {
  mode: 'agg',
  optimization_target: 'latency',
  load_adjustment_interval: 5,
  decode_engine_num_gpu: 1,
}
const DISAGG = [
  ...['--prefill-engine-args', '{"worker_type":"prefill","num_gpu_blocks":400}'],
  ...['--decode-engine-args', '{"worker_type":"decode","num_gpu_blocks":400}'],
  ...['--num-prefill-workers', '1', '--num-decode-workers', '1'],
]

async function timelineOf(...flags: string[]): Promise<Event[]> {
  const path = join(folder, 'timeline.json')
  const trace = join(folder, 'trace.jsonl')
  const silent = {writeOut: () => {}, writeError: () => {}, isTerminal: false}
  expect(await runCli([trace, ...flags, '--json', '--chrome-trace', path], silent)).toBe(0)
  return JSON.parse(readFileSync(path, 'utf8')).traceEvents
}

describe.each([
  ['under a planner', ['--planner-config', JSON.stringify(PLANNER), '--num-workers', '1']],
  ['that pre-empts', ['--extra-engine-args', '{"num_gpu_blocks":40,"max_num_seqs":8}', '--num-workers', '1']],
  ['of two pools', DISAGG],
  [
    'of 1.6.1',
    ['--dynamo', '1.6.1', '--extra-engine-args', '{"engine":{"timing_model":{"type":"polynomial"}}}'],
  ],
])('the timeline of a run %s', (_, flags) => {
  test('has slices that nest on every track, as the viewer needs', async () => {
    const events = await timelineOf(...flags)
    const tracks = new Map<string, Event[]>()
    for (const event of events.filter(({ph}) => ph === 'X')) {
      const track = `${event.pid} ${event.tid}`
      tracks.set(track, [...(tracks.get(track) ?? []), event])
    }
    expect(tracks.size).toBeGreaterThan(2)
    for (const slices of tracks.values()) {
      const open: number[] = []
      for (const {ts, dur = 0} of slices.sort((a, b) => a.ts - b.ts || b.dur! - a.dur!)) {
        while (open.length > 0 && open.at(-1)! <= ts) open.pop()
        if (open.length > 0) expect(ts + dur).toBeLessThanOrEqual(open.at(-1)! + 1e-3)
        open.push(ts + dur)
      }
    }
  })

  test('follows every request from its arrival to its last chunk, and decodes it once', async () => {
    const events = await timelineOf(...flags)
    const ids = (ph: string, cat: string) =>
      events.filter(event => event.ph === ph && event.cat === cat).map(({id}) => id!)
    const all = Array.from({length: REQUESTS}, (_, i) => i)
    for (const [ph, cat] of [
      ['s', 'request'],
      ['f', 'request'],
      ['b', 'decode'],
      ['e', 'decode'],
    ] as const)
      expect(ids(ph, cat).sort((a, b) => a - b)).toEqual(all)
    const decoded = events.filter(({ph, cat}) => ph === 'b' && cat === 'decode')
    expect(decoded.every(({args}) => args?.output_tokens === 40)).toBe(true)
  })

  test('has each pass over prompts around its chunks, with how many tokens they are', async () => {
    const events = await timelineOf(...flags)
    const slices = events.filter(({ph, args}) => ph === 'X' && args !== undefined && 'tokens' in args)
    const within = new Map<string, {tokens: number; count: number}>()
    for (const {name, pid, tid, ts, dur, args} of slices) {
      if (name === 'pass') continue
      const key = `${pid} ${tid} ${ts} ${dur}`
      const {tokens, count} = within.get(key) ?? {tokens: 0, count: 0}
      within.set(key, {tokens: tokens + Number(args?.tokens), count: count + 1})
    }
    const passes = slices.filter(({name}) => name === 'pass')
    expect(passes.length).toBeGreaterThan(10)
    expect(passes).toHaveLength(within.size)
    for (const {pid, tid, ts, dur, args} of passes) {
      const {tokens, count} = within.get(`${pid} ${tid} ${ts} ${dur}`) ?? {}
      expect(args).toEqual({prompts: count, tokens})
    }
  })

  test('counts passes and busy time over the whole life of an instance, which lasts as long at least', async () => {
    const events = await timelineOf(...flags)
    const counted = events.filter(({args}) => args !== undefined && 'busy_ms' in args)
    const instances = events.filter(
      ({name, args}) => name === 'process_name' && String(args?.name).includes(' instance '),
    )
    expect(counted).toHaveLength(instances.length)
    expect(counted.some(({args}) => Number(args?.passes) > 10)).toBe(true)
    for (const {name, pid, tid, ts, dur = 0, args} of counted) {
      expect(name).toBe('whole life')
      expect(Number(args?.busy_ms)).toBeLessThanOrEqual(dur / 1000 + 1e-6)
      const parts = events.filter(
        one => one.ph === 'X' && one.pid === pid && one.tid === tid && one.name !== name,
      )
      expect(parts.length).toBeGreaterThan(0)
      expect(parts.every(part => part.ts >= ts && part.ts + part.dur! <= ts + dur + 1e-3)).toBe(true)
      expect(parts.reduce((sum, part) => sum + part.dur!, 0)).toBeCloseTo(dur, 2)
    }
  })

  test('names every process it uses', async () => {
    const events = await timelineOf(...flags)
    const names = new Set(events.filter(({name}) => name === 'process_name').map(({pid}) => pid))
    expect(new Set(events.map(({pid}) => pid))).toEqual(names)
  })
})

test('the ticks of a policy stand in it with their reasons', async () => {
  const events = await timelineOf('--planner-config', JSON.stringify(PLANNER), '--num-workers', '1')
  const ticks = events.filter(({ph, args}) => ph === 'i' && args !== undefined && 'reason' in args)
  expect(ticks.length).toBeGreaterThan(3)
  expect(ticks.every(({name, args}) => name === (args?.reason ?? 'tick'))).toBe(true)
})
