import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import type {Page} from 'playwright-core'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {decodeScenario} from '../../src/config/link/url-codec.ts'
import {violations} from './axe.ts'
import {runCommandLine} from './command-line.ts'
import {
  cellsOf,
  pickShortTrace,
  readMetricTable,
  runToResults,
  SHORT_TRACE,
  type Site,
  useSite,
} from './site.ts'

const {open} = useSite()

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'planner-replay-html-'))
})
afterAll(() => rmSync(folder, {recursive: true}))

/** Saves the report of the run on show, as a person would, and gives its path. */
async function download({page}: Site): Promise<string> {
  const saving = page.waitForEvent('download')
  await page.getByRole('button', {name: 'Download report (HTML)'}).click()
  const path = join(folder, 'planner-report.html')
  await (await saving).saveAs(path)
  return path
}

/** Opens a saved file in the page and lists what it asked for besides itself. */
async function openFile(page: Page, path: string): Promise<string[]> {
  const requests: string[] = []
  const address = pathToFileURL(path).href
  page.on('request', request => {
    if (request.url() !== address) requests.push(request.url())
  })
  await page.goto(address)
  return requests
}

/** The drawn part of a report, which does not name the scenario. */
function chartsOf(html: string): string {
  const part = html.match(/<section aria-label="Timelines">.*?<\/section>/s)?.[0] ?? ''
  expect(part.length).toBeGreaterThan(10_000)
  return part
}

test('the page and the command line print the same charts, byte for byte', async () => {
  const site = await open({hash: 'v=1&preset=as-published&trace=toolagent-5min&speedup=4'})
  await runToResults(site)
  const {scenario} = decodeScenario(new URL(site.page.url()).hash)
  const own = readFileSync(await download(site), 'utf8')
  const printed = runCommandLine(scenario, `${SHORT_TRACE}.jsonl.gz`).html
  expect(chartsOf(own) === chartsOf(printed)).toBe(true)
})

describe('the report', () => {
  test('opens from disk, asks for nothing, and shows the figures of the run', async () => {
    const site = await open({hash: 'v=1&preset=as-published&trace=toolagent-5min'})
    await pickShortTrace(site)
    await runToResults(site)
    const figures = await readMetricTable(site)
    const path = await download(site)
    expect(await openFile(site.page, path)).toEqual([])
    expect(await site.page.title()).toMatch(/^Planner diagnostics: /)
    const rows = await site.page
      .locator('table', {has: site.page.locator('caption')})
      .evaluate(table =>
        [...(table as HTMLTableElement).rows].map(row => [...row.cells].map(cell => cell.textContent.trim())),
      )
    expect(cellsOf(rows)).toEqual(figures)
  })

  test.each([
    ['light', 1440],
    ['dark', 1440],
    ['light', 390],
    ['dark', 390],
  ] as const)('in %s colours at %i px is legible to everyone and fits', async (colorScheme, width) => {
    const {scenario} = decodeScenario('#v=1&preset=as-published&trace=toolagent-5min')
    const path = join(folder, 'printed.html')
    writeFileSync(path, runCommandLine(scenario, `${SHORT_TRACE}.jsonl.gz`).html)
    const site = await open({colorScheme, viewport: {width, height: 900}})
    const page = await site.page.context().newPage()
    expect(await openFile(page, path)).toEqual([])
    expect(await violations({...site, page})).toEqual([])
    await page.evaluate(() => {
      for (const fold of document.querySelectorAll('details')) fold.open = true
    })
    expect(await violations({...site, page})).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    const shown = await page.evaluate(
      () =>
        [...document.querySelectorAll('.chart')].filter(
          chart =>
            [...chart.querySelectorAll(':scope > div > svg')].filter(svg => svg.clientWidth > 0).length === 1,
        ).length,
    )
    expect(shown).toBe(await page.locator('.chart').count())
    const background = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    const isDark = Number(background.match(/\d+/)?.[0]) < 128
    expect(isDark).toBe(colorScheme === 'dark')
  })
})
