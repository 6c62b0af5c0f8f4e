import {gzipSync} from 'node:zlib'
import {describe, expect, test} from 'vitest'
import {scratchFolder} from '../../../test/support/scratch-folder.ts'
import {expectAlike} from '../../../test/support/streamed-alike.ts'
import {finishedRun, preparedRun, scenarioOfFlags} from '../../../test/support/streamed-runs.ts'
import type {Scenario} from '../../config/scenario.ts'
import type {RunResult} from '../../run/run.ts'
import {type LoadTraffic, workloadOptionsOf} from '../../run/traffic.ts'
import {loadTrace} from './load-trace.ts'
import {streamTrace} from './stream-trace.ts'

const LIMITS = {above: 100, fileBytes: 1000}

const {written} = scratchFolder()

/** Lengths as Azure's traces have them, with failed requests and one that no KV cache holds. */
function azureRows(count: number): string[] {
  return Array.from({length: count}, (_, i) => {
    const at = new Date(Date.UTC(2024, 4, 10) + i * 41 + ((i * 7919) % 30)).toISOString()
    const input = i === 700 ? 2_000_000 : 100 + ((i * 977) % 3000)
    return `${at.replace('T', ' ').replace('Z', '0000+00:00')},${input},${i % 97 === 0 ? 0 : 1 + ((i * 31) % 60)}`
  })
}

const HEADER = 'TIMESTAMP,ContextTokens,GeneratedTokens'
const AZURE = `${[HEADER, ...azureRows(3000)].join('\n')}\n`

/** The same as JSON lines, of which no row has hash ids. */
const LINES = azureRows(3000)
  .map(row => row.split(','))
  .map(([at, input, output]) => `{"arrival_time":"${at}","prompt_tokens":${input},"output_tokens":${output}}`)
  .join('\n')

const PLAIN = 'trace.csv --num-workers 3'

async function run(scenario: Scenario, loadTraffic: LoadTraffic): Promise<RunResult> {
  return finishedRun(await preparedRun(scenario, {loadTraffic}))
}

async function streamed(path: string, scenario: Scenario) {
  const traffic = await streamTrace([path], workloadOptionsOf(scenario), scenario, LIMITS)
  if (traffic === null) return null
  if (!traffic.ok) throw new Error(traffic.error.message)
  return traffic
}

const CASES: readonly (readonly [string, string | Uint8Array, string])[] = [
  ['azure.csv', AZURE, PLAIN],
  ['fast.csv', AZURE, `${PLAIN} --arrival-speedup-ratio 3`],
  ['packed.csv.gz', gzipSync(AZURE), PLAIN],
  ['closed.csv', AZURE, `${PLAIN} --replay-concurrency 12`],
  ['no-newline.csv', AZURE.trimEnd(), PLAIN],
  ['azure-1.6.csv', AZURE, `${PLAIN} --dynamo 1.6.1`],
  ['lines.jsonl', LINES, PLAIN],
  ['lines.jsonl.gz', gzipSync(LINES), PLAIN],
  ['lines-1.6.jsonl', LINES, `${PLAIN} --dynamo 1.6.1`],
  ['closed-1.6.csv', AZURE, `${PLAIN} --dynamo 1.6.1 --replay-concurrency 12`],
]

describe('a trace that is read in pieces replays as one that is read as a whole:', () => {
  test.each(CASES)('%s', async (name, content, flags) => {
    const path = written(name, content)
    const scenario = scenarioOfFlags(flags)
    const traffic = await streamed(path, scenario)
    const pieces = await run(scenario, async () => traffic!)
    const whole = await run(scenario, own => loadTrace([path], workloadOptionsOf(own), own))
    const {sampled, ...rows} = pieces.engine.requests
    expect(sampled?.of).toBe(rows.count)
    // 1.6.1 turns the longest away when it comes.
    const all = scenario.release === '1.6.1' ? 2969 : 2968
    expect(rows.count).toBe(all)
    const {arrivalOrder, ...kept} = whole.engine.requests
    expect({...rows, arrivalOrder: null}).toEqual({...kept, arrivalOrder: null})
    expect(arrivalOrder.length).toBe(rows.count)
    expect(pieces.report.planner_replay.trace_sha256).toBe(whole.report.planner_replay.trace_sha256)
    expect(pieces.report.mean_ttft_ms).toBe(whole.report.mean_ttft_ms)
    // All that is said is the same but for rows that are not compared with each other.
    for (const notice of pieces.notices.slice(0, 3)) expect(whole.notices).toContain(notice)
    expect(pieces.notices[3]).toContain(`${all.toLocaleString('en-US')} requests are more than are kept`)
    // A second run on the same traffic begins anew.
    expect((await run(scenario, async () => traffic!)).report).toEqual(pieces.report)
  })
})

test('a run that stops at a last moment says the same of a trace read in pieces', async () => {
  const scenario = scenarioOfFlags(`${PLAIN} --dynamo 1.6.1 --max-sim-time-ms 50000`)
  const path = written('stopped.csv', AZURE)
  const traffic = await streamed(path, scenario)
  const pieces = await run(scenario, async () => traffic!)
  const whole = await run(scenario, own => loadTrace([path], workloadOptionsOf(own), own))
  expect(pieces.engine.requests.sampled?.of).toBeLessThan(2000)
  expectAlike(pieces, whole)
})

test('what is odd of the times is told of a trace read in pieces, too', async () => {
  const table = (times: readonly number[]) =>
    ['timestamp,input_tokens,output_tokens', ...times.map((at, i) => `${at},${100 + (i % 50)},5`)].join('\n')
  const told = async (name: string, times: readonly number[], flags = PLAIN) => {
    const scenario = scenarioOfFlags(flags)
    const path = written(name, table(times))
    const traffic = await streamed(path, scenario)
    const whole = await loadTrace([path], workloadOptionsOf(scenario), scenario)
    if (!whole.ok) throw new Error(whole.error.message)
    const notices = traffic!.value.notices.slice(0, -1)
    expect(notices).toEqual(whole.value.notices)
    return notices.join(' ')
  }
  const every = (gap: number) => Array.from({length: 300}, (_, i) => Math.floor(i * gap))
  expect(await told('fine.csv', every(500))).toMatch(/these times in ms\?.*--trace-columns unit=ms/)
  expect(await told('named.csv', every(500), `${PLAIN} --trace-columns unit=ms`)).not.toMatch(/unit/)
  expect(await told('grid.csv', every(0.05))).toMatch(/grid of 1 s.*--trace-spread-ms 1000/)
  expect(await told('burst.csv', every(0))).toMatch(/All 300 requests arrive at the same moment/)
  expect(
    await told(
      'idle.csv',
      [...every(1), ...every(1).map(at => at + 90_000)].sort((a, b) => a - b),
    ),
  ).toMatch(/Did the clock jump/)
  expect(await told('closed.csv', every(500), `${PLAIN} --replay-concurrency 4`)).not.toMatch(/unit/)
})

test.each([
  ['unsorted.csv', `${[HEADER, ...azureRows(2000).reverse()].join('\n')}\n`, PLAIN],
  ['broken.csv', `${AZURE}2024-05-11 00:00:00,12,many\n`, PLAIN],
  ['sessions.csv', `timestamp,input_tokens,output_tokens,session_id\n${'1,100,10,a\n'.repeat(500)}`, PLAIN],
  ['sessions.jsonl', '{"isl":100,"osl":10,"time":1,"session_id":"a"}\n'.repeat(500), PLAIN],
  [
    'late-session.jsonl',
    `${'{"isl":9,"osl":5,"time":1}\n'.repeat(500)}{"isl":9,"osl":5,"time":1,"session_id":"a"}`,
    PLAIN,
  ],
  ['timeless.jsonl', '{"isl":100,"osl":10}\n'.repeat(500), `${PLAIN} --replay-concurrency 4`],
  ['unsorted.jsonl', LINES.split('\n').reverse().join('\n'), PLAIN],
  ['delay.jsonl', '{"isl":100,"osl":10,"time":1,"delay":5}\n'.repeat(500), PLAIN],
  ['spans.jsonl', '{"startTimeUnixNano":1,"isl":100,"osl":10,"time":1}\n'.repeat(500), PLAIN],
  ['broken.jsonl', `${LINES}\n{"arrival_time":5}`, PLAIN],
  ['small.csv', `${[HEADER, ...azureRows(90)].join('\n')}\n`, PLAIN],
  [
    'mooncake.jsonl',
    '{"timestamp":0,"input_length":10,"output_length":2,"hash_ids":[1]}\n'.repeat(200),
    PLAIN,
  ],
  ['cut.csv.gz', gzipSync(AZURE).subarray(0, 9000), PLAIN],
  ['selected.csv', AZURE, `${PLAIN} --trace-limit 500`],
  ['limited.csv', AZURE, `${PLAIN} --drain-limit 30`],
])('%s is left to the usual reader', async (name, content, flags) => {
  expect(await streamed(written(name, content), scenarioOfFlags(flags))).toBe(null)
})
