import {readFile} from 'node:fs/promises'
import type {Locator} from 'playwright-core'
import {expect, test} from 'vitest'
import {violations} from './axe.ts'
import {runToResults, SHORT_TRACE, type Site, useSite} from './site.ts'

const {open} = useSite()

const HASH = `v=1&preset=guide-agg&trace=${SHORT_TRACE}`

async function openMenu({page}: Site, title: string): Promise<Locator> {
  const figure = page.getByRole('figure', {name: title, exact: true})
  await figure.scrollIntoViewIfNeeded()
  await figure.locator('summary').click()
  return figure
}

async function saved({page}: Site, press: () => Promise<void>): Promise<Buffer> {
  const waiting = page.waitForEvent('download')
  await press()
  return readFile(await (await waiting).path())
}

test('a chart is saved as a slide of 16:9 in the size and colours asked for, and says where it came from', async () => {
  const site = await open({hash: HASH, colorScheme: 'light'})
  const {page} = site
  await runToResults(site)
  const figure = await openMenu(site, 'TTFT observed')
  await figure.getByRole('combobox', {name: 'Size'}).selectOption('2160')
  await figure.getByRole('combobox', {name: 'Colours'}).selectOption('dark')
  expect(await violations(site)).toEqual([])
  const svg = (await saved(site, () => figure.getByRole('button', {name: 'Save SVG'}).click())).toString()
  expect(svg).toMatch(/^<svg xmlns="[^"]+" width="3840" height="2160" viewBox="0 0 800 450">/)
  expect(svg).toContain('TTFT observed')
  expect(svg).toContain('2 aggregated')
  expect(svg).toMatch(/ai-dynamo 1\.2\.1, Planner Replay \d+\.\d+\.\d+ · \d{4}-\d\d-\d\d/)
  expect(svg).toContain(`#v=1&#38;preset=guide-agg&#38;trace=${SHORT_TRACE}`)
  expect(svg).toContain('Simulated time (min:s)')
  // The dark panel's colour, on a page that stayed light.
  expect(svg).toContain('fill="rgb(22, 24, 29)"')
  expect(await page.evaluate(() => document.documentElement.dataset.theme ?? 'none')).toBe('none')
  await openMenu(site, 'TTFT observed')
  const png = await saved(site, () => figure.getByRole('button', {name: 'Save PNG'}).click())
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([3840, 2160])
})

test('a chart is copied as an image', async () => {
  const site = await open({hash: HASH, permissions: ['clipboard-read', 'clipboard-write']})
  await runToResults(site)
  const figure = await openMenu(site, 'TTFT observed')
  await figure.getByRole('button', {name: 'Copy image'}).click()
  await expect.poll(() => figure.textContent()).toContain('Copied as an image')
  const types = await site.page.evaluate(async () =>
    (await navigator.clipboard.read()).flatMap(item => [...item.types]),
  )
  expect(types).toEqual(['image/png'])
})
