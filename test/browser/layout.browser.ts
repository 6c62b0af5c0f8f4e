import {expect, test} from 'vitest'
import {violations} from './axe.ts'
import {expectVisible, runToResults, SHORT_TRACE, type Site, useSite} from './site.ts'

const {open} = useSite()

const HASH = `v=1&preset=guide-agg&trace=${SHORT_TRACE}`
const WIDTHS = [320, 390, 600, 760, 800, 961, 1100, 1440, 2560, 3840]

async function overflowPx({page}: Site): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
}

test('no view is wider than its window, from a small phone to a wall', async () => {
  const site = await open({hash: HASH})
  const {page} = site
  await runToResults(site)
  for (const view of ['', 'sweep', 'recommend', 'bench', 'gpu', 'library', 'guide']) {
    if (view !== '') await page.goto(`${site.url}#${HASH}&view=${view}`)
    await expectVisible(page.locator('main:not([hidden]) h2').first())
    for (const width of WIDTHS) {
      await page.setViewportSize({width, height: 900})
      await expect.poll(() => overflowPx(site), {message: `${view} at ${width} px`}).toBeLessThanOrEqual(0)
    }
  }
})

test('what sticks leaves a phone, and a page at twice its size, most of their height', async () => {
  const site = await open({hash: HASH, viewport: {width: 390, height: 844}})
  const {page} = site
  await runToResults(site)
  const stuckPx = () =>
    page.evaluate(() => {
      const stuck = [...document.querySelectorAll('.run-bar, .bar.panel')].filter(element => {
        const {top, bottom} = element.getBoundingClientRect()
        return getComputedStyle(element).position === 'sticky' && bottom > 0 && top < innerHeight / 2
      })
      return stuck.reduce((sum, element) => sum + element.getBoundingClientRect().height, 0)
    })
  // The verdict comes before what can be saved.
  await page.evaluate(() => scrollTo(0, 0))
  const verdict = await page
    .getByText(/^Objective (missed|met)/)
    .first()
    .boundingBox()
  expect(verdict?.y).toBeLessThan(400)
  await page.getByRole('figure', {name: 'Prefill queue'}).scrollIntoViewIfNeeded()
  expect(await stuckPx()).toBeLessThanOrEqual(0.15 * 844)
  await page.setViewportSize({width: 720, height: 450})
  await page.getByRole('figure', {name: 'Prefill queue'}).scrollIntoViewIfNeeded()
  expect(await stuckPx()).toBeLessThanOrEqual(0.5 * 450)
})

test('from Run the keyboard is at the first chart within fifteen stops', async () => {
  const site = await open({hash: HASH})
  const {page} = site
  await runToResults(site)
  await page.getByRole('button', {name: 'Run', exact: true}).focus()
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
    'Skip the scenario, to the results',
  )
  expect(await violations(site)).toEqual([])
  await page.keyboard.press('Enter')
  let stops = 1
  const isAtChart = () => page.evaluate(() => document.activeElement?.getAttribute('role') === 'slider')
  while (stops < 30 && !(await isAtChart())) {
    await page.keyboard.press('Tab')
    stops++
  }
  expect(stops).toBeLessThanOrEqual(15)
})

test('on paper stands what was found, every chart of it, and nothing to press', async () => {
  const site = await open({hash: HASH})
  const {page} = site
  await runToResults(site)
  await page.getByRole('figure', {name: 'End-to-end distribution'}).scrollIntoViewIfNeeded()
  await page.emulateMedia({media: 'print'})
  await page.setViewportSize({width: 794, height: 1123})
  const seen = await page.evaluate(() => ({
    pressed: [
      ...document.querySelectorAll<HTMLElement>(
        'main :is(.button:not(.prints), fieldset, .files, details.fold:not([open])), aside, header',
      ),
    ].filter(element => element.offsetParent !== null).length,
    // A finding stands beside its time.
    narrow: [...document.querySelectorAll('section[aria-label="Findings"] li')].filter(
      finding => finding.querySelector('p')!.clientWidth < innerWidth / 2,
    ).length,
    // Thousands of marks are on a canvas.
    blank: [...document.querySelectorAll<SVGSVGElement>('main:not([hidden]) svg.picture')].filter(
      picture =>
        picture.getBoundingClientRect().height < 20 ||
        (picture.querySelector('path, circle') === null &&
          picture.closest('.plot')?.querySelector('canvas') === null),
    ).length,
    tooWide: [...document.querySelectorAll('main:not([hidden]) svg.picture')].filter(
      picture => picture.getBoundingClientRect().right > innerWidth,
    ).length,
  }))
  expect(seen).toEqual({pressed: 0, narrow: 0, blank: 0, tooWide: 0})
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
  const origin = await page.locator('main:not([hidden]) .origin').textContent()
  expect(origin).toMatch(/2 aggregated .* · ai-dynamo [\d.]+, Planner Replay [\d.]+ · http.*#v=1&/)
})

test('no row of a run’s charts or figures is left part empty', async () => {
  const site = await open({hash: HASH})
  const {page} = site
  await runToResults(site)
  for (const width of [768, 1024, 1440, 2560, 3840]) {
    await page.setViewportSize({width, height: 1000})
    for (const name of ['.figures', '.room > .charts']) {
      const short = await page
        .locator(`main:not([hidden]) ${name}`)
        .first()
        .evaluate(grid => {
          const last = grid.lastElementChild!
          return grid.getBoundingClientRect().right - last.getBoundingClientRect().right
        })
      expect([width, name, Math.abs(short) < 1]).toEqual([width, name, true])
    }
  }
})
