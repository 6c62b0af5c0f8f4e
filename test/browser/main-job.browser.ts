import {gzipSync} from 'node:zlib'
import {preview} from 'vite'
import {describe, expect, test} from 'vitest'
import {decodeScenario} from '../../src/config/link/url-codec.ts'
import {formatDigits} from '../../src/ui/kit/format.ts'
import {runCommandLine} from './command-line.ts'
import {expectVisible, pickShortTrace, readMetricTable, runToResults, SHORT_TRACE, useSite} from './site.ts'

const {open} = useSite()

describe('the main job', () => {
  test.each([
    ['with what the page opens with', ''],
    ['as published', 'v=1&preset=as-published&trace=toolagent-5min'],
    ['under pressure', 'v=1&preset=as-published&trace=toolagent-5min&speedup=4&engine.startup_time=20'],
    ['without a planner', 'v=1&trace=toolagent-5min&workers=3'],
  ])('a run %s shows the figures that the command line prints', async (_, hash) => {
    const site = await open(hash === '' ? {} : {hash})
    await pickShortTrace(site)
    await runToResults(site)
    const {scenario, ignored} = decodeScenario(new URL(site.page.url()).hash)
    expect(ignored).toEqual([])
    expect(scenario.trace).toEqual({kind: 'catalogue', id: SHORT_TRACE})

    const printed = runCommandLine(scenario, `${SHORT_TRACE}.jsonl.gz`)
    expect(await readMetricTable(site)).toEqual(printed.table)
    if (printed.diagnostics === null) return
    const page = await site.page.locator('body').textContent()
    expect(page).toContain(formatDigits(printed.diagnostics.gpu_hours))
    const events = site.page.getByRole('region', {name: /^Scaling events/}).locator('li')
    expect(await events.count()).toBe(printed.diagnostics.scaling_events.length)
  })

  test('opens on the bundled hour and replays all of it', async () => {
    const site = await open()
    await runToResults(site)
    const table = await readMetricTable(site)
    expect(table['Request Count (requests)']?.avg).toBe('23,608.00')
    await expectVisible(site.page.getByRole('figure'))
    expect(await site.page.getByRole('figure').count()).toBeGreaterThanOrEqual(4)
  })

  test('a second run replaces the first', async () => {
    const site = await open()
    await pickShortTrace(site)
    await runToResults(site)
    const first = await readMetricTable(site)
    await site.page.getByRole('textbox', {name: /^num_workers/}).fill('6')
    await site.page.getByRole('button', {name: 'Run', exact: true}).click()
    await expect.poll(() => readMetricTable(site), {timeout: 30_000}).not.toEqual(first)
  })
})

describe('the site', () => {
  test('keeps to its own sub-path and stays below 240 kB of gzipped JavaScript', async () => {
    const site = await open()
    await site.page.waitForLoadState('networkidle')
    const urls: string[] = []
    const sizes: Promise<number>[] = []
    site.page.on('response', response => {
      urls.push(response.url())
      if (!new URL(response.url()).pathname.endsWith('.js')) return
      sizes.push(response.body().then(body => gzipSync(body).length))
    })
    await site.page.reload({waitUntil: 'networkidle'})
    const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
    expect(urls.filter(url => !url.startsWith(site.url))).toEqual([])
    expect(bytes).toBeGreaterThan(10_000)
    expect(bytes).toBeLessThan(240_000)
  })

  test('runs as `npm start` serves it', async () => {
    const server = await preview({logLevel: 'error', preview: {host: '127.0.0.1', port: 0, open: false}})
    try {
      const site = await open({url: server.resolvedUrls!.local[0]!})
      await pickShortTrace(site)
      await runToResults(site)
      expect((await readMetricTable(site))['Request Count (requests)']?.avg).toBe('640.00')
      await site.page.goto('about:blank')
    } finally {
      await server.close()
    }
  })

  test('fits a phone without scrolling sideways: at first, with the form open, with results', async () => {
    const viewport = {width: 390, height: 844}
    const site = await open({viewport, hash: 'v=1&preset=as-published&trace=toolagent-5min'})
    const overflow = () =>
      site.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(await overflow()).toBe(0)
    await site.page.getByRole('button', {name: 'Edit scenario'}).click()
    await expectVisible(site.page.getByRole('textbox', {name: /^ttft/}))
    expect(await overflow()).toBe(0)
    await runToResults(site)
    expect(await overflow()).toBe(0)
  })
})
