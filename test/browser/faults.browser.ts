import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import type {Page} from 'playwright-core'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {generateTrace} from '../../src/trace/generators/generate.ts'
import {TRACE_RECIPES} from '../../src/trace/generators/trace-recipes.ts'
import {markEndOfRun, traceMainThread} from './main-thread-tasks.ts'
import {alertText, expectVisible, readMetricTable, runToResults, useSite} from './site.ts'

const {open} = useSite()
const root = fileURLToPath(new URL('../..', import.meta.url))

/** One instance that is overrun: a run of some seconds, long enough to be disturbed. */
const LONG =
  'v=1&synthetic.input_tokens=2000&synthetic.output_tokens=400&synthetic.request_count=40000' +
  '&synthetic.arrival_interval_ms=20'
const ALL = '40,000.00'
const SWEEP = `${LONG.replace('40000', '10000')}&view=sweep&sweep=num_workers:1:4:1`
/** A poll of the page's progress, on a machine that may be busy. */
const SOON = {interval: 20, timeout: 30_000}

declare global {
  interface Window {
    startedWorkers: Worker[]
  }
}

/** Runs in the page: keeps every worker at hand, to be ended without its page being told. */
function keepWorkers(): void {
  window.startedWorkers = []
  const Original = window.Worker
  window.Worker = class extends Original {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options)
      window.startedWorkers.push(this)
    }
  }
}

/** Ways a worker can end in silence: its owner's browser ends it, or it ends itself. */
const KILLS: readonly (readonly [name: string, kill: (page: Page) => Promise<unknown>])[] = [
  [
    'terminated',
    page =>
      page.evaluate(() => {
        for (const worker of window.startedWorkers.splice(0)) Worker.prototype.terminate.call(worker)
      }),
  ],
  ['closed from within', page => Promise.all(page.workers().map(worker => worker.evaluate('self.close()')))],
]

async function press(page: Page, name: string): Promise<void> {
  const button = page.getByRole('button', {name, exact: true})
  await expect.poll(() => button.isEnabled(), {timeout: 30_000}).toBe(true)
  await button.click()
}

/** A worker is up once it holds its lock and the page waits for that. */
async function expectWorkers(page: Page, least: number): Promise<void> {
  const count = () =>
    page.evaluate(async () => {
      const {pending = []} = await navigator.locks.query()
      return Math.min(pending.length, window.startedWorkers.length)
    })
  await expect.poll(count, SOON).toBeGreaterThanOrEqual(least)
}

function shareOf(page: Page, name: string): Promise<number> {
  const bar = page.getByRole('progressbar', {name})
  return bar.getAttribute('aria-valuenow', {timeout: 2_000}).then(Number, () => -1)
}

describe.each(KILLS)('a worker that is %s', (_, kill) => {
  test('in mid-run is replaced, and the run comes out as ever', async () => {
    const site = await open({hash: LONG, initScript: keepWorkers})
    const {page} = site
    await press(page, 'Run')
    await expect.poll(() => shareOf(page, 'Replay progress'), SOON).toBeGreaterThan(3)
    await kill(page)
    await expectVisible(page.getByRole('heading', {name: 'Results'}))
    const table = await readMetricTable(site)
    expect(table['Request Count (requests)']?.avg).toBe(ALL)
    expect(page.workers().length).toBeGreaterThan(0)
    await runToResults(site)
    expect(await readMetricTable(site)).toEqual(table)
  })

  test('in mid-sweep is replaced, and every point is there', async () => {
    const {page} = await open({hash: SWEEP, initScript: keepWorkers})
    await press(page, 'Run sweep')
    await expect.poll(() => shareOf(page, 'Sweep progress'), SOON).toBeGreaterThan(3)
    await expectWorkers(page, Math.min(4, await page.evaluate(() => navigator.hardwareConcurrency)))
    await kill(page)
    await page.getByText(/Sweep finished/).waitFor({state: 'attached', timeout: 120_000})
    const points = page.getByRole('button', {name: /^Open num_workers=/, includeHidden: true})
    expect(await points.count()).toBe(4)
  })
})

test('a worker that dies every time ends the run with its reason, and the page goes on', async () => {
  const site = await open({hash: LONG, initScript: keepWorkers})
  const {page} = site
  await press(page, 'Run')
  const [[, kill]] = KILLS as [(typeof KILLS)[number]]
  for (let death = 0; death < 2; death++) {
    await expectWorkers(page, 1)
    await kill(page)
  }
  expect(await alertText(site)).toContain('two workers died of it')
  await runToResults(site)
})

test('a page that is frozen in mid-run, as in sleep, goes on where it was', async () => {
  const site = await open({hash: LONG})
  const {page} = site
  const session = await page.context().newCDPSession(page)
  await press(page, 'Run')
  await expect.poll(() => shareOf(page, 'Replay progress'), SOON).toBeGreaterThan(1)
  await session.send('Page.setWebLifecycleState', {state: 'frozen'})
  await new Promise(resolve => setTimeout(resolve, 4_000))
  await session.send('Page.setWebLifecycleState', {state: 'active'})
  await expectVisible(page.getByRole('heading', {name: 'Results'}))
  expect((await readMetricTable(site))['Request Count (requests)']?.avg).toBe(ALL)
})

test('a clock that is set back or far ahead in mid-run changes nothing', async () => {
  const site = await open({
    hash: LONG,
    initScript: () => {
      let offset = 0
      const now = Date.now.bind(Date)
      Date.now = () => now() + offset
      setInterval(() => {
        offset = offset === 0 ? -8.64e10 : 0
      }, 100)
    },
  })
  await runToResults(site)
  const table = await readMetricTable(site)
  expect(table['Request Count (requests)']?.avg).toBe(ALL)
  const plain = await open({hash: LONG})
  await runToResults(plain)
  expect(await readMetricTable(plain)).toEqual(table)
})

test('a page in the background finishes its run', async () => {
  const site = await open({hash: LONG})
  const {page} = site
  await press(page, 'Run')
  const front = await page.context().newPage()
  await front.bringToFront()
  await new Promise(resolve => setTimeout(resolve, 4_000))
  await page.bringToFront()
  await front.close()
  await expectVisible(page.getByRole('heading', {name: 'Results'}))
})

// Where instances end at a draining limit all requests are kept, however many.
describe('a run there is no memory for', () => {
  test('is refused beforehand with the figure, link or no link', async () => {
    const synthetic =
      'synthetic.input_tokens=150&synthetic.output_tokens=150&synthetic.request_count=10000000&drain-limit=60'
    const {page} = await open({hash: `v=1&preset=as-published&${synthetic}&run=1`})
    await expectVisible(
      page.getByRole('alert').filter({hasText: /needs about 4\.9 GiB of memory, more than the \d/}),
    )
    expect(await page.getByRole('button', {name: 'Run', exact: true}).isDisabled()).toBe(true)
    await page.waitForTimeout(1_000)
    expect(await page.getByRole('progressbar', {name: 'Replay progress'}).count()).toBe(0)
    await page.getByRole('textbox', {name: /^request_count/}).fill('1000')
    await expect.poll(() => page.getByRole('button', {name: 'Run', exact: true}).isEnabled()).toBe(true)
  })

  test('or perhaps not enough is warned of, and may be run', async () => {
    const synthetic =
      'synthetic.input_tokens=1000&synthetic.output_tokens=10&synthetic.request_count=3500000&drain-limit=60'
    const {page} = await open({hash: `v=1&preset=as-published&${synthetic}`})
    await expectVisible(
      page.getByRole('alert').filter({hasText: /about \d\.\d GiB of memory, up to \d\.\d GiB/}),
    )
    expect(await page.getByRole('button', {name: 'Run', exact: true}).isEnabled()).toBe(true)
  })
})

describe('ten times the hour', () => {
  let folder = ''
  let path = ''

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'planner-replay-ten-'))
    path = join(folder, 'ten-hours.jsonl')
    const {requestCount, tickCount, seed} = TRACE_RECIPES['toolagent-hour'].spec
    const spec = {seed, requestCount: requestCount * 10, tickCount: tickCount * 10}
    writeFileSync(path, generateTrace({kind: 'toolagent', spec}))
  })

  afterAll(() => rmSync(folder, {recursive: true, force: true}))

  test('is replayed by the command line', () => {
    const tool = join(root, 'dist-cli/planner-replay.js')
    const options = {cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26, stdio: 'pipe'} as const
    const printed = execFileSync(process.execPath, [tool, path, '--num-workers', '4', '--json'], options)
    expect(JSON.parse(printed).completed_requests).toBe(236_080)
  })

  test('is replayed by the page, which answers all the while', async () => {
    const site = await open({hash: 'v=1&workers=4', initScript: markEndOfRun})
    const {page} = site
    await page.waitForLoadState('networkidle')
    const {tasks, marks} = await traceMainThread(page, async () => {
      await page.evaluate(() => performance.mark('file given'))
      await page.getByLabel('Trace file', {exact: true}).setInputFiles(path)
      const chosen = page.getByRole('combobox', {name: 'Trace', exact: true}).locator('option:checked')
      await expect.poll(() => chosen.textContent(), {timeout: 30_000}).toBe('ten-hours.jsonl')
      await press(page, 'Run')
      await page.getByRole('progressbar', {name: 'Replay progress'}).waitFor({state: 'detached'})
    })
    await expectVisible(page.getByRole('heading', {name: 'Results'}))
    expect((await readMetricTable(site))['Request Count (requests)']?.avg).toBe('236,080.00')
    // What the task that ends the run does next is the drawing of results.
    const during = tasks.filter(({endMs}) => endMs < marks.get('run ended')!)
    expect(during.length).toBeGreaterThan(20)
    expect(during.filter(({cpuMs}) => cpuMs > 50)).toEqual([])
  })
})
