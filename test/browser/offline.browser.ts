import type {Page} from 'playwright-core'
import {afterEach, describe, expect, test} from 'vitest'
import {DIST} from './serve-site.ts'
import {expectVisible, pickShortTrace, readMetricTable, runToResults, type Site, useSite} from './site.ts'
import {type ServerOptions, StaticServer} from './static-server.ts'

const {open} = useSite()
const VIEWS = ['Compare', 'Sweep', 'Library', 'GPU model', 'Run']
const REAL_TIMING = 'v=1&preset=guide-agg'

let cleanUps: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp()
  cleanUps = []
})

async function serve(folder = DIST, options: ServerOptions = {}): Promise<StaticServer> {
  const server = await StaticServer.start(folder, options)
  cleanUps.push(() => server.stop())
  return server
}

/** A visit that lasts until the page says it can do without the network. */
async function visit(server: StaticServer, hash = ''): Promise<Site> {
  const site = await open({url: server.url, hash, storesOffline: true})
  await expectReady(site.page)
  return site
}

async function expectReady(page: Page): Promise<void> {
  await expectVisible(page.getByText(/^Ready for offline use, 1\d\.\d MB$/))
}

/** The server is gone for good: what works now, works from the browser alone. */
async function goOffline({page}: Site, server: StaticServer): Promise<void> {
  await server.stop()
  cleanUps = []
  await page.context().setOffline(true)
}

describe('after one visit, without network and server', () => {
  test('the page opens under its sub-path, replays the short trace and the hour with GPU tables, shows every view', async () => {
    const server = await serve()
    const site = await visit(server, REAL_TIMING)
    await goOffline(site, server)
    await site.page.reload()
    await expectVisible(site.page.getByRole('main'))

    await site.page.getByRole('radio', {name: /^aic/}).check()
    await runToResults(site)
    expect((await readMetricTable(site))['Request Count (requests)']?.avg).toBe('23,608.00')
    await pickShortTrace(site)
    await runToResults(site)
    await expect
      .poll(async () => (await readMetricTable(site))['Request Count (requests)']?.avg)
      .toBe('640.00')

    for (const name of VIEWS) {
      await site.page.getByRole('link', {name, exact: true}).click()
      await expectVisible(site.page.getByRole('main'))
      if (name !== 'GPU model') continue
      for (const gpu of ['h200_sxm', 'h100_sxm', 'b200_sxm'])
        await expectVisible(site.page.getByRole('figure', {name: `Decode step, ${gpu}`}))
    }
    expect(await site.page.getByRole('alert').filter({hasText: /\S/}).count()).toBe(0)
  })
})

test('storing begins after the page is up, and asks for each table once', async () => {
  const server = await serve()
  const site = await open({url: server.url, storesOffline: true})
  const tables = () => server.requested.filter(path => path.endsWith('.pack'))
  await expectVisible(site.page.getByText('Press Run to replay'))
  expect(tables()).toEqual([])
  expect(server.requested).not.toContain('sw.js')

  await expectReady(site.page)
  const stored = readdirSync(join(DIST, 'perf')).filter(name => name.endsWith('.pack'))
  expect(tables().sort()).toEqual(stored.map(name => `perf/${name}`).sort())
  await site.page.reload()
  await expectReady(site.page)
  expect(tables().length).toBe(stored.length)
})

test('a server that declares .gz as packed in transit serves and stores traces all the same', async () => {
  const server = await serve(DIST, {declaresGzip: true})
  const first = await open({url: server.url})
  await pickShortTrace(first)
  await runToResults(first)
  const expected = await readMetricTable(first)

  const second = await visit(server)
  await goOffline(second, server)
  await second.page.reload()
  await pickShortTrace(second)
  await runToResults(second)
  expect(await readMetricTable(second)).toEqual(expected)
})

test('a visit of all views asks nobody but its own server, and may run no text as a script', async () => {
  const server = await serve()
  const site = await open({url: 'about:blank', storesOffline: true, isBlank: true})
  const asked: string[] = []
  site.page.context().on('request', request => asked.push(request.url()))
  await site.page.goto(`${server.url}#${REAL_TIMING}`)
  await pickShortTrace(site)
  await runToResults(site)
  for (const name of VIEWS) {
    await site.page.getByRole('link', {name, exact: true}).click()
    await expectVisible(site.page.getByRole('main'))
    await site.page.waitForLoadState('networkidle')
  }
  await expectReady(site.page)
  const origin = new URL(server.url).origin
  expect(asked.length).toBeGreaterThan(100)
  expect(asked.filter(url => !url.startsWith(server.url) && !url.startsWith(`blob:${origin}`))).toEqual([])
  expect(server.requested.filter(path => path.startsWith('..') || path === '')).toEqual([''])

  const policy = await site.page.locator('meta[http-equiv=Content-Security-Policy]').getAttribute('content')
  expect(policy).not.toContain('unsafe-eval')
  expect(policy).toMatch(/script-src 'self';/)
  expect(policy).toMatch(/worker-src 'self';.*manifest-src 'self';/)
})
