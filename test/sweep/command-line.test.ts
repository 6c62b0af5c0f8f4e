import {createHash} from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {afterAll, beforeAll, describe, expect, test, vi} from 'vitest'
import {runCli} from '../../src/cli/run-cli.ts'
import {generateTrace} from '../../src/trace/generators/generate.ts'
import {recipeOf, withSeed} from '../../src/trace/generators/trace-recipes.ts'
import {PROJECT} from '../support/shared.ts'
import {SMALL_PLANNER} from '../support/small-planner.ts'
import {readRows, sweep} from './command.ts'

// Every sweep is a process of its own, and slow machines build the tool first.
vi.setConfig({testTimeout: 60_000})

let folder = ''
const at = (...path: string[]) => join(folder, ...path)
const read = (...path: string[]) => readFileSync(at(...path), 'utf8')

/** More than one instance serves in time, then an ebb: something to scale up and down for. */
function traceLines(): string {
  const lines = Array.from({length: 240}, (_, i) =>
    JSON.stringify({
      timestamp: i < 200 ? i * 200 : 40_000 + (i - 200) * 1500,
      input_length: 7000 + (i % 9) * 60,
      output_length: 150 + (i % 7),
      hash_ids: Array.from({length: 15}, (_unused, block) => (block < 2 ? i % 5 : 1000 + i * 15 + block)),
    }),
  )
  return `${lines.join('\n')}\n`
}

const PLANNER = JSON.stringify({mode: 'agg', ...SMALL_PLANNER})
const FLAGS = ['trace.jsonl', '--planner-config', PLANNER, '--vary', 'startup_time=0:20:10']

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'planner-replay-sweep-'))
  writeFileSync(at('trace.jsonl'), traceLines())
  const {code, error} = sweep(folder, ...FLAGS, '--jobs', '2', '--out', 'whole', '--progress')
  expect([code, error]).toEqual([0, expect.stringContaining('[3/3] startup_time=')])
}, 120_000)

afterAll(() => {
  rmSync(folder, {recursive: true})
})

describe('a sweep', () => {
  test('writes one row per point in the order of the grid', () => {
    const rows = readRows(at('whole'))
    expect(rows.map(row => [row.id, row.axes])).toEqual([
      ['startup_time=0', {startup_time: 0}],
      ['startup_time=10', {startup_time: 10}],
      ['startup_time=20', {startup_time: 20}],
    ])
    // The knob is turned: slower starts serve this burst worse.
    const attained = rows.map(row => Number(row.sla_attainment))
    expect(attained).toEqual([...attained].sort((a, b) => b - a))
    expect(new Set(attained).size).toBe(3)
    expect(rows.every(row => Number(row.scale_ups) > 0)).toBe(true)
  })

  test('writes the report and the log of every point, and nothing else', () => {
    const names = ['0', '10', '20'].flatMap(s => [`startup_time=${s}.json`, `startup_time=${s}.log`])
    expect(readdirSync(at('whole', 'points')).sort()).toEqual(names.sort())
    expect(readdirSync(at('whole')).sort()).toEqual(['points', 'sweep.jsonl'])
    const report = JSON.parse(read('whole', 'points', 'startup_time=10.json'))
    const row = readRows(at('whole'))[1]!
    expect(report.p90_ttft_ms).toBe(row.p90_ttft_ms)
    expect(report.completed_requests).toBe(240)
    expect(report.planner_replay.config.fleet.workers.args.startup_time).toBe(10)
    const log = read('whole', 'points', 'startup_time=10.log')
    expect(log).toContain('Scaling events:')
    expect(log.match(/\(scale_up\)/g)).toHaveLength(Number(row.scale_ups))
    expect(log).toContain('NVIDIA AIPerf | LLM Metrics')
  })

  test('gives the same rows with one worker as with two', () => {
    expect(sweep(folder, ...FLAGS, '--jobs', '1', '--out', 'single').code).toBe(0)
    expect(read('single', 'sweep.jsonl')).toBe(read('whole', 'sweep.jsonl'))
  })
})

describe('shards', () => {
  test('merge to what the whole sweep gives, byte for byte', () => {
    const first = sweep(folder, ...FLAGS, '--shard', '1/2', '--out', 'shard-1')
    expect([first.code, readRows(at('shard-1')).map(row => row.id)]).toEqual([
      0,
      ['startup_time=0', 'startup_time=20'],
    ])
    expect(first.out).toContain('1 points are still missing')
    expect(first.out).toContain('2 of 3 points in shard 1/2: 2 run')
    expect(sweep(folder, ...FLAGS, '--shard', '2/2', '--out', 'shard-2').code).toBe(0)
    expect(readRows(at('shard-2')).map(row => row.id)).toEqual(['startup_time=10'])
    for (const shard of ['shard-1', 'shard-2']) {
      cpSync(at(shard, 'points'), at('merged', 'points'), {recursive: true})
    }
    const merged = sweep(folder, ...FLAGS, '--out', 'merged')
    expect(merged.out).toContain('0 run on 1 worker, 3 kept from before')
    expect(read('merged', 'sweep.jsonl')).toBe(read('whole', 'sweep.jsonl'))
  })

  test('that share a folder complete its rows', () => {
    expect(sweep(folder, ...FLAGS, '--shard', '2/2', '--out', 'shared').code).toBe(0)
    expect(sweep(folder, ...FLAGS, '--shard', '1/2', '--out', 'shared').code).toBe(0)
    expect(read('shared', 'sweep.jsonl')).toBe(read('whole', 'sweep.jsonl'))
  })
})

describe('a sweep that goes on', () => {
  const modified = (point: string) => statSync(at('resumed', 'points', `${point}.json`)).mtimeMs

  test('runs only what is missing', () => {
    cpSync(at('whole'), at('resumed'), {recursive: true, preserveTimestamps: true})
    rmSync(at('resumed', 'points', 'startup_time=10.json'))
    const before = modified('startup_time=0')
    const {code, out} = sweep(folder, ...FLAGS, '--out', 'resumed')
    expect([code, out]).toEqual([0, expect.stringContaining('1 run on 1 worker, 2 kept from before')])
    expect(modified('startup_time=0')).toBe(before)
    expect(read('resumed', 'sweep.jsonl')).toBe(read('whole', 'sweep.jsonl'))
  })

  test('runs what is damaged or of another config again', () => {
    writeFileSync(at('resumed', 'points', 'startup_time=10.json'), '{"planner_replay": {"sweep": ')
    expect(sweep(folder, ...FLAGS, '--out', 'resumed').out).toContain('1 run on 1 worker, 2 kept')
    expect(read('resumed', 'sweep.jsonl')).toBe(read('whole', 'sweep.jsonl'))
    const other = sweep(folder, ...FLAGS, '--num-workers', '2', '--out', 'resumed')
    expect(other.out).toContain('3 run')
    expect(read('resumed', 'sweep.jsonl')).not.toBe(read('whole', 'sweep.jsonl'))
    expect(sweep(folder, ...FLAGS, '--num-workers', '2', '--out', 'resumed', '--fresh').out).toContain(
      '3 run',
    )
  })
})

test('fixed fleets are held to the planner’s targets', () => {
  const vary = ['--vary', 'num_workers=1:6:5', '--vary', 'planner=off,on']
  const {code} = sweep(folder, 'trace.jsonl', '--planner-config', PLANNER, ...vary, '--out', 'frontier')
  expect(code).toBe(0)
  const rows = readRows(at('frontier'))
  const fixed = rows.filter(row => row.id.endsWith('planner=off'))
  expect(fixed.map(row => row.scale_ups)).toEqual([0, 0])
  expect(Number(fixed[0]?.sla_attainment)).toBeLessThan(Number(fixed[1]?.sla_attainment))
  const report = JSON.parse(read('frontier', 'points', `${fixed[0]?.id}.json`))
  expect(report.planner_replay.sla_attainment).toBe(fixed[0]?.sla_attainment)
})

test('repeats shift the planner’s phase, and each is the run of its own phase', () => {
  const planned = ['trace.jsonl', '--planner-config', PLANNER]
  const flags = [...planned, '--vary', 'startup_time=10', '--repeats', '3']
  expect(sweep(folder, ...flags, '--out', 'repeats').code).toBe(0)
  const rows = readRows(at('repeats'))
  expect(rows.map(row => [row.id, row.repeat, row.phase_shift_s, row.trace_seed])).toEqual([
    ['startup_time=10', 0, 0, null],
    ['startup_time=10@1s', 1, 1, null],
    ['startup_time=10@2s', 2, 2, null],
  ])
  expect(new Set(rows.map(row => row.digest)).size).toBe(3)
  expect(rows[0]?.digest).toBe(readRows(at('whole'))[1]?.digest)
  const own = [...planned, '--planner-phase', '1', '--vary', 'startup_time=10']
  expect(sweep(folder, ...own, '--out', 'one-phase').code).toBe(0)
  expect(readRows(at('one-phase'))[0]?.digest).toBe(rows[1]?.digest)
})

describe('repeats over seeds of the trace', () => {
  const trace = join(PROJECT, 'static-traces', 'toolagent-5min.jsonl.gz')
  const fixed = [trace, '--arrival-speedup-ratio', '4', '--vary', 'num_workers=2']

  test('need no planner, begin with the trace as it is, and are the runs of those seeds', () => {
    const seeds = ['--repeats', '3', '--repeats-of', 'seed', '--jobs', '2']
    expect(sweep(folder, ...fixed, ...seeds, '--out', 'seeds').code).toBe(0)
    const rows = readRows(at('seeds'))
    expect(rows.map(row => [row.id, row.repeat, row.phase_shift_s, row.trace_seed])).toEqual([
      ['num_workers=2', 0, 0, null],
      ['num_workers=2@seed6', 1, 0, 6],
      ['num_workers=2@seed7', 2, 0, 7],
    ])
    const reports = rows.map(row => JSON.parse(read('seeds', 'points', `${row.id}.json`)))
    const checksums = reports.map(report => report.planner_replay.trace_sha256)
    expect(new Set(checksums).size).toBe(3)
    const text = generateTrace(withSeed(recipeOf('toolagent-5min')!, 7))
    expect(checksums[2]).toBe(createHash('sha256').update(text).digest('hex'))
    expect(reports.map(report => report.planner_replay.config.traceSeed)).toEqual([undefined, 6, 7])

    // Seed 5 is the trace's own; the file may have another name and be unpacked.
    writeFileSync(at('moved.jsonl'), gunzipSync(readFileSync(trace)))
    const varied = ['moved.jsonl', ...fixed.slice(1), '--vary', 'trace_seed=5,6,7']
    expect(sweep(folder, ...varied, '--out', 'varied').code).toBe(0)
    const own = readRows(at('varied'))
    expect(own.map(row => row.mean_ttft_ms)).toEqual(rows.map(row => row.mean_ttft_ms))
    expect(own.slice(1).map(row => row.digest)).toEqual(rows.slice(1).map(row => row.digest))
  })

  test('of the trace’s own seed give the file’s results', () => {
    expect(sweep(folder, ...fixed, '--trace-seed', '5', '--out', 'own-seed').code).toBe(0)
    const [row] = readRows(at('own-seed'))
    expect(row?.digest).toBe(readRows(at('seeds'))[0]?.digest)
  })
})

test('generated traffic needs no trace', () => {
  const traffic = [
    '--input-tokens',
    '800',
    '--output-tokens',
    '40',
    '--request-count',
    '30',
    '--num-workers',
    '2',
  ]
  const {code} = sweep(
    folder,
    ...traffic,
    '--vary',
    'input_tokens=400,800',
    '--jobs',
    '2',
    '--out',
    'generated',
  )
  expect(code).toBe(0)
  const rows = readRows(at('generated'))
  expect(rows.map(row => row.completed_requests)).toEqual([30, 30])
  expect(Number(rows[0]?.mean_ttft_ms)).toBeLessThan(Number(rows[1]?.mean_ttft_ms))
  const checksums = rows.map(
    row => JSON.parse(read('generated', 'points', `${row.id}.json`)).planner_replay.trace_sha256,
  )
  expect(new Set(checksums).size).toBe(2)
})

describe('failures', () => {
  test('of a run exit with 1, name the point and keep the others', () => {
    // Prompts of up to 4,600 tokens can never fit in 40 blocks of 64.
    const flags = ['trace.jsonl', '--num-workers', '4', '--vary', 'num_gpu_blocks=40,16384']
    const {code, error} = sweep(folder, ...flags, '--jobs', '2', '--out', 'failing')
    expect([code, error]).toEqual([1, expect.stringMatching(/1 of 2 points failed: num_gpu_blocks=40: \S/)])
    const rows = readRows(at('failing'))
    expect(rows.map(row => 'error' in row)).toEqual([true, false])
    expect(existsSync(at('failing', 'points', 'num_gpu_blocks=40.json'))).toBe(false)
    expect(read('failing', 'points', 'num_gpu_blocks=40.log')).toMatch(/^failed: /)
  })

  test('to write the rows end the sweep and its threads', () => {
    mkdirSync(at('blocked', 'sweep.jsonl'), {recursive: true})
    const {code, error} = sweep(folder, ...FLAGS, '--jobs', '2', '--out', 'blocked')
    expect([code, error]).toEqual([1, expect.stringContaining('cannot write to blocked: it is a directory')])
  })

  test.each([
    ['no knob', ['trace.jsonl', '--out', 'x'], /--vary/],
    [
      'an unknown knob',
      ['trace.jsonl', '--vary', 'engine.startup=1', '--out', 'x'],
      /engine\.startup.*no knob/,
    ],
    ['a bad range', ['trace.jsonl', '--vary', 'startup_time=0:10', '--out', 'x'], /--vary: startup_time/],
    [
      'a value out of range',
      ['trace.jsonl', '--vary', 'num_workers=0,1', '--out', 'x'],
      /num_workers must be at/,
    ],
    ['no folder', ['trace.jsonl', '--vary', 'num_workers=1'], /--out DIR/],
    [
      'a bad shard',
      ['trace.jsonl', '--vary', 'num_workers=1', '--out', 'x', '--shard', '3/2'],
      /--shard must be/,
    ],
    ['bad jobs', ['trace.jsonl', '--vary', 'num_workers=1', '--out', 'x', '--jobs', '0'], /--jobs must be/],
    ['no trace', ['none.jsonl', '--vary', 'num_workers=1', '--out', 'x'], /none\.jsonl: no such file/],
    ['an unknown flag', ['trace.jsonl', '--vary', 'num_workers=1', '--out', 'x', '--wat'], /--wat/],
    [
      'a start-up time that nobody waits for',
      ['trace.jsonl', '--preset', 'cold-start', '--out', 'x'],
      /startup_time changes nothing in a fleet that nobody scales/,
    ],
    [
      'a single report',
      ['trace.jsonl', '--vary', 'num_workers=1', '--out', 'x', '--json'],
      /--json is for a single/,
    ],
    [
      'two sources',
      ['trace.jsonl', '--vary', 'seed=1', '--preset', 'cold-start', '--out', 'x'],
      /exclude each/,
    ],
    [
      'repeats of nothing',
      ['trace.jsonl', '--vary', 'seed=1', '--repeats', '2', '--out', 'x'],
      /--planner-config/,
    ],
    [
      'repeats over seeds of a recorded trace',
      ['trace.jsonl', '--vary', 'num_workers=1', '--repeats', '2', '--repeats-of', 'seed', '--out', 'x'],
      /repeats over seeds: only traces of static-traces\/ have a generator/,
    ],
    [
      'a seed for a recorded trace',
      ['trace.jsonl', '--vary', 'num_workers=1', '--trace-seed', '3', '--out', 'x'],
      /--trace-seed: only traces of static-traces\/ have a generator/,
    ],
    [
      'repeats of what there is not',
      ['trace.jsonl', '--vary', 'num_workers=1', '--repeats-of', 'moon', '--out', 'x'],
      /--repeats-of must be phase, seed or order, got 'moon'/,
    ],
    ['a file as folder', ['trace.jsonl', '--vary', 'seed=1', '--out', 'trace.jsonl'], /--out: cannot write/],
  ])('of input exit with 2 and one line: %s', async (_, argv, message) => {
    const {code, out, error} = await refused(argv)
    expect([code, out]).toEqual([2, ''])
    expect(error).toMatch(message)
    expect(error.trimEnd().split('\n')).toHaveLength(1)
    expect(existsSync(at('x'))).toBe(false)
  })
})

/** Nothing is run, so this process will do. */
async function refused(argv: readonly string[]) {
  const written = {out: '', error: ''}
  const paths = argv.map(argument =>
    /^(trace\.jsonl|none\.jsonl|x)$/.test(argument) ? at(argument) : argument,
  )
  const code = await runCli(['sweep', ...paths], {
    writeOut(text) {
      written.out += text
    },
    writeError(text) {
      written.error += text
    },
    isTerminal: false,
  })
  return {code, ...written}
}

test('--help lists the flags and the presets', () => {
  const {code, out} = sweep(folder, '--help')
  expect(code).toBe(0)
  for (const word of ['--vary', '--shard', '--repeats', '--repeats-of', 'cold-start', 'frontier'])
    expect(out).toContain(word)
})
