import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {captureCli} from './cli-fixture.ts'

let folder = ''
const home = process.cwd()

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'planner-replay-html-'))
  process.chdir(folder)
  const lines = Array.from({length: 60}, (_, i) =>
    JSON.stringify({timestamp: i * 400, input_length: 900, output_length: 40, hash_ids: [i % 5, 100 + i]}),
  )
  writeFileSync('trace.jsonl', `${lines.join('\n')}\n`)
})

beforeEach(() => rmSync('planner_reports', {recursive: true, force: true}))

afterAll(() => {
  process.chdir(home)
  rmSync(folder, {recursive: true})
})

const planned = (settings: Record<string, unknown>) => [
  'trace.jsonl',
  '--report-json',
  'r.json',
  '--planner-config',
  JSON.stringify({
    mode: 'agg',
    optimization_target: 'throughput',
    enable_load_scaling: true,
    load_adjustment_interval: 5,
    ...settings,
  }),
]

/** Where the reference says the page went: the last line it prints. */
function announced(out: string): string | null {
  return out.match(/\nPlanner ticks: \d+\nPlanner diagnostics report: (.*)\n$/)?.[1] ?? null
}

describe('the page a planner run leaves behind', () => {
  it('goes by default into planner_reports, named after the simulated second of the last tick', async () => {
    const ran = await captureCli(...planned({}), '--diagnostics-json', 'd.json')
    expect(ran).toMatchObject({code: 0})
    const {ticks} = JSON.parse(readFileSync('d.json', 'utf8'))
    const second = Math.trunc(ticks.at(-1).now_s)
    expect(second).toBeGreaterThan(9)
    expect(second).toBeLessThan(60)
    const path = `./planner_reports/planner_report_19700101_0000${second}_001.html`
    expect(announced(ran.out)).toBe(path)
    expect(readdirSync('planner_reports')).toHaveLength(1)
    expect(readFileSync(path, 'utf8')).toContain('Planner diagnostics report')
  })

  it('goes where report_output_dir and report_filename say', async () => {
    expect(announced((await captureCli(...planned({report_filename: 'mine.html'}))).out)).toBe(
      './planner_reports/mine.html',
    )
    const elsewhere = planned({report_filename: 'mine.html', report_output_dir: 'some/where/'})
    expect(announced((await captureCli(...elsewhere)).out)).toBe('some/where/mine.html')
    const absolute = planned({report_filename: join(folder, 'whole.html')})
    expect(announced((await captureCli(...absolute)).out)).toBe(join(folder, 'whole.html'))
    for (const path of ['planner_reports/mine.html', 'some/where/mine.html', 'whole.html'])
      expect(readFileSync(path, 'utf8')).toMatch(/^<!doctype html>/)
  })

  it('is not written without ticks, nor with the recorder off', async () => {
    for (const settings of [
      {load_adjustment_interval: 1000, throughput_adjustment_interval: 2000},
      {report_interval_hours: null, live_dashboard_port: 0},
    ]) {
      const {code, out} = await captureCli(...planned(settings))
      expect(code).toBe(0)
      expect(out).not.toContain('Planner diagnostics report')
      expect(existsSync('planner_reports')).toBe(false)
    }
  })

  it('fails the run only when it was asked for by name', async () => {
    writeFileSync('a-file', '')
    const byDefault = await captureCli(...planned({report_output_dir: 'a-file/reports'}))
    expect(byDefault.code).toBe(0)
    expect(byDefault.error).toContain('note: no planner diagnostics report: ')
    expect(byDefault.out).not.toContain('Planner diagnostics report')
    const byName = await captureCli(
      ...planned({report_output_dir: 'a-file/reports', report_filename: 'x.html'}),
    )
    expect(byName.code).toBe(1)
    expect(byName.error).toContain('cannot write a result')
    expect(byName.out).toContain('Planner ticks: ')
  })

  it('is not announced among JSON', async () => {
    const {out} = await captureCli(...planned({}), '--json')
    expect(JSON.parse(out).completed_requests).toBe(60)
    expect(readdirSync('planner_reports')).toHaveLength(1)
  })
})

describe('--html', () => {
  it('writes the page of a planner run, the same as the planner’s own', async () => {
    const {code, out} = await captureCli(...planned({}), '--html', 'pages/run.html')
    expect(code).toBe(0)
    const own = announced(out)
    expect(readFileSync('pages/run.html', 'utf8') === readFileSync(own!, 'utf8')).toBe(true)
  })

  it('writes the page of a plain run', async () => {
    const {code} = await captureCli('trace.jsonl', '--report-json', 'r.json', '--html', 'plain.html')
    expect(code).toBe(0)
    expect(readFileSync('plain.html', 'utf8')).toContain('no planner ticks')
    expect(existsSync('planner_reports')).toBe(false)
  })

  it('refuses a path it cannot write to before the run', async () => {
    const {code, error} = await captureCli('trace.jsonl', '--html', '.')
    expect(code).toBe(2)
    expect(error).toContain('--html: cannot write .: it is a directory')
  })
})

describe('sweep --html', () => {
  const argv = ['sweep', 'trace.jsonl', '--vary', 'num_workers=1,2', '--jobs', '1', '--out', 'points-of-it']
  const pages = () => readdirSync('points-of-it/points').filter(name => name.endsWith('.html'))

  it('writes one page per point, for points finished without one too', async () => {
    expect((await captureCli(...argv)).code).toBe(0)
    expect(pages()).toEqual([])
    expect((await captureCli(...argv, '--html')).code).toBe(0)
    expect(pages()).toEqual(['num_workers=1.html', 'num_workers=2.html'])
    const again = await captureCli(...argv, '--html')
    expect(again.out).toContain('2 kept from before')
    const page = readFileSync('points-of-it/points/num_workers=2.html', 'utf8')
    const report = JSON.parse(readFileSync('points-of-it/points/num_workers=2.json', 'utf8'))
    expect(page).toContain(report.planner_replay.trace_sha256)
    expect(page).toContain('2 aggregated')
  })
})
