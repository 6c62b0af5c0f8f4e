import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import type {AxeResults} from 'axe-core'
import type {Page} from 'playwright-core'
import {describe, expect, test} from 'vitest'
import {traceMainThread} from './main-thread-tasks.ts'
import {expectVisible, readMetricTable, type Site, useSite} from './site.ts'

const {open} = useSite()
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Loaded enough that the planner scales, so that start-up time matters. */
const REPEATED = 'v=1&preset=as-published&trace=toolagent-5min&speedup=4&view=sweep'
/** One run a point, unless a link says more after it. */
const SHORT = `${REPEATED}&repeats=1`
const HOUR = 'v=1&preset=as-published&view=sweep&repeats=1'

async function startSweep(page: Page, name = 'Run sweep'): Promise<void> {
  const button = page.getByRole('button', {name})
  await expect.poll(() => button.isEnabled(), {timeout: 30_000}).toBe(true)
  await button.click()
}

async function runSweep({page}: Site): Promise<void> {
  await startSweep(page)
  await finished(page)
}

async function finished(page: Page): Promise<void> {
  await page.getByText(/Sweep finished/).waitFor({state: 'attached', timeout: 120_000})
}

/** Rows of the CSV that the page saves. */
async function savedRows(page: Page): Promise<readonly Readonly<Record<string, string>>[]> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', {name: 'CSV', exact: true}).click(),
  ])
  const [head = [], ...rows] = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\n')
    .map(line => line.split(','))
  return rows.map(cells => Object.fromEntries(head.map((key, i) => [key, cells[i] ?? ''])))
}

function finishedCount(page: Page): Promise<number> {
  return page.getByRole('button', {name: /^Open startup_time=/, includeHidden: true}).count()
}

test('wrong values are told once, beside their field', async () => {
  const {page} = await open({hash: `${SHORT}&sweep=startup_time:0:60:0`})
  await expect
    .poll(() => page.getByRole('textbox', {name: /^Values/}).getAttribute('aria-invalid'))
    .toBe('true')
  const told = (await page.locator('#sweep-words').textContent()) ?? ''
  expect(told).toContain('step')
  await expectVisible(page.getByText('Mend the setting above first'))
  expect(await page.getByText(told.trim(), {exact: true}).count()).toBe(1)
  expect(await page.getByRole('button', {name: 'Run sweep'}).isDisabled()).toBe(true)
})

test('a sweep draws its charts, states its findings and keeps its points', async () => {
  const site = await open({hash: `${SHORT}&sweep=startup_time:0:60:20`})
  const {page} = site
  await expectVisible(page.getByText('4 points'))
  await runSweep(site)
  for (const name of ['TTFT', 'ITL', 'GPU-hours', 'Scaling events']) {
    await expectVisible(page.getByRole('figure', {name, exact: true}))
  }
  await expectVisible(page.getByText(/cliff/i))
  await expectVisible(page.getByText(/Halving start-up from 60 to 30 s|From 0 to 60 s scale-ups/))
  const rows = await savedRows(page)
  expect(rows.map(row => row.startup_time)).toEqual(['0', '20', '40', '60'])
  expect(new Set(rows.map(row => row.mean_ttft_ms)).size).toBeGreaterThan(1)

  // The same sweep on another visit to this browser is there at once, with the same figures.
  await page.reload()
  await runSweep(site)
  await expectVisible(page.getByText('0 run in'))
  await expectVisible(page.getByText('4 kept from before'))
  expect(await savedRows(page)).toEqual(rows)
})

test('a point opens as a run with its own figures, and Back leads to the sweep', async () => {
  const site = await open({hash: `${SHORT}&sweep=startup_time:0,40`})
  const {page} = site
  await runSweep(site)
  const [, row] = await savedRows(page)
  const chart = page.getByRole('slider', {name: 'Point of TTFT'})
  await chart.focus()
  await page.keyboard.press('End')
  expect(await chart.getAttribute('aria-valuetext')).toBe('startup_time 40 s')
  expect(await page.getByRole('status').first().textContent()).toContain('startup_time 40 s · TTFT: avg')
  await page.keyboard.press('Enter')
  await expectVisible(page.getByRole('heading', {name: 'Results'}))
  expect(new URL(page.url()).hash).toContain('engine.startup_time=40')
  const shown = (await readMetricTable(site))['Time to First Token (ms)']?.avg ?? ''
  expect(Number(shown.replaceAll(',', ''))).toBeCloseTo(Number(row?.mean_ttft_ms), 1)
  await page.goBack()
  await expectVisible(page.getByRole('figure', {name: 'TTFT', exact: true}))
})

describe.each([
  {repeats: '3', name: '3 phases', link: 'planner-phase=6.667', id: '@6.667s'},
  {repeats: '3-seeds', name: '3 trace seeds', link: 'trace-seed=7', id: '@seed7'},
])('repeats over $name', ({repeats, name, link, id}) => {
  test('are drawn as a band, and each opens as a run with its link', async () => {
    const site = await open({hash: `${SHORT}&sweep=startup_time:0,40&repeats=${repeats}`})
    const {page} = site
    await expectVisible(page.getByText(`6 runs: 2 points, ${name}`))
    await runSweep(site)
    await expectVisible(page.getByText(`Band: lowest to highest of ${name}`))
    expect(
      await page.getByRole('figure', {name: 'TTFT', exact: true}).locator('.band').count(),
    ).toBeGreaterThan(0)
    const rows = await savedRows(page)
    const row = rows.find(candidate => candidate.id === `startup_time=40${id}`)!
    expect(new Set(rows.map(({mean_ttft_ms}) => mean_ttft_ms)).size).toBe(6)

    await page.getByText('All points').click()
    await page.getByRole('button', {name: `Open startup_time=40${id}`}).click()
    await expectVisible(page.getByRole('heading', {name: 'Results'}))
    const meanTtft = async (from: Site) => {
      const shown = (await readMetricTable(from))['Time to First Token (ms)']?.avg ?? ''
      return Number(shown.replaceAll(',', ''))
    }
    expect(await meanTtft(site)).toBeCloseTo(Number(row.mean_ttft_ms), 1)
    expect(await page.getByText(/of another scenario/).count()).toBe(0)
    const {hash} = new URL(page.url())
    expect(hash).toContain(link)

    // The link alone leads to the same run, in a browser that has seen nothing of the sweep.
    const other = await open({hash: `${hash.slice(1)}&run=1`})
    await expectVisible(other.page.getByRole('heading', {name: 'Results'}))
    expect(await meanTtft(other)).toBeCloseTo(Number(row.mean_ttft_ms), 1)

    await page.goBack()
    await expectVisible(page.getByRole('figure', {name: 'TTFT', exact: true}))
    expect(new URL(page.url()).hash).not.toContain(link)
    await runSweep(site)
    await expectVisible(page.getByText('0 run in'))
  })
})

test('Cancel stops at once and keeps what is finished; Resume runs the rest', async () => {
  const {page} = await open({hash: `${HOUR}&sweep=startup_time:0:40:10`})
  await startSweep(page)
  await expect.poll(() => finishedCount(page), {timeout: 60_000}).toBeGreaterThan(0)
  await page.getByRole('button', {name: 'Cancel'}).click()
  const bar = page.getByRole('progressbar', {name: 'Sweep progress'})
  await bar.waitFor({state: 'detached', timeout: 1_000})
  const kept = await finishedCount(page)
  expect(kept).toBeLessThan(5)
  await page.waitForTimeout(1_000)
  expect(await finishedCount(page)).toBe(kept)
  await startSweep(page, 'Resume')
  await finished(page)
  expect(await finishedCount(page)).toBe(5)
  const words = (await page.getByText(/kept from before/).textContent()) ?? ''
  expect(Number(/(\d+) kept/.exec(words)?.[1])).toBeGreaterThanOrEqual(kept)
})

test('without a choice points are repeated as often as is affordable, the cost is said before, and an answer after', async () => {
  const site = await open({hash: `${REPEATED}&sweep=planner.min_endpoint:1:3:1`})
  const {page} = site
  await expectVisible(page.getByText(/^15 runs: 3 points, 5 phases, about \d+(\.\d)? s$/))
  await runSweep(site)
  const findings = page.getByRole('region', {name: /^What it shows/})
  expect(await findings.locator('li').first().textContent()).toMatch(
    /^(Cheapest that holds 95 %: fewest replicas per pool \(min_endpoint\) \d, with .+ it holds in \d of 5 phases|None of 3 points holds 95 %\. Nearest is fewest replicas per pool \(min_endpoint\) \d)/,
  )
  await expectVisible(findings.getByText('Figures are medians of 5 phases.'))
  expect(new URL(page.url()).hash).not.toContain('repeats')
})

test('GPUs are compared by the money of their hours once they have a price', async () => {
  const sweep = 'sweep=engine.aic_system:h100_sxm,b200_sxm&kv=sized'
  const site = await open({hash: `v=1&preset=guide-agg&trace=toolagent-5min&view=sweep&repeats=1&${sweep}`})
  const {page} = site
  await runSweep(site)
  await expectVisible(page.getByText(/^An hour of one GPU costs more than an hour of another/))
  await expectVisible(page.getByText(/^The KV cache is what each engine has room for/))
  await page.getByRole('textbox', {name: 'h100_sxm'}).fill('2.5')
  await page.getByRole('textbox', {name: 'b200_sxm'}).fill('5')
  await expectVisible(page.getByText(/GPU-hours at (2\.5|5)\)/).first())
  await page.getByRole('combobox', {name: 'Currency'}).selectOption('EUR')
  const rows = await savedRows(page)
  expect(rows.map(row => row.price_per_gpu_hour)).toEqual(['2.5', '5'])
  for (const {cost, price_per_gpu_hour: price, billed_gpu_hours: hours, currency} of rows)
    expect([Number(cost), currency]).toEqual([Number(price) * Number(hours), 'EUR'])
  expect(new URL(page.url()).hash).toContain('kv=sized')
})

test('fixed fleets and the planner are drawn as a frontier with the bottom line first', async () => {
  const site = await open({hash: `${SHORT}&sweep=num_workers:1:3:1&sweep=planner:off,on`})
  const {page} = site
  await runSweep(site)
  await expectVisible(page.getByRole('figure', {name: 'Objective met against GPU-hours'}))
  const findings = page.getByRole('region', {name: /^What it shows/})
  expect(await findings.locator('li').first().textContent()).toMatch(
    /^(A fixed fleet beats the planner here|The planner beats every fixed fleet tried|The planner and the best fixed fleet are about the same): .* serves \d+(\.\d)? % for /,
  )
  await expectVisible(findings.getByText(/^For (about )?the planner’s/))
  await page.getByRole('slider', {name: 'Run of the frontier'}).press('Home')
  expect(await page.getByRole('status').first().textContent()).toMatch(
    /^num_workers=\d,planner=o(n|ff), .* meet the objective for /,
  )
})

test('two knobs are a heat map with a table to sort, filter and compare from, and a point knows its sweep', async () => {
  const site = await open({hash: `${SHORT}&sweep=num_workers:1:3:1&sweep=planner.max_gpu_budget:4,8`})
  const {page} = site
  await runSweep(site)
  const heat = page.getByRole('figure', {name: /^Objective met, Workers by Most replicas/})
  await expectVisible(heat)
  const cells = page.getByRole('slider', {name: 'Pair of values'})
  await cells.press('ArrowRight')
  await cells.press('ArrowRight')
  await cells.press('ArrowUp')
  expect(await cells.getAttribute('aria-valuetext')).toMatch(
    /^num_workers 2, planner.max_gpu_budget 8: Objective met /,
  )
  await page.evaluate(axeSource)
  const results = (await page.evaluate('axe.run(document, {resultTypes: ["violations"]})')) as AxeResults
  expect(results.violations.map(({id, nodes}) => [id, nodes[0]?.html])).toEqual([])

  await page.getByText('All points').click()
  const table = page.getByRole('region', {name: 'All points of the sweep'})
  await page.getByRole('button', {name: 'GPU-hours', exact: true}).click()
  await page.getByRole('button', {name: 'GPU-hours', exact: true}).click()
  const hours = await table
    .locator('tbody tr')
    .evaluateAll(rows => rows.map(row => Number(row.children[7]?.textContent)))
  expect(hours).toEqual([...hours].sort((a, b) => b - a))
  expect(await table.getByText('★').count()).toBe(1)
  await page.getByRole('searchbox', {name: 'Filter'}).fill('budget=8')
  expect(await table.locator('tbody tr').count()).toBe(3)
  await table.getByRole('checkbox').first().check()
  await table.getByRole('checkbox').nth(1).check()

  await table
    .getByRole('button', {name: /^Open num_workers/})
    .first()
    .click()
  await expectVisible(
    page.getByText(
      /^Sweep of Workers by Most replicas, point \d of 6: Workers \d instances, Most replicas \d+ replicas\b/,
    ),
  )
  expect(await page.evaluate(() => scrollY)).toBe(0)
  await page.getByRole('button', {name: 'Back to the sweep'}).click()
  await expectVisible(heat)
})

describe('the form', () => {
  test('finds knobs by a word, suggests their values, and takes own knobs for a ready-made sweep', async () => {
    const site = await open({hash: SHORT})
    const {page} = site
    const values = page.getByRole('textbox', {name: /^Values/})
    await page.getByRole('combobox', {name: 'Sweep'}).selectOption('own')
    await expect
      .poll(() => page.getByRole('combobox', {name: 'Knob', exact: true}).inputValue())
      .toBe('planner.ttft')
    await page.getByText('Find a knob', {exact: true}).click()
    await page.getByRole('searchbox', {name: 'Find a knob'}).fill('block size')
    await page.evaluate(axeSource)
    const results = (await page.evaluate('axe.run(document, {resultTypes: ["violations"]})')) as AxeResults
    expect(results.violations.map(({id, nodes}) => [id, nodes[0]?.html])).toEqual([])
    await page.getByRole('button', {name: /engine\.block_size/}).click()
    await expect.poll(() => values.inputValue()).toMatch(/^\d+(,\d+)+$/)
    await expectVisible(page.getByText(/^\d+ points/))
  })

  test('says of a knob that the scenario does not use that it changes nothing', async () => {
    const site = await open({hash: `${SHORT}&sweep=seed:1,2`})
    await runSweep(site)
    await expectVisible(
      site.page.getByText(/came out the same to the last bit: under this scenario seed changes nothing/),
    )
  })

  test('says what is wrong, counts points and writes the sweep into the address', async () => {
    const {page} = await open({hash: SHORT})
    const values = page.getByRole('textbox', {name: /^Values/})
    await expectVisible(page.getByText('31 points'))
    await values.fill('0:30:x')
    await expectVisible(page.getByText(/startup_time: a range is from:to:step/).first())
    expect(await page.getByRole('button', {name: 'Run sweep'}).isDisabled()).toBe(true)
    await values.fill('0:30:10')
    await page.getByRole('combobox', {name: 'Repeats'}).selectOption('3')
    await expectVisible(page.getByText('12 runs: 4 points, 3 phases'))
    await expect
      .poll(() => new URL(page.url()).hash)
      .toContain('view=sweep&sweep=startup_time:0:30:10&repeats=3')
    await page.getByRole('combobox', {name: 'Sweep', exact: true}).selectOption('frontier')
    await expect.poll(() => new URL(page.url()).hash).toContain('view=sweep&sweep=frontier&repeats=3')
    await page.getByRole('combobox', {name: 'Repeats'}).selectOption('5 seeds')
    await expect.poll(() => new URL(page.url()).hash).toContain('view=sweep&sweep=frontier&repeats=5-seeds')
  })

  test('a link fills it in and starts nothing; with run=1 it does', async () => {
    const {page} = await open({hash: `${SHORT}&sweep=startup_time:0,10&sweep=nonsense`})
    await expectVisible(page.getByRole('alert').filter({hasText: 'left out: sweep=nonsense'}))
    await expectVisible(page.getByText('2 points'))
    await page.waitForTimeout(1_000)
    expect(await page.getByText(/Sweep finished/).count()).toBe(0)
    expect(await page.getByRole('button', {name: 'Run sweep'}).isEnabled()).toBe(true)
    const running = await open({hash: `${SHORT}&sweep=startup_time:0,10&run=1`})
    await finished(running.page)
  })

  test('copies the sweep as a command line', async () => {
    const site = await open({
      hash: `${SHORT}&sweep=cold-start&repeats=3`,
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    await site.page.getByRole('combobox', {name: 'Repeats'}).selectOption('1')
    await site.page.getByRole('textbox', {name: /^Values/}).fill('0,10')
    await runSweep(site)
    await site.page.getByRole('button', {name: 'Copy as CLI command'}).click()
    const command = await site.page.evaluate(() => navigator.clipboard.readText())
    expect(command).toMatch(/^npm run --silent replay -- sweep static-traces\/toolagent-5min\.jsonl\.gz /)
    expect(command).toContain('--arrival-speedup-ratio 4')
    expect(command).toMatch(/ --vary startup_time=0,10 --out sweep-out$/)
  })
})

/** Longest a task may keep the page from answering while a sweep is on. */
const LIMIT_MS = 50

test('the page answers all through the cold-start sweep', async () => {
  const {page} = await open({hash: `${SHORT}&sweep=cold-start`})
  await expect
    .poll(() => page.getByRole('button', {name: 'Run sweep'}).isEnabled(), {timeout: 30_000})
    .toBe(true)
  const {tasks} = await traceMainThread(page, async () => {
    await page.evaluate(() => performance.mark('sweep started'))
    await startSweep(page)
    await finished(page)
  })
  expect(tasks.length).toBeGreaterThan(20)
  expect(tasks.filter(({cpuMs}) => cpuMs > LIMIT_MS)).toEqual([])
})

describe.each(['light', 'dark'] as const)('in %s colours', colorScheme => {
  test('axe finds nothing before a sweep and with its results', async () => {
    const site = await open({
      colorScheme,
      reducedMotion: 'reduce',
      hash: `${SHORT}&sweep=startup_time:0:30:10&repeats=3`,
    })
    const {page} = site
    await expectVisible(page.getByText('12 runs: 4 points, 3 phases'))
    expect(await violations(page)).toEqual([])
    await runSweep(site)
    await page.getByText('All points').click()
    expect(await violations(page)).toEqual([])
  })
})

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource)
  const results = (await page.evaluate('axe.run(document, {resultTypes: ["violations"]})')) as AxeResults
  return results.violations.flatMap(({id, nodes}) => nodes.map(node => `${id}: ${node.html.slice(0, 200)}`))
}

test('fits a phone without scrolling sideways', async () => {
  const site = await open({viewport: {width: 390, height: 844}, hash: `${SHORT}&sweep=startup_time:0,20`})
  const overflow = () =>
    site.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(await overflow()).toBe(0)
  await runSweep(site)
  await site.page.getByText('All points').click()
  expect(await overflow()).toBe(0)
})
