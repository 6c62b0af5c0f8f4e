/** The bundled hour: our cold-start sweep against the reference's, as recorded by tools/sweep/record-reference.mjs. */
import {createHash} from 'node:crypto'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {PUBLISHED_POINTS} from '../../src/sweep/published.ts'
import {PROJECT} from '../support/shared.ts'
import {GUIDE_PLANNER, type Row, readRows, sweep} from './command.ts'

interface Recorded {
  readonly trace_sha256: string
  readonly points: readonly {
    readonly startup_time: number
    readonly scale_ups: number
    readonly scale_downs: number
    readonly total_ticks: number
    readonly gpu_hours: number
    readonly report: Readonly<Record<string, number>>
  }[]
}

const TRACE = join(PROJECT, 'static-traces', 'toolagent-hour.jsonl.gz')
const recorded: Recorded = JSON.parse(readFileSync(join(PROJECT, 'tools/sweep/reference-hour.json'), 'utf8'))
let out = ''
let rows: readonly Row[] = []

beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'planner-replay-hour-'))
  const vary = `startup_time=${recorded.points.map(point => point.startup_time).join(',')}`
  const flags = ['--planner-config', GUIDE_PLANNER, '--num-workers', '2', '--vary', vary]
  const {code, error} = sweep(out, TRACE, ...flags, '--jobs', '2', '--out', out)
  expect(code, error).toBe(0)
  rows = readRows(out)
}, 300_000)

afterAll(() => {
  rmSync(out, {recursive: true})
})

test('the figures are of this trace', () => {
  expect(createHash('sha256').update(readFileSync(TRACE)).digest('hex')).toBe(recorded.trace_sha256)
  expect(recorded.points.length).toBeGreaterThan(5)
})

test.each(recorded.points)('start-up $startup_time s is the reference’s run, to 1e-9', point => {
  const row = rows.find(({id}) => id === `startup_time=${point.startup_time}`)!
  const report = JSON.parse(readFileSync(join(out, 'points', `${row.id}.json`), 'utf8'))
  const far = Object.entries(point.report)
    .filter(([key]) => !HOST_DEPENDENT.has(key))
    .filter(([key, theirs]) => !(Math.abs(report[key] - theirs) <= 1e-9 * Math.max(Math.abs(theirs), 1e-9)))
    .map(([key, theirs]) => `${key}: ours ${report[key]}, the reference's ${theirs}`)
  expect(far).toEqual([])
  expect(Number(row.gpu_hours)).toBeCloseTo(point.gpu_hours, 9)
  expect([row.total_ticks, row.scale_ups, row.scale_downs]).toEqual([
    point.total_ticks,
    point.scale_ups,
    point.scale_downs,
  ])
})

const HOST_DEPENDENT = new Set(['wall_time_ms', 'processed_tokens_per_s', 'processed_output_tokens_per_s'])

test('without start-up time the bundled hour lies within 5 % of the published point', () => {
  const published = PUBLISHED_POINTS[0]!
  const row = rows.find(({id}) => id === 'startup_time=0')!
  const pairs = [
    ['mean_ttft_ms', published.ttftMsMean],
    ['p90_ttft_ms', published.ttftMsP90],
    ['mean_itl_ms', published.itlMsMean],
    ['p90_itl_ms', published.itlMsP90],
    ['gpu_hours', published.gpuHours],
  ] as const
  const far = pairs.filter(([key, figure]) => !(Math.abs(Number(row[key]) / figure - 1) <= 0.05))
  expect(far.map(([key]) => `${key} ${row[key]}`)).toEqual([])
})
