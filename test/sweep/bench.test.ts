import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, test} from 'vitest'
import {PROJECT} from '../support/shared.ts'
import {tool} from './command.ts'

const folder = mkdtempSync(join(tmpdir(), 'bench-'))
afterAll(() => rmSync(folder, {recursive: true}))

const TRACE = join(PROJECT, 'static-traces', 'toolagent-5min.jsonl.gz')
const FLAGS = [
  TRACE,
  '--num-workers',
  '2',
  '--engine-timing',
  'polynomial',
  '--extra-engine-args',
  '{"startup_time": 30}',
  '--objective',
  'ttft=1000,itl=50,share=0.95',
  '--most-replicas',
  '5',
  '--phases',
  '2',
  '--attempts',
  '12',
]

interface BenchJson {
  readonly policies: readonly {
    readonly id: string
    readonly holds: number
    readonly runs: number
    readonly gpu_hours: {readonly median: number}
    readonly share_in_time: {readonly median: number}
  }[]
  readonly hindsight: {readonly gpu_hours: number; readonly share_in_time: number}
  readonly least_work: {readonly gpu_hours: number}
  readonly verdict: readonly string[]
}

function readBench(out: string): BenchJson {
  return JSON.parse(readFileSync(join(folder, out, 'bench.json'), 'utf8')) as BenchJson
}

describe('a bench on the command line', () => {
  const first = tool(folder, 'bench', ...FLAGS, '--out', 'whole', '--jobs', '2')

  test('runs every policy at every phase and looks back', () => {
    expect(first.error).not.toMatch(/error/)
    expect(first.code).toBe(0)
    const {policies, hindsight, least_work} = readBench('whole')
    const runs = new Map(policies.map(policy => [policy.id, policy.runs]))
    expect([...runs.keys()]).toEqual([
      ...[1, 2, 3, 4, 5].map(count => `fixed-${count}`),
      'dynamo-sla',
      'dynamo-latency',
      'dynamo-throughput',
      'hpa',
      'keda',
      'kpa',
      'hindsight',
    ])
    expect([runs.get('fixed-3'), runs.get('dynamo-sla'), runs.get('hpa')]).toEqual([1, 2, 2])
    expect(hindsight.share_in_time).toBeGreaterThanOrEqual(0.95)
    for (const {id, holds, runs: of, gpu_hours} of policies) {
      expect(gpu_hours.median, id).toBeGreaterThan(least_work.gpu_hours)
      if (holds === of) expect(gpu_hours.median, id).toBeGreaterThanOrEqual(hindsight.gpu_hours)
    }
  })

  test('says what it found, in sentences', () => {
    const {verdict} = readBench('whole')
    expect(verdict[0]).toMatch(/95 % of the requests in time/)
    expect(verdict.join(' ')).toMatch(/best found, not proven/)
    for (const sentence of verdict) expect(first.out).toContain(sentence)
  })

  test('gives the same from shards, and runs nothing twice', () => {
    for (const shard of ['1/2', '2/2']) {
      expect(tool(folder, 'bench', ...FLAGS, '--out', 'shards', '--shard', shard, '--jobs', '1').code).toBe(0)
    }
    const merged = tool(folder, 'bench', ...FLAGS, '--out', 'shards', '--jobs', '2', '--progress')
    expect(merged.code).toBe(0)
    expect(merged.error).not.toContain('fixed-1:')
    expect(readFileSync(join(folder, 'shards', 'bench.csv'), 'utf8')).toBe(
      readFileSync(join(folder, 'whole', 'bench.csv'), 'utf8'),
    )
    expect(readBench('shards')).toEqual(readBench('whole'))
  })

  test.each([
    [['--objective', 'ttft=1000,itl=50'], /needs --out DIR/],
    [['--out', 'x'], /needs an objective/],
    [
      ['--out', 'x', '--objective', 'ttft=1,itl=1', '--policies', 'hpaa'],
      /must name some of .*did you mean hpa/,
    ],
    [
      ['--out', 'x', '--objective', 'ttft=1,itl=1', '--settings', '{"hpa": [{"metrics": 3}]}'],
      /settings 1 of hpa: /,
    ],
    [
      ['--out', 'x', '--objective', 'ttft=1,itl=1', '--settings', '{"x": []}'],
      /settings of a bench are of dynamo/,
    ],
    [
      ['--out', 'x', '--objective', 'ttft=1,itl=1', '--price', 'much'],
      /a price reads GPU=2.5 or 2.5, got 'much'/,
    ],
  ])('%j is refused in a sentence', (flags, message) => {
    const {code, error} = tool(folder, 'bench', TRACE, '--engine-timing', 'polynomial', ...flags)
    expect(code).toBe(2)
    expect(error).toMatch(message)
  })
})
