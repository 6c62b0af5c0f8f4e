import {readFileSync} from 'node:fs'
import type {Locator, Page} from 'playwright-core'
import {describe, expect, test} from 'vitest'
import {findPreset} from '../../src/config/presets.ts'
import type {Scenario} from '../../src/config/scenario.ts'
import {violations} from './axe.ts'
import {runCommandLine} from './command-line.ts'
import {
  alertText,
  expectVisible,
  readMetricTable,
  runToResults,
  SHORT_TRACE,
  type Site,
  useSite,
} from './site.ts'

const {open} = useSite()

const SHORT = `v=1&preset=guide-agg&trace=${SHORT_TRACE}`
const PAIR = [titleOf('guide-agg'), titleOf('guide-disagg')]

function titleOf(presetId: string): string {
  return findPreset(presetId)!.title
}

/** One click in the scenario, on the short trace. */
async function comparePair(site: Site): Promise<void> {
  const {page} = site
  const guide = page.getByRole('button', {name: 'Guide: agg vs disagg'}).first()
  await expect.poll(() => guide.isEnabled(), {timeout: 30_000}).toBe(true)
  await guide.click()
  await expectVisible(page.getByRole('region', {name: 'Metrics compared'}))
}

async function goTo({page}: Site, view: 'Run' | 'Compare' | 'Library'): Promise<void> {
  await page.getByRole('navigation', {name: 'Views'}).getByRole('link', {name: view}).click()
  const landmark = {
    Run: page.getByRole('button', {name: 'Run', exact: true}),
    Compare: page.getByRole('heading', {name: 'Compare', exact: true}),
    Library: page.getByRole('heading', {name: 'Library', exact: true}),
  }
  await expectVisible(landmark[view])
}

/** Figures of a metric in a table of the comparison, one per run, without the differences. */
function figuresOf(table: Locator, metric: string): Promise<string[]> {
  const row = table
    .getByRole('row')
    .filter({has: table.page().getByRole('rowheader', {name: metric, exact: true})})
  return row.locator('.value').allTextContents()
}

/** Read all at once: a row that goes away in between would be waited for. */
function savedNames(page: Page): Promise<string[]> {
  const names = page.getByRole('textbox', {name: 'Name of the run'})
  return names.evaluateAll(inputs => inputs.map(input => (input as HTMLInputElement).value))
}

function onShortTrace(presetId: string): Scenario {
  return {...findPreset(presetId)!.scenario, trace: {kind: 'catalogue', id: SHORT_TRACE}}
}

describe('the comparison', () => {
  test('one click runs agg and disagg and shows what the command line prints of each', async () => {
    const site = await open({hash: SHORT})
    await comparePair(site)
    const {page} = site
    await page.getByText('Every figure of the AIPerf table').click()
    const table = page.getByRole('region', {name: 'AIPerf figures compared'})
    const printed = ['guide-agg', 'guide-disagg'].map(id =>
      runCommandLine(onShortTrace(id), `${SHORT_TRACE}.jsonl.gz`),
    )
    for (const [metric, row, column] of [
      ['Time to First Token (ms), avg', 'Time to First Token (ms)', 'avg'],
      ['Inter Token Latency (ms), p99', 'Inter Token Latency (ms)', 'p99'],
      ['Request Count (requests), avg', 'Request Count (requests)', 'avg'],
    ] as const) {
      const figures = await figuresOf(table, metric)
      expect(figures).toEqual(printed.map(run => run.table[row]![column]))
    }
    const settings = page.getByRole('region', {name: 'Settings that differ'})
    expect(await settings.getByRole('row', {name: /topology/}).textContent()).toMatch(/agg.*disagg/)
    await goTo(site, 'Library')
    expect((await savedNames(page)).sort()).toEqual(PAIR)
  })

  test('opens with a verdict by one objective, which tells luck from a difference once all were repeated', {
    timeout: 150_000,
  }, async () => {
    const site = await open({hash: SHORT, repeats: true})
    await comparePair(site)
    const {page} = site
    const verdict = page.getByRole('region', {name: 'Verdict'})
    await expectVisible(verdict.getByText('All are judged by one objective: TTFT ≤ 1,500 ms and ITL ≤ 50 ms'))
    const metrics = page.getByRole('region', {name: 'Metrics compared'})
    await expect.poll(() => metrics.locator('.band').count(), {timeout: 40_000}).toBeGreaterThan(0)
    await expect.poll(() => verdict.getByRole('button', {name: 'Stop'}).count(), {timeout: 40_000}).toBe(0)
    expect(await verdict.locator('li').first().textContent()).toMatch(
      /^([AB] serves .+ more than|[AB] is better|Both hold).*; so in [45] of 5 phases\.$|^B and A are about the same/,
    )
    expect(await verdict.locator('li').nth(1).textContent()).toMatch(
      /^Of 640 requests \d+ are in time in B only/,
    )
  })

  test('prefers neither of two samples of one setting', {timeout: 120_000}, async () => {
    const draws = [7, 8].map(
      seed => `compare=${encodeURIComponent(`preset=guide-agg&trace=${SHORT_TRACE}&trace-seed=${seed}`)}`,
    )
    const {page} = await open({hash: `${SHORT}&view=compare&${draws.join('&')}`})
    await page.getByRole('button', {name: /^Run and compare/}).click()
    await expectVisible(
      page.getByText(/^B and A are the same setting, sampled twice, and what they differ by is luck: /),
      60_000,
    )
    const table = page.getByRole('region', {name: 'Metrics compared'})
    expect(await table.getByText('the same').count()).toBeGreaterThan(10)
    expect(await table.getByText(/^(better|worse)$/).count()).toBe(0)
  })

  test('says which is better in words, prices the hours, and remembers the price', async () => {
    const site = await open({hash: SHORT})
    await comparePair(site)
    const {page} = site
    const metrics = page.getByRole('region', {name: 'Metrics compared'})
    const billed = metrics.getByRole('row', {name: /GPU-hours, billed/})
    expect(await billed.textContent()).toMatch(/worse|better/)
    expect(await metrics.getByRole('row', {name: /^Cost of the billed hours/}).count()).toBe(0)
    await page.getByLabel('Price per GPU-hour').fill('250')
    const cost = await figuresOf(metrics, 'Cost of the billed hours')
    const hours = await figuresOf(metrics, 'GPU-hours, billed')
    expect(cost.map(Number)).toEqual(hours.map(text => expect.closeTo(250 * Number.parseFloat(text), 0)))
    await page.getByLabel('Price per GPU-hour').fill('lots')
    expect(await alertText(site)).toContain('positive amount')
    await page.reload()
    await goTo(site, 'Library')
    await page.getByRole('checkbox', {name: `Choose ${PAIR[0]}`}).check()
    await page.getByRole('checkbox', {name: `Choose ${PAIR[1]}`}).check()
    await page.getByRole('button', {name: 'Compare 2 runs'}).click()
    await expectVisible(page.getByRole('region', {name: 'Metrics compared'}))
    expect(await page.getByLabel('Price per GPU-hour').inputValue()).toBe('250')
  })

  test('tells who got slower, sorted, and splits it into queueing and compute', async () => {
    const site = await open({hash: SHORT})
    await comparePair(site)
    const {page} = site
    await expectVisible(page.getByText(/^Of 640 requests that both completed/))
    const cells = await page
      .getByRole('region', {name: 'Requests that differ most'})
      .locator('tbody tr')
      .evaluateAll(rows =>
        rows.map(row => [...row.querySelectorAll('td')].map(cell => cell.textContent ?? '')),
      )
    expect(cells.length).toBeGreaterThan(10)
    expect(cells.length).toBeLessThanOrEqual(50)
    const ms = (text: string) => {
      const size = Number(text.replace(/[^\d.]/g, '')) * (/\ds$| s$/.test(text) ? 1000 : 1)
      return text.startsWith('−') ? -size : size
    }
    const losses = cells.map(row => ms(row[3]!))
    expect(losses).toEqual([...losses].sort((a, b) => b - a))
    for (const row of cells) {
      // Each figure is rounded for reading; from ten seconds on to a tenth of one.
      expect(Math.abs(ms(row[4]!) + ms(row[5]!) - ms(row[3]!))).toBeLessThanOrEqual(101)
    }
  })

  test('moves one cursor on all charts, by keyboard too', async () => {
    const site = await open({hash: SHORT})
    await comparePair(site)
    const {page} = site
    const sliders = page.getByRole('main').getByRole('slider', {name: /^Time cursor on/})
    await expect.poll(() => sliders.count()).toBe(6)
    const ttft = page.getByRole('figure', {name: 'TTFT observed, mean', exact: true})
    expect(await ttft.locator('.rule-name').allTextContents()).toEqual(['SLA 1,500 ms'])
    await page.getByRole('slider', {name: 'Time cursor on Serving instances'}).focus()
    await page.keyboard.press('ArrowRight')
    const readout = page.getByRole('region', {name: 'Timelines of all runs'}).getByRole('status')
    await expect.poll(() => readout.textContent()).toMatch(/Serving instances: A .+ \d/)
    const said = await Promise.all((await sliders.all()).map(slider => slider.getAttribute('aria-valuetext')))
    expect(new Set(said).size).toBe(1)
    expect(said[0]).toMatch(/^\d+:\d\d/)
  })

  test('is saved as JSON, CSV, SVG and PNG', async () => {
    const site = await open({hash: SHORT})
    await comparePair(site)
    const {page} = site
    const save = async (kind: string) => {
      const download = page.waitForEvent('download')
      await page.getByRole('group', {name: 'Save the comparison'}).getByRole('button', {name: kind}).click()
      return readFileSync(await (await download).path())
    }
    await expect.poll(() => page.getByRole('slider', {name: /^Time cursor on/}).count()).toBe(6)
    const json = JSON.parse((await save('JSON')).toString())
    expect(json.runs.map((run: {name: string}) => run.name)).toEqual(PAIR)
    expect(json.requests_of_b_against_a.e2e.compared).toBe(640)
    const [header, ...lines] = (await save('CSV')).toString().trim().split('\n')
    expect(header).toContain(`B ${PAIR[1]}`)
    expect(lines.length).toBeGreaterThan(50)
    const ttft = json.metrics.find((metric: {key: string}) => metric.key === 'mean_ttft_ms')
    expect(lines.find(line => line.startsWith('mean_ttft_ms'))).toContain(String(ttft.values[1]))
    const svg = (await save('SVG')).toString()
    expect(svg.match(/<svg/g)!.length).toBeGreaterThan(5)
    expect((await save('PNG')).subarray(1, 4).toString()).toBe('PNG')
  })

  test('is in the link, which runs nothing until it is asked to', async () => {
    const site = await open({hash: SHORT})
    await comparePair(site)
    const {page} = site
    await expect.poll(() => page.url()).toContain('compare=preset%3Dguide-disagg')
    // Elsewhere nobody has the runs.
    const hash = new URL(page.url()).hash.slice(1)
    const {page: other} = await open({hash})
    await expectVisible(other.getByText(/^This link compares/))
    expect(await other.getByRole('progressbar').count()).toBe(0)
    const start = other.getByRole('button', {name: 'Run and compare'})
    await expect.poll(() => start.isEnabled(), {timeout: 30_000}).toBe(true)
    await start.click()
    await expectVisible(other.getByRole('region', {name: 'Metrics compared'}))

    const {page: eager} = await open({hash: `${hash}&run=1`})
    await expectVisible(eager.getByRole('region', {name: 'Metrics compared'}))
  })

  test('can be cancelled, and leaves nothing behind', async () => {
    const site = await open({hash: 'v=1&preset=guide-agg'})
    const {page} = site
    const guide = page.getByRole('button', {name: 'Guide: agg vs disagg'}).first()
    await expect.poll(() => guide.isEnabled(), {timeout: 30_000}).toBe(true)
    await guide.click()
    await expectVisible(page.getByRole('progressbar', {name: `Progress of ${PAIR[1]}`}))
    await page.getByRole('button', {name: 'Cancel', exact: true}).last().click()
    await page.getByRole('progressbar').first().waitFor({state: 'detached', timeout: 1_000})
    await goTo(site, 'Library')
    await page.waitForTimeout(1_000)
    expect(await savedNames(page)).toEqual([])
  })
})

describe('saved runs', () => {
  test('a run is there after a reload, under its new name, with the same results', async () => {
    const site = await open({hash: SHORT})
    const {page} = site
    await runToResults(site)
    const before = await readMetricTable(site)
    await goTo(site, 'Library')
    await expect.poll(() => page.getByText('in this tab only').count()).toBe(0)
    await page.getByRole('textbox', {name: 'Name of the run'}).fill('before the change')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.getByRole('button', {name: 'Open before the change'}).count()).toBe(1)
    // A name is shown before it is stored; another tab knows it from there only.
    const other = await page.context().newPage()
    await other.goto(page.url())
    await expectVisible(other.getByRole('button', {name: 'Open before the change'}))
    await other.close()
    await page.reload()
    await page.getByRole('button', {name: 'Open before the change'}).click()
    await expectVisible(page.getByRole('heading', {name: 'Results'}))
    expect(await readMetricTable(site)).toEqual(before)
    const scaling = page.getByRole('region', {name: /^Scaling events/}).locator('li')
    expect(await scaling.count()).toBeGreaterThan(0)
    await expect.poll(() => page.getByRole('figure').count()).toBeGreaterThan(4)
    // Opening a run is not running it: the library still holds one.
    await goTo(site, 'Library')
    expect(await savedNames(page)).toEqual(['before the change'])
  })

  test('a run is deleted for good, after asking', async () => {
    const site = await open({hash: SHORT})
    const {page} = site
    await runToResults(site)
    await goTo(site, 'Library')
    await expect.poll(() => page.getByText('in this tab only').count()).toBe(0)
    await page.getByRole('button', {name: `Delete ${PAIR[0]}`}).click()
    await page.getByRole('button', {name: 'Keep'}).click()
    expect(await savedNames(page)).toHaveLength(1)
    await page.getByRole('button', {name: `Delete ${PAIR[0]}`}).click()
    await page.getByRole('button', {name: 'Delete', exact: true}).click()
    await expect.poll(() => savedNames(page)).toEqual([])
    await page.reload()
    await expectVisible(page.getByText(/^No runs yet/))
  })

  test('a saved run of the hour opens in 300 ms', async () => {
    const site = await open({hash: 'v=1&preset=as-published'})
    const {page} = site
    await runToResults(site)
    await goTo(site, 'Library')
    await expect.poll(() => page.getByText('in this tab only').count(), {timeout: 15_000}).toBe(0)
    const label = `Open ${titleOf('as-published')}`
    const times: number[] = []
    while (times.length < 8 && !times.some(ms => ms < 300)) {
      // A new tab has no run open yet.
      const tab = await page.context().newPage()
      await tab.goto(page.url())
      await tab.waitForLoadState('networkidle')
      await expectVisible(tab.getByRole('button', {name: label, exact: true}))
      // Nobody presses it sooner: the page has settled, and its list been read.
      await tab.waitForTimeout(500)
      times.push(await tab.evaluate(openAndWait, label))
      await tab.close()
    }
    // The best of a few: what else the machine does is not ours to answer for.
    expect(Math.min(...times)).toBeLessThan(300)
  }, 120_000)
})

/** Runs in the page: ms from the click to the frame that shows the results. */
async function openAndWait(label: string): Promise<number> {
  const button = document.querySelector<HTMLButtonElement>(`button[aria-label="${label}"]`)!
  const heading = () => [...document.querySelectorAll('h2')].find(h => h.textContent === 'Results')
  const startMs = performance.now()
  button.click()
  for (;;) {
    await new Promise(resolve => requestAnimationFrame(resolve))
    if (heading()?.checkVisibility()) return performance.now() - startMs
  }
}

describe('without storage', () => {
  function refuseStorage(): void {
    IDBFactory.prototype.open = () => {
      throw new DOMException('refused', 'SecurityError')
    }
  }

  function fillStorage(): void {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
  }

  test('the page says so, and runs, lists and compares all the same', async () => {
    const site = await open({hash: SHORT, initScript: refuseStorage})
    expect(await alertText(site)).toContain('does not let the page store anything')
    await comparePair(site)
    await goTo(site, 'Library')
    expect(await site.page.getByText('in this tab only').count()).toBe(2)
    await site.page.getByRole('button', {name: `Open ${PAIR[0]}`}).click()
    await expectVisible(site.page.getByRole('heading', {name: 'Results'}))
  })

  test('a full disk is told from a refusal', async () => {
    const site = await open({hash: SHORT, initScript: fillStorage})
    await runToResults(site)
    expect(await alertText(site)).toContain('storage for this site is full')
  })
})

describe.each(['light', 'dark'] as const)('in %s colours', colorScheme => {
  test('axe finds nothing in Compare and Library, and nothing scrolls sideways on a phone', async () => {
    const site = await open({hash: SHORT, colorScheme, reducedMotion: 'reduce'})
    const {page} = site
    await goTo(site, 'Library')
    expect(await violations(site)).toEqual([])
    await goTo(site, 'Compare')
    expect(await violations(site)).toEqual([])
    await goTo(site, 'Run')
    await comparePair(site)
    await expect.poll(() => page.getByRole('slider', {name: /^Time cursor on/}).count()).toBe(6)
    expect(await violations(site)).toEqual([])
    await goTo(site, 'Library')
    expect(await violations(site)).toEqual([])
    await page.setViewportSize({width: 390, height: 844})
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(await overflow()).toBe(0)
    await goTo(site, 'Compare')
    await expectVisible(page.getByRole('region', {name: 'Metrics compared'}))
    expect(await overflow()).toBe(0)
  })
})

test('the views are reached, and left again, with the keyboard and with Back', async () => {
  const {page} = await open({hash: SHORT})
  await page.getByRole('link', {name: 'Library'}).focus()
  await page.keyboard.press('Enter')
  await expectVisible(page.getByRole('heading', {name: 'Library', exact: true}))
  expect(new URL(page.url()).hash).toContain('view=library')
  expect(await page.getByRole('link', {name: 'Library'}).getAttribute('aria-current')).toBe('page')
  await page.goBack()
  await expectVisible(page.getByRole('button', {name: 'Run', exact: true}))
  expect(await page.getByRole('heading', {name: 'Library', exact: true}).count()).toBe(0)
})
