import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, test} from 'vitest'
import {captureCli} from '../src/cli/cli-fixture.ts'
import {SHARED} from './support/shared.ts'

/** Small forms of what people bring to a replay, each with the right figures or the right sentence. */
const INPUTS = `${SHARED}/inputs`
const folder = mkdtempSync(join(tmpdir(), 'planner-replay-inputs-'))
afterAll(() => rmSync(folder, {recursive: true}))

interface Expected {
  /** Requests that complete, their prompt tokens and the duration, ms. */
  readonly figures?: readonly [number, number, number]
  readonly says?: string
}

async function expectRun(argv: readonly string[], {figures, says = ''}: Expected) {
  const reportPath = join(folder, 'report.json')
  const {code, error} = await captureCli(...argv, '--report-json', reportPath)
  expect(error).toContain(says)
  expect(code).toBe(figures === undefined ? 2 : 0)
  if (figures === undefined) return
  const report = JSON.parse(readFileSync(reportPath, 'utf8'))
  expect([report.completed_requests, report.total_input_tokens]).toEqual(figures.slice(0, 2))
  expect(report.duration_ms).toBeCloseTo(figures[2], 2)
}

/** `plain.jsonl`, under whatever wrapping. */
const PLAIN = [20, 20_190, 19_148.311] as const
const IN_16 = ['--dynamo', '1.6.1']

describe.skipIf(SHARED === null)('traces', () => {
  test.each<[string, readonly string[], Expected]>([
    ['plain.jsonl', [], {figures: PLAIN}],
    ['array.json', [], {figures: PLAIN, says: 'is one JSON array'}],
    ['utf16.jsonl', [], {figures: PLAIN, says: 'UTF-16'}],
    ['seconds.jsonl', ['--trace-columns', 'unit=s'], {figures: PLAIN}],
    [
      'seconds.jsonl',
      [],
      {
        figures: [20, 20_190, 585.999],
        says: 'are these times in seconds? To set it right: --trace-columns unit=s',
      },
    ],
    [
      'bailian-like.jsonl',
      [],
      {figures: [100, 160_000, 148_658.382], says: 'times in s, blocks of 16 tokens'},
    ],
    ['lengths-only.jsonl', [], {figures: [10, 5000, 4639.549], says: 'lengths only'}],
    ['lengths-only-sessions.jsonl', [], {figures: [9, 5400, 3923.681], says: 'lengths only'}],
    ['text-input.jsonl', [], {figures: [10, 630, 4632.385], says: 'one token for every 4 characters'}],
    [
      'block512.jsonl',
      ['--trace-block-size', '64'],
      {figures: [20, 12_800, 19_141.913], says: 'To set it right: --trace-block-size 512'},
    ],
    ['arrival-ns.csv', [], {figures: [10, 1045, 1027.455]}],
    ['epoch-ms.csv', [], {figures: [10, 1045, 9127.347]}],
    ['mooncake-as.csv', [], {figures: [10, 6045, 9135.59]}],
    [
      'agentic-tool-wait.jsonl',
      [],
      {figures: [2, 3000, 696.845], says: 'under 1.6.1 the trace format agentic_mooncake'},
    ],
    [
      'agentic-tool-wait.jsonl',
      IN_16,
      {figures: [2, 3000, 5685.065], says: 'is read as an agentic Mooncake trace'},
    ],
    ['agentic-branches.jsonl', [], {says: 'this is an agentic trace'}],
    ['agentic-branches.jsonl', IN_16, {figures: [4, 5500, 8087.576]}],
    ['weka.json', [], {figures: [6, 4800, 9349.091], says: 'kv-cache-tester (Weka)'}],
    ['weka.json', IN_16, {figures: [6, 4800, 17_801.22], says: 'before its recorded start'}],
    ['weka.json', [...IN_16, '--agentic-lanes', '2'], {says: 'agentic lanes of 1.6.1 are not simulated'}],
    [
      'one-long.jsonl',
      ['--extra-engine-args', '{"num_gpu_blocks":2048}'],
      {figures: [5, 5000, 5155.313], says: '1 of 6 requests is larger than the KV cache'},
    ],
    ['no-timestamps.jsonl', [], {says: 'with --replay-concurrency N'}],
    ['no-timestamps.jsonl', ['--replay-concurrency', '2'], {figures: [5, 5010, 479.012]}],
    [
      'zero-output.jsonl',
      [],
      {figures: [4, 4009, 4148.024], says: '1 request without output tokens was left out'},
    ],
    ['lfs-pointer.jsonl', [], {says: 'is a Git LFS pointer, not the file itself'}],
    ['rows.parquet', [], {says: 'is a Parquet file that cannot be read (it is damaged or cut short)'}],
    ['trace.jsonl.zst', [], {says: 'not a whole zstd file'}],
  ])('%s %j', async (name, flags, expected) => expectRun([`${INPUTS}/${name}`, ...flags], expected))
})

const POOLS = ['prefill', 'decode'].flatMap(type => [`--${type}-engine-args`, `{"worker_type":"${type}"}`])
const inputs = (path: string) => `${INPUTS}/${path}`

describe.skipIf(SHARED === null)('configurations', () => {
  test.each<[string, readonly string[], Expected]>([
    [
      'dgdr',
      ['--planner-config', inputs('dgdr.yaml'), ...POOLS],
      {figures: PLAIN, says: 'is what stands under spec.features.planner'},
    ],
    [
      'nested',
      ['--planner-config', inputs('nested-planner.yaml')],
      {figures: PLAIN, says: 'is what stands under planner.'},
    ],
    [
      'old names',
      ['--planner-config', inputs('old-names.yaml'), ...POOLS],
      {figures: PLAIN, says: 'throughput_adjustment_interval'},
    ],
    ['byte order mark', ['--planner-config', inputs('planner-bom.json')], {figures: PLAIN}],
    [
      'profile folder',
      ['--extra-engine-args', `{"planner_profile_data":"${inputs('profile-dir')}"}`],
      {figures: [20, 20_190, 19_197.451]},
    ],
    [
      'profile JSON',
      ['--extra-engine-args', `{"planner_profile_data":"${inputs('profile-json')}"}`],
      {figures: [20, 20_190, 19_197.451]},
    ],
    [
      'unknown engine arg',
      ['--extra-engine-args', '{"num_gpu_blocks_override":5}'],
      {says: 'num_gpu_blocks_override (did you mean num_gpu_blocks?)'},
    ],
    ['mistyped path', ['--planner-config', 'nope.yaml'], {says: 'no such file: nope.yaml'}],
  ])('%s', async (_, flags, expected) => expectRun([inputs('plain.jsonl'), ...flags], expected))
})
