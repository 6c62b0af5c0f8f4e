/** The `recommend` subcommand as a process of its own: its threads need the bundle. */
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test, vi} from 'vitest'
import {SMALL_PLANNER} from '../support/small-planner.ts'
import {TOOL, tool} from '../sweep/command.ts'
import {traceText} from './evaluate.ts'

vi.setConfig({testTimeout: 120_000})

let folder = ''
const at = (...path: string[]) => join(folder, ...path)
const answer = (out: string) => readFileSync(at(out, 'recommend.json'), 'utf8')

const PLANNER = JSON.stringify({mode: 'agg', ...SMALL_PLANNER})
const SPACE = `
planner.min_endpoint: [1, 2, 3, 4]
planner.ttft_ms: {from: 200, to: 800, step: 200}
planner.load_adjustment_interval: [3, 5]
`
const OBJECTIVE = ['--objective', 'ttft=2000,itl=40,share=0.9']
const LINE = [
  ...['recommend', 'trace.jsonl', '--planner-config', PLANNER, '--space', 'space.yaml'],
  ...['--extra-engine-args', '{"startup_time": 4}'],
]

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'planner-replay-recommend-'))
  writeFileSync(at('trace.jsonl'), traceText())
  writeFileSync(at('space.yaml'), SPACE)
  const {code, error, out} = tool(
    folder,
    ...LINE,
    ...OBJECTIVE,
    '--jobs',
    '2',
    '--price',
    '2',
    '--out',
    'whole',
  )
  expect([code, error, out]).toEqual([0, expect.any(String), expect.stringContaining('holds')])
}, 180_000)

afterAll(() => {
  rmSync(folder, {recursive: true})
})

test('says what holds, what it costs and how it compares', () => {
  const {best, nearest, today, best_fixed_fleet, front, evaluations, objective, ended} = JSON.parse(
    answer('whole'),
  )
  expect(best.values['planner.min_endpoint']).toBe(2)
  expect(best.share).toBeGreaterThanOrEqual(0.9)
  expect(best.cost).toBeCloseTo(2 * best.billed_gpu_hours, 12)
  expect(best.holds).toEqual({of: 5, in: 5})
  expect(nearest).toBeNull()
  expect(today.share).toBeLessThan(0.9)
  expect(best_fixed_fleet.fleet).toBe('workers=2')
  const costs = front.map((one: {cost: number}) => one.cost)
  expect(costs).toEqual(costs.toSorted((a: number, b: number) => a - b))
  expect(objective).toEqual({ttft_ms: 2000, itl_ms: 40, share: 0.9})
  expect(evaluations.full).toBeLessThan((32 * 5) / 2)
  expect(ended).toBe('settled')
})

test('leaves the setting in the forms others read, and a page to print', () => {
  expect(readdirSync(at('whole', 'setting')).sort()).toEqual([
    ...['command.sh', 'deployment-planner.yaml', 'deployment-request.yaml'],
    ...['planner.json', 'planner.yaml'],
  ])
  const page = readFileSync(at('whole', 'recommend.html'), 'utf8')
  expect(page).toContain('<svg')
  expect(page).not.toContain('<script')
  expect(page.match(/<h1>(.*)<\/h1>/)?.[1]).toContain('holds')
})

test('gives the same answer with one worker, and runs nothing twice', () => {
  const {code} = tool(folder, ...LINE, ...OBJECTIVE, '--jobs', '1', '--price', '2', '--out', 'single')
  expect(code).toBe(0)
  expect(answer('single')).toBe(answer('whole'))
  const again = tool(folder, ...LINE, ...OBJECTIVE, '--price', '2', '--out', 'single')
  const runs = readdirSync(at('single', 'points')).filter(name => name.endsWith('.json')).length
  expect(again.out).toContain(`${runs} of them kept from before`)
})

test('goes on where it was interrupted, to the same answer', async () => {
  const argv = [...LINE, ...OBJECTIVE, '--jobs', '2', '--price', '2', '--out', 'broken']
  const child = spawn(process.execPath, [TOOL, ...argv], {cwd: folder, stdio: 'ignore'})
  const left = once(child, 'exit')
  const points = at('broken', 'points')
  await vi.waitFor(() => expect(existsSync(points) && readdirSync(points).length).toBeGreaterThan(12), {
    timeout: 60_000,
  })
  child.kill('SIGINT')
  expect(await left).toEqual([130, null])
  expect(existsSync(at('broken', 'recommend.json'))).toBe(false)
  const kept = readdirSync(points).filter(name => name.endsWith('.json')).length
  const {code, out} = tool(folder, ...argv)
  expect([code, out]).toEqual([0, expect.stringContaining(`${kept} of them kept from before`)])
  expect(answer('broken')).toBe(answer('whole'))
})

test('shards search parts of the space, and the command without one takes them up', () => {
  const argv = [...LINE, ...OBJECTIVE, '--budget', '30', '--out', 'shards']
  for (const shard of ['1/2', '2/2']) expect(tool(folder, ...argv, '--shard', shard).code).toBe(0)
  expect(existsSync(at('shards', 'recommend.json'))).toBe(false)
  const {code, out} = tool(folder, ...argv)
  expect(code).toBe(0)
  // The shards have used the budget up: every run is one of theirs.
  const [, runs, kept] = /^(\d+) runs of the whole trace .*, (\d+) of them kept from before/m.exec(out) ?? []
  expect(Number(kept)).toBeGreaterThan(10)
  expect(kept).toBe(runs)
  const {best} = JSON.parse(answer('shards'))
  expect(best.gpu_hours).toBeLessThanOrEqual(JSON.parse(answer('whole')).best.gpu_hours * 1.01)
})

test('where nothing holds it names the nearest, why not, and what could be held', () => {
  const strict = ['--objective', 'ttft=150,itl=40,share=0.99']
  const {code, out} = tool(folder, ...LINE, ...strict, '--budget', '30', '--out', 'strict')
  expect(code).toBe(0)
  const {best, nearest, why_not, could_hold} = JSON.parse(answer('strict'))
  expect(best).toBeNull()
  expect(nearest.share).toBeLessThan(0.99)
  expect(why_not[0]).toMatch(/^\d+ of 260 requests miss it: /)
  expect(could_hold.ttft_ms).toBeGreaterThan(150)
  expect(out).toContain('None of')
  // What it says could be held, is.
  const held = ['--objective', `ttft=${could_hold.ttft_ms},itl=${could_hold.itl_ms},share=0.99`]
  expect(tool(folder, ...LINE, ...held, '--budget', '30', '--out', 'held').code).toBe(0)
  expect(JSON.parse(answer('held')).best).not.toBeNull()
})

test('ends when its time is over, and the same command goes on from there to the same answer', () => {
  const argv = [...LINE, ...OBJECTIVE, '--jobs', '2', '--price', '2', '--out', 'timed']
  const first = tool(folder, ...argv, '--time-limit', '100ms')
  expect([first.code, first.out]).toEqual([0, expect.stringContaining('the time is used up')])
  expect(JSON.parse(answer('timed')).ended).toBe('time')
  const kept = readdirSync(at('timed', 'points')).filter(name => name.endsWith('.json')).length
  const {out} = tool(folder, ...argv, '--time-limit', '10min')
  expect(out).toContain(`${kept} of them kept from before`)
  expect(answer('timed')).toBe(answer('whole'))
})

test('what costs more than it may is no answer', () => {
  const {best} = JSON.parse(answer('whole'))
  const most = best.cost * 0.8
  const argv = [...LINE, ...OBJECTIVE, '--price', '2', '--max-cost', most.toFixed(4), '--out', 'poor']
  const {code, out} = tool(folder, ...argv)
  const poor = JSON.parse(answer('poor'))
  expect([code, poor.best, poor.most_cost]).toEqual([0, null, Number(most.toFixed(4))])
  expect(poor.nearest.cost).toBeLessThanOrEqual(most)
  expect(poor.nearest.holds.of).toBe(5)
  expect(out).toContain('at the most; the largest share for that has')
})

test.each([
  [['--space', '{}'], 'cannot read {}'],
  [['--space', 'trace.jsonl'], 'space'],
  [['--budget', '0'], '--budget must be'],
  [['--objective', 'ttft=1'], 'objective needs itl'],
  [['--price', 'h200=x'], 'a price reads'],
  [['--time-limit', 'soon'], '--time-limit must be a time'],
  [['--max-cost', '0'], '--max-cost must be a number above 0'],
  [['--seeds'], 'only traces of static-traces/ have a generator'],
  [['--shard', '3/2'], '--shard must be i/n'],
])('refuses %j', (flags, message) => {
  const {code, error} = tool(folder, ...LINE, ...flags, '--out', 'refused')
  expect([code, error]).toEqual([2, expect.stringContaining(message)])
})
