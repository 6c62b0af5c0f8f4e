import {readFile} from 'node:fs/promises'
import type {Locator} from 'playwright-core'
import {describe, expect, test} from 'vitest'
import {violations} from './axe.ts'
import {expectVisible, readMetricTable, runToResults, type Site, useSite} from './site.ts'

const {open} = useSite()

/** The short trace four times as fast: queues form, and instances start for 20 s. */
const PRESSURE = 'v=1&preset=as-published&trace=toolagent-5min&speedup=4&engine.startup_time=20'

async function savedText({page}: Site, press: () => Promise<void>): Promise<string> {
  const saving = page.waitForEvent('download')
  await press()
  return readFile(await (await saving).path(), 'utf8')
}

async function saveFromMenu(site: Site, title: string, item: string): Promise<string> {
  const figure = site.page.getByRole('figure', {name: title, exact: true})
  await figure.locator('summary').click()
  return savedText(site, () => figure.getByRole('button', {name: item}).click())
}

function rowsOf(csv: string): Record<string, string>[] {
  const [head, ...lines] = csv
    .trim()
    .split('\n')
    .map(line => line.split(','))
  return lines.map(line => Object.fromEntries(line.map((cell, i) => [head![i]!, cell])))
}

describe('the load of each instance', () => {
  test('is drawn, tabulated and saved for busy, queue and KV use alike', async () => {
    const site = await open({hash: PRESSURE})
    await runToResults(site)
    const figure = site.page.getByRole('figure', {name: 'Instances', exact: true})
    await expectVisible(figure)
    const drawn = new Set<string>()
    for (const name of ['busy', 'queue', 'KV use']) {
      await figure.getByRole('radio', {name}).check()
      const paths = figure.locator('svg path[style*="--heat"]')
      await expect.poll(() => paths.count()).toBeGreaterThan(1)
      drawn.add(await paths.evaluateAll(nodes => nodes.map(node => node.getAttribute('d')).join()))
      expect(await figure.locator('desc').textContent()).toMatch(/Highest .* at \d+:\d\d/)
    }
    expect(drawn.size).toBe(3)

    const rows = rowsOf(await saveFromMenu(site, 'Instances', 'Save CSV'))
    expect(Object.keys(rows[0]!)).toEqual(['time_s', 'component', 'id', 'busy_share', 'queued', 'kv_share'])
    const report = JSON.parse(
      await savedText(site, () => site.page.getByRole('button', {name: 'Report JSON'}).click()),
    ) as {duration_ms: number}
    const lastS = Math.max(...rows.map(row => Number(row.time_s)))
    expect(lastS * 1000).toBeLessThanOrEqual(report.duration_ms)
    expect(lastS * 1000).toBeGreaterThan(report.duration_ms * 0.95)
    for (const row of rows) expect(Number(row.busy_share)).toBeLessThanOrEqual(1)
    expect(Math.max(...rows.map(row => Number(row.queued)))).toBeGreaterThan(5)

    await figure.getByRole('radio', {name: 'lives'}).check()
    const lives = rowsOf(await saveFromMenu(site, 'Instances', 'Save CSV'))
    expect(new Set(rows.map(row => row.id)).size).toBeLessThanOrEqual(lives.length)
    const svg = await saveFromMenu(site, 'Instances', 'Save SVG')
    expect(svg).toMatch(/^<svg [^>]*>.*<\/svg>\s*$/s)
  })

  test('is read out along the keys, of all instances and of one', async () => {
    const site = await open({hash: PRESSURE})
    await runToResults(site)
    const {page} = site
    const cursor = page.getByRole('slider', {name: 'Time cursor on Instances'})
    await cursor.focus()
    await page.keyboard.press('Home')
    const readout = page.getByRole('region', {name: 'Timelines'}).getByRole('status').first()
    await expect
      .poll(() => readout.textContent())
      .toMatch(/^0:00 · 2 serving, .*instance 0 busy .*; instance 1 busy/)
    await page.keyboard.press('ArrowDown')
    await expect
      .poll(() => readout.textContent())
      .toMatch(/^0:00 · instance 0 serving; instance 0 busy [\d.]+ %, queue \d+, KV/)
  })

  test('keeps its colours where the system forces its own', async () => {
    const site = await open({hash: PRESSURE, forcedColors: 'active'})
    await runToResults(site)
    const figure = site.page.getByRole('figure', {name: 'Instances', exact: true})
    const paths = figure.locator('svg path[style*="--heat"]')
    await expect.poll(() => paths.count()).toBeGreaterThan(2)
    const fills = await paths.evaluateAll(nodes => nodes.map(node => getComputedStyle(node).fill))
    expect(new Set(fills).size).toBe(fills.length)
  })
})

async function openStory(site: Site): Promise<Locator> {
  const {page} = site
  const scatter = page.getByRole('slider', {name: /on TTFT of every request$/})
  await scatter.focus()
  for (const key of ['End', 'ArrowLeft', 'Enter']) await page.keyboard.press(key)
  const story = page.getByRole('region', {name: /^Request [\d,]+, arrived/})
  await expectVisible(story)
  return story
}

test('the story of a request agrees with the line of it in the saved file', async () => {
  const site = await open({hash: PRESSURE})
  await runToResults(site)
  const lines = (await savedText(site, () => site.page.getByRole('button', {name: 'Requests JSONL'}).click()))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, number>)
  const story = await openStory(site)
  const title = (await story.getByRole('heading').textContent()) ?? ''
  const request = Number(/Request ([\d,]+)/.exec(title)![1]!.replace(/,/g, ''))
  const line = lines.find(entry => entry.request === request)!
  const events = await story
    .getByRole('list', {name: 'What happened'})
    .getByRole('listitem')
    .allTextContents()
  expect(events[0]).toMatch(/^\+0 ms arrived, routed to instance \d+$/)
  const computed = events.flatMap(text => /: ([\d,]+) tokens in a pass/.exec(text)?.[1] ?? [])
  const tokens = computed.reduce((sum, count) => sum + Number(count.replace(/,/g, '')), 0)
  const missing = line.input_length! - line.reused_tokens!
  // After a pre-emption the prompt is computed again, by then perhaps with more of it in the cache.
  if (line.preemptions === 0) expect(tokens).toBe(missing)
  else expect(tokens).toBeGreaterThan(missing)
  expect(events.filter(text => text.includes('pre-empted'))).toHaveLength(Math.min(line.preemptions!, 8))
  expect(events.some(text => text.endsWith('first token'))).toBe(true)
  expect(await story.textContent()).toMatch(/instances? served and/)
})

test('a price per GPU-hour gives the cost, on the page and in the files', async () => {
  const site = await open({hash: 'v=1&preset=as-published&trace=toolagent-5min'})
  await runToResults(site)
  const {page} = site
  const card = page.locator('li').filter({has: page.getByRole('heading', {name: 'GPU-hours', exact: true})})
  expect(await card.textContent()).toMatch(/cost *–/)
  const heightPx = (await card.boundingBox())?.height
  await page.getByRole('textbox', {name: 'Price per GPU-hour'}).fill('2,5')
  const report = JSON.parse(
    await savedText(site, () => page.getByRole('button', {name: 'Report JSON'}).click()),
  ) as {
    planner_replay: {cost: number; billed_gpu_hours: number}
  }
  const {cost, billed_gpu_hours: billed} = report.planner_replay
  expect(cost).toBeCloseTo(billed * 2.5, 12)
  expect(await card.textContent()).toMatch(new RegExp(`cost *${cost.toFixed(2)}`))
  expect((await card.boundingBox())?.height).toBe(heightPx)
  await page.getByRole('combobox', {name: 'Currency'}).selectOption('EUR')
  await expect.poll(() => card.textContent()).toContain(`${cost.toFixed(2)} EUR`)
  expect((await card.boundingBox())?.height).toBe(heightPx)
  // An amount stands beside its name, within its card, however narrow that is.
  const perMillion = card.locator('dl > div').filter({hasText: 'per 1M out'})
  for (const width of [1440, 320, 1024]) {
    await page.setViewportSize({width, height: 900})
    const boxes = [perMillion.locator('dt'), perMillion.locator('dd'), card].map(each => each.boundingBox())
    const [name, amount, around] = await Promise.all(boxes)
    expect(Math.abs(amount!.y - name!.y)).toBeLessThan(2)
    expect(amount!.x + amount!.width).toBeLessThanOrEqual(around!.x + around!.width)
  }
  // One table for all views, and part of the link.
  await expect.poll(() => page.url()).toMatch(/price=h200_sxm:2\.5&currency=EUR/)
  await page.getByRole('textbox', {name: 'Price per GPU-hour'}).fill('dear')
  await expectVisible(page.getByRole('alert').filter({hasText: 'a positive amount'}))
})

test('the tables of a run fit a wide screen, and what follows a decision fits a phone', async () => {
  const wide = await open({viewport: {width: 1440, height: 900}})
  await runToResults(wide)
  const overflow = (region: Locator) => region.evaluate(node => node.scrollWidth - node.clientWidth)
  await readMetricTable(wide)
  expect(await overflow(wide.page.getByRole('region', {name: 'Metric table'}))).toBe(0)

  const narrow = await open({viewport: {width: 390, height: 844}, hash: PRESSURE})
  await runToResults(narrow)
  await narrow.page.getByRole('slider', {name: /on Load scaling decisions$/}).focus()
  for (const key of ['Home', 'Enter']) await narrow.page.keyboard.press(key)
  const after = narrow.page.getByRole('region', {name: 'Latency after this tick'})
  await expectVisible(after)
  for (let i = 0; i < 4; i++) {
    expect(await overflow(after)).toBeLessThanOrEqual(1)
    await narrow.page.keyboard.press('n')
  }
})

test('a pinned run stands behind the charts of the next ones, with the difference on each figure', async () => {
  const site = await open({hash: PRESSURE})
  const {page} = site
  await runToResults(site)
  await page.getByRole('button', {name: 'Pin as baseline'}).click()
  const bar = page.getByRole('region', {name: 'Baseline'})
  await expectVisible(bar.getByText('This run is the baseline.'))
  await page.goto(`${site.url}#${PRESSURE.replace('startup_time=20', 'startup_time=0')}`)
  await runToResults(site)
  await expectVisible(bar.getByText(/grey in the charts: Start-up time 20 → 0\.$/))
  const figures = page.locator('.figures > li')
  expect(await figures.filter({hasText: 'TTFT, mean'}).locator('.difference').textContent()).toMatch(
    /−[\d,.]+ m?s, −\d+\.\d %\s+better/,
  )
  expect(await figures.filter({hasText: 'e2e p90'}).locator('.difference').textContent()).toContain(
    'the same',
  )
  // The arrivals are those of one trace: it is the completions that came otherwise.
  const rate = page.getByRole('figure', {name: 'Request rate', exact: true})
  await expectVisible(rate.getByText('baseline, completed'))
  expect(await rate.locator('g.ghost').count()).toBe(1)
  const track = page.getByRole('figure', {name: 'Load scaling decisions', exact: true})
  await expectVisible(track.getByText(/^\d+ · baseline \d+$/))
  await expectVisible(track.locator('.legend').getByText('baseline', {exact: true}))
  const scatter = page.getByRole('figure', {name: 'TTFT of every request', exact: true})
  await expectVisible(scatter.locator('.legend').getByText(/baseline \d+/))
  expect(await greyPixels(scatter.locator('canvas'))).toBeGreaterThan(100)
  expect(await violations(site)).toEqual([])
  await page.reload()
  await expectVisible(bar.getByText(/grey in the charts/))
  await bar.getByRole('button', {name: 'Show it'}).click()
  await expectVisible(bar.getByText('This run is the baseline.'))
  await bar.getByRole('button', {name: 'Unpin'}).click()
  expect(await page.locator('.difference, g.ghost').count()).toBe(0)
  await expect.poll(() => greyPixels(scatter.locator('canvas'))).toBe(0)
})

/** Of a canvas whose own marks are blue, violet and orange. */
function greyPixels(canvas: Locator): Promise<number> {
  return canvas.evaluate((node: HTMLCanvasElement) => {
    const {data} = node.getContext('2d')!.getImageData(0, 0, node.width, node.height)
    let grey = 0
    for (let i = 0; i < data.length; i += 4) {
      const [red, green, blue, alpha] = data.subarray(i, i + 4) as unknown as number[]
      if (alpha! > 0 && Math.abs(red! - green!) < 40 && Math.abs(blue! - green!) < 40) grey++
    }
    return grey
  })
}
