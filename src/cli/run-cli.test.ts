import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {warningsOf} from '../config/checks/warnings.ts'
import {captureCli} from './cli-fixture.ts'

let folder = ''
const home = process.cwd()

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'planner-replay-'))
  process.chdir(folder)
  const lines = Array.from({length: 120}, (_, i) =>
    JSON.stringify({
      timestamp: i * 400,
      input_length: 900,
      output_length: 40 + (i % 7),
      hash_ids: [i % 5, 100 + i],
    }),
  )
  writeFileSync('trace.jsonl', `${lines.join('\n')}\n`)
  writeFileSync('trace.jsonl.gz', gzipSync(readFileSync('trace.jsonl')))
  writeFileSync('bad.jsonl', `${lines[0]}\n{"timestamp": 1, "hash_ids": [1]}\n`)
  writeFileSync('empty.yaml', '')
  writeFileSync('list.json', '[1]')
  writeFileSync('bad.yaml', 'mode: agg\n  ttft: [1\n')
  writeFileSync(
    'plan.yaml',
    'mode: agg\noptimization_target: throughput\nenable_load_scaling: yes\nload_adjustment_interval: 5\n',
  )
  writeFileSync('plan.txt', 'mode: agg\n')
  writeFileSync('not.npz', 'hello')
  mkdirSync('reports')
})

afterAll(() => {
  process.chdir(home)
  rmSync(folder, {recursive: true})
})

describe('a plain run', () => {
  it('prints the table and writes the report', async () => {
    const {code, out, error} = await captureCli(
      'trace.jsonl',
      '--num-workers',
      '2',
      '--report-json',
      './out//r.json',
    )
    expect({code, error}).toEqual({code: 0, error: ''})
    expect(out.split('\n')[0]).toBe('NVIDIA AIPerf | LLM Metrics')
    expect(out).toContain('┃ Request Count (requests) ')
    expect(out.endsWith('\nSaved full report to: out/r.json\n')).toBe(true)
    const report = JSON.parse(readFileSync('out/r.json', 'utf8'))
    expect(report).toMatchObject({num_requests: 120, completed_requests: 120})
    expect(report.planner_replay).toMatchObject({
      engine_timing: 'polynomial',
      trace_sha256: createHash('sha256').update(readFileSync('trace.jsonl')).digest('hex'),
      sla_attainment: null,
    })
    expect(report.planner_replay.gpu_hours).toBeCloseTo((2 * report.duration_ms) / 3_600_000, 12)
  })

  it('gives the same numbers from a compressed trace', async () => {
    const strip = (text: string) => {
      const {wall_time_ms, processed_tokens_per_s, processed_output_tokens_per_s, planner_replay, ...rest} =
        JSON.parse(text)
      return rest
    }
    const plain = await captureCli('trace.jsonl', '--json')
    const packed = await captureCli('trace.jsonl.gz', '--json')
    expect(strip(packed.out)).toEqual(strip(plain.out))
  })

  it('writes a time-stamped report into a directory, and none with --json', async () => {
    const {out} = await captureCli('trace.jsonl', '--report-json', 'reports/')
    expect(out).toMatch(/Saved full report to: reports\/dynamo_replay_report_\d{8}_\d{6}\.json\n$/)
    const before = readdirSync('.').length
    await captureCli('trace.jsonl', '--json')
    expect(readdirSync('.')).toHaveLength(before)
  })

  it('makes a trace of the site anew with another seed, and no other trace', async () => {
    const sessions = join(home, 'static-traces', 'bursty-sessions.jsonl.gz')
    const ran = async (...argv: string[]) => JSON.parse((await captureCli(sessions, '--json', ...argv)).out)
    const [file, own, other] = [await ran(), await ran('--trace-seed', '11'), await ran('--trace-seed', '12')]
    const {config, ...extras} = file.planner_replay
    expect(own.planner_replay).toEqual({...extras, config: {...config, traceSeed: 11}})
    expect(own.p90_ttft_ms).toBe(file.p90_ttft_ms)
    expect(other.p90_ttft_ms).not.toBe(file.p90_ttft_ms)
    expect(other.planner_replay.trace_sha256).not.toBe(extras.trace_sha256)
    expect(other.planner_replay.config.trace.sha256).toBe(extras.trace_sha256)
    const refused = await captureCli('trace.jsonl', '--trace-seed', '12')
    expect(refused.code).toBe(2)
    expect(refused.error).toContain('--trace-seed: only traces of static-traces/ have a generator')
  })

  it('prints as notes what the page warns of', async () => {
    const argv = ['trace.jsonl', '--json', '--planner-config', 'plan.yaml', '--replay-concurrency', '4']
    const {out, error} = await captureCli(...argv)
    const warnings = warningsOf(JSON.parse(out).planner_replay.config)
    expect(warnings.length).toBeGreaterThan(2)
    for (const {message} of warnings) expect(error).toContain(`: ${message}\n`)
    expect(error).toContain(
      'note: GPUs per decode or aggregated engine (planner.decode_engine_num_gpu): Without it',
    )
    expect(error).toContain('note: Concurrency (--replay-concurrency): The reference passes it over')
  })

  it('writes one line per request', async () => {
    await captureCli('trace.jsonl', '--json', '--per-request-jsonl', 'requests.jsonl')
    const lines = readFileSync('requests.jsonl', 'utf8').trimEnd().split('\n')
    expect(lines).toHaveLength(120)
    expect(lines.map(line => JSON.parse(line).request)).toEqual([...Array(120).keys()])
  })

  it('keeps progress off the output', async () => {
    const {out} = await captureCli('trace.jsonl', '--json', '--progress')
    expect(JSON.parse(out).completed_requests).toBe(120)
  })
})

describe('a planner run', () => {
  const engine = ['--extra-engine-args', '{"num_gpu_blocks": 600, "startup_time": 5}']

  it('prints events, table and ticks in the order of the reference', async () => {
    const args = ['trace.jsonl', '--planner-config', 'plan.yaml', ...engine, '--num-workers', '3']
    const {code, out} = await captureCli(...args, '--report-json', 'p.json', '--diagnostics-json', 'd.json')
    expect(code).toBe(0)
    const diagnostics = JSON.parse(readFileSync('d.json', 'utf8'))
    expect(diagnostics.scaling_events.length).toBeGreaterThan(0)
    expect(diagnostics.ticks).toHaveLength(diagnostics.total_ticks)
    expect(out.startsWith('\nScaling events:\n  t=')).toBe(true)
    expect(out.match(/^ {2}t=/gm)).toHaveLength(diagnostics.scaling_events.length)
    const [ticks, page] = out.split('Saved full report to: p.json\n')[1]!.split('\n')
    expect(ticks).toBe(`Planner ticks: ${diagnostics.total_ticks}`)
    expect(page).toMatch(
      /^Planner diagnostics report: \.\/planner_reports\/planner_report_19700101_\d{6}_001\.html$/,
    )
    const {planner_replay} = JSON.parse(readFileSync('p.json', 'utf8'))
    expect(planner_replay.sla_attainment).toBeGreaterThanOrEqual(0)
    expect(planner_replay.billed_gpu_hours).toBeGreaterThan(0)
  })

  it('takes the config inline and from files of any ending', async () => {
    const utf16 = Buffer.from('\ufeffmode: agg\n', 'utf16le')
    writeFileSync('plan16.yaml', utf16)
    for (const config of ['{"mode": "agg"}', 'plan.txt', 'plan16.yaml']) {
      const {code} = await captureCli('trace.jsonl', '--json', '--planner-config', config)
      expect(code).toBe(0)
    }
  })
})

describe('bad input', () => {
  it.each([
    [['gone.jsonl'], 'failed to open trace file gone.jsonl: no such file'],
    [['reports'], 'failed to open trace file reports: it is a directory'],
    [['bad.jsonl'], 'trace line 2 is missing output_length'],
    [['trace.jsonl', '--planner-config', 'plan.yml'], 'no such file: plan.yml'],
    [['trace.jsonl', '--planner-config', 'reports'], '--planner-config: reports is a folder'],
    [
      ['trace.jsonl', '--policy', 'hpa', '--policy-config', 'gone.yaml'],
      '--policy-config: no such file: gone.yaml',
    ],
    [
      ['trace.jsonl', '--extra-engine-args', 'plan.json'],
      '--extra-engine-args: not valid JSON but the name of a file; "$(cat plan.json)" gives what is in it',
    ],
    [['trace.jsonl', '--planner-config', 'mode: agg'], 'neither a valid file path nor valid JSON'],
    [['trace.jsonl', '--planner-config', 'bad.yaml'], 'bad.yaml: line 1: not valid YAML'],
    [['trace.jsonl', '--planner-config', 'empty.yaml'], 'should be a valid dictionary'],
    [['trace.jsonl', '--planner-config', 'list.json'], 'should be a valid dictionary'],
    [['trace.jsonl', '--planner-config', '{"mode": "agg", "ttft": -1}'], 'ttft'],
    [['trace.jsonl', '--extra-engine-args', '{"num_gpu_blocks": 0}'], 'num_gpu_blocks must be at least 1'],
    [['trace.jsonl', '--extra-engine-args', '{"planner_profile_data": "gone.npz"}'], 'cannot read gone.npz'],
    [
      ['trace.jsonl', '--extra-engine-args', '{"planner_profile_data": "not.npz"}'],
      'not.npz is not an NPZ file',
    ],
    [['trace.jsonl', '--per-request-jsonl', 'reports'], '--per-request-jsonl: cannot write reports'],
    [
      ['trace.jsonl', '--report-json', 'trace.jsonl/x.json'],
      '--report-json: cannot write trace.jsonl/x.json',
    ],
    [['trace.jsonl', '--num-workers', 'two'], "invalid int value: 'two'"],
    [[], 'provide either trace_file or'],
  ])('%j ends with one sentence and code 2', async (argv, text) => {
    const before = readdirSync('.').length
    const {code, out, error} = await captureCli(...argv)
    expect(error).toContain(text)
    expect(error).toMatch(/^planner-replay: error: [^\n]+\n$/)
    expect({code, out}).toEqual({code: 2, out: ''})
    expect(readdirSync('.')).toHaveLength(before)
  })

  it('ends a run that could never finish with one sentence and code 1', async () => {
    const {code, out, error} = await captureCli(
      'trace.jsonl',
      '--trace-oversize',
      'keep',
      '--extra-engine-args',
      '{"num_gpu_blocks": 5}',
    )
    expect(error).toMatch(/^note: [^\n]+\nplanner-replay: [^\n]+\n$/)
    expect({code, out}).toEqual({code: 1, out: ''})
    expect(existsSync('out/none.json')).toBe(false)
  })
})

it('prints help and version', async () => {
  const help = await captureCli('-h')
  expect(help.code).toBe(0)
  expect(help.out).toContain('--planner-config FILE|JSON')
  expect(Math.max(...help.out.split('\n').map(line => line.length))).toBeLessThanOrEqual(100)
  expect((await captureCli('--version')).out).toMatch(/^planner-replay \d+\.\d+\.\d+\n$/)
})
