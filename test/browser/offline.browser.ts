import {cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {Page} from 'playwright-core'
import {afterEach, describe, expect, test} from 'vitest'
import {SYSTEM_NAMES, SYSTEMS} from '../../src/config/gpus.ts'
import {isOwnTierFile} from '../../src/perf/aic/request/own-tiers.ts'
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
  await expectVisible(page.getByText(/^Ready for offline use, \d\d\.\d MB$/))
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
    const site = await open({url: server.url, hash: REAL_TIMING, storesOffline: true})
    await expectVisible(site.page.getByText('to replay 23,608 requests'))
    // Nothing is stored before the page is up; then each table is asked for once.
    expect(server.requested.filter(path => /\.pack$|^sw\.js$/.test(path))).toEqual([])
    await expectReady(site.page)
    const common = SYSTEM_NAMES.filter(system => SYSTEMS[system].isCommon)
    const tables = readdirSync(join(DIST, 'perf'))
      .filter(name => name.endsWith('.pack') && common.some(system => name.startsWith(`${system}__`)))
      .map(name => `perf/${name}`)
    // Those of a few models are left for whoever uses one.
    expect(tables.some(isOwnTierFile)).toBe(true)
    const requested = server.requested.filter(path => path.endsWith('.pack'))
    expect(requested.sort()).toEqual(tables.filter(path => !isOwnTierFile(path)).sort())

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
  const asked: string[] = []
  const site = await open({
    url: server.url,
    hash: REAL_TIMING,
    storesOffline: true,
    onRequest: url => asked.push(url),
  })
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
  // Asked for by the service worker alone: its requests are among those heard of.
  expect(asked).toContain(`${server.url}perf/NOTICE`)

  const policy = await site.page.locator('meta[http-equiv=Content-Security-Policy]').getAttribute('content')
  expect(policy).not.toContain('unsafe-eval')
  expect(policy).toMatch(/script-src 'self';/)
  expect(policy).toMatch(/worker-src 'self';.*manifest-src 'self';/)
})

describe('a newer version', () => {
  test('is offered, waits for a run, and is loaded on request with the results still there', async () => {
    const server = await serve()
    const site = await visit(server, 'v=1&preset=as-published&trace=toolagent-5min')
    await runToResults(site)
    const before = await readMetricTable(site)
    server.folder = newerVersion()
    await comeBackTo(site.page)
    const notice = site.page.getByText(/^A new version is ready/)
    const reload = site.page.getByRole('button', {name: 'Reload', exact: true})
    await expectVisible(notice)
    expect(await versionOf(site.page)).toBe('old')

    await site.page.getByRole('combobox', {name: 'Trace', exact: true}).selectOption('toolagent-hour')
    await site.page.getByRole('button', {name: 'Run', exact: true}).click()
    await expectVisible(site.page.getByRole('button', {name: 'Cancel'}))
    expect(await reload.isDisabled()).toBe(true)
    await expect.poll(() => readMetricTable(site), {timeout: 30_000}).not.toEqual(before)
    const results = await readMetricTable(site)
    const address = site.page.url()
    await expect.poll(() => reload.isEnabled()).toBe(true)

    await reload.click()
    await expect.poll(() => versionOf(site.page), {timeout: 20_000}).toBe('new')
    expect(site.page.url()).toBe(address)
    expect(await readMetricTable(site)).toEqual(results)
    expect(await notice.count()).toBe(0)
    await expect
      .poll(() => isStored(site.page, `assets/${renamedPart().from}`), {timeout: 20_000})
      .toBe(false)
    expect(await isStored(site.page, `assets/${renamedPart().to}`)).toBe(true)
    await expectReady(site.page)
    await goOffline(site, server)
    await site.page.reload()
    await expectVisible(site.page.getByRole('main'))
    expect(await versionOf(site.page)).toBe('new')
  })

  test('leaves another tab alone, which finds the parts of its own version', async () => {
    const server = await serve()
    const {page} = await visit(server)
    const other = await page.context().newPage()
    await other.goto(server.url)
    await expectVisible(other.getByRole('main'))
    server.folder = newerVersion()
    await comeBackTo(page)
    await page.getByRole('button', {name: 'Reload', exact: true}).click()
    await expect.poll(() => versionOf(page), {timeout: 20_000}).toBe('new')
    await askToRemoveOld(page)

    expect(await versionOf(other)).toBe('old')
    await other.getByRole('link', {name: 'Sweep'}).click()
    await expectVisible(other.getByRole('button', {name: /^Run/}))
    await other.getByRole('button', {name: 'Reload', exact: true}).click()
    await expect.poll(() => versionOf(other), {timeout: 20_000}).toBe('new')
  })
})

/** A copy of the built site as a later build might be: another page, a part of it under another name. */
function newerVersion(): string {
  const folder = mkdtempSync(join(tmpdir(), 'planner-replay-newer-'))
  cleanUps.push(() => rmSync(folder, {recursive: true}))
  cpSync(DIST, folder, {recursive: true})
  const {from, to} = renamedPart()
  renameSync(join(folder, 'assets', from), join(folder, 'assets', to))
  const scripts = readdirSync(join(folder, 'assets')).filter(name => name.endsWith('.js'))
  for (const path of [...scripts.map(name => join('assets', name)), 'sw.js', 'index.html']) {
    const text = readFileSync(join(folder, path), 'utf8').replaceAll(from, to)
    writeFileSync(
      join(folder, path),
      path === 'index.html' ? text.replace('<html', '<html data-version="new"') : text,
    )
  }
  const worker = readFileSync(join(folder, 'sw.js'), 'utf8')
  // Scripts under their old names with a new content, which a build never writes: here all get a revision.
  const revised = worker
    .replaceAll('"revision":null', '"revision":"newer"')
    .replace(/("revision":")\w+(","url":"index.html")/, '$1newer$2')
  writeFileSync(join(folder, 'sw.js'), revised)
  return folder
}

function renamedPart(): {readonly from: string; readonly to: string} {
  const from = readdirSync(join(DIST, 'assets')).find(name => /^SweepView-.*\.js$/.test(name))!
  return {from, to: from.replace('SweepView-', 'SweepViewNewer-')}
}

/** Under its own name, or with its revision behind it. */
function isStored(page: Page, path: string): Promise<boolean> {
  const url = new URL(path, page.url()).href
  return page.evaluate(
    wanted => caches.match(wanted, {ignoreSearch: true}).then(found => found !== undefined),
    url,
  )
}

/** As the page does once it is quiet. */
function askToRemoveOld(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const {active} = await navigator.serviceWorker.ready
    const {port1, port2} = new MessageChannel()
    active?.postMessage('remove-old', [port2])
    await new Promise(resolve => {
      port1.onmessage = resolve
    })
  })
}

function versionOf(page: Page): Promise<string> {
  return page.evaluate(() => document.documentElement.dataset.version ?? 'old').catch(() => 'between')
}

/** As when the user returns to the tab. */
function comeBackTo(page: Page): Promise<boolean> {
  return page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
}
