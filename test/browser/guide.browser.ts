import type {Page} from 'playwright-core'
import {describe, expect, test} from 'vitest'
import {EXPERIMENTS, SECTIONS} from '../../src/ui/model/links/topics.ts'
import {violations} from './axe.ts'
import {expectVisible, readMetricTable, runToResults, SHORT_TRACE, type Site, useSite} from './site.ts'

const {open} = useSite()

const TOPICS = [...SECTIONS, ...EXPERIMENTS]
const SHORT = `v=1&preset=guide-agg&trace=${SHORT_TRACE}`

function topicLinks(page: Page) {
  return page.getByRole('navigation', {name: 'Guide'})
}

function focusedText(page: Page): Promise<string | undefined> {
  return page.evaluate(() => document.activeElement?.textContent?.trim())
}

async function goTo({page}: Site, view: string): Promise<void> {
  await page.getByRole('navigation', {name: 'Views'}).getByRole('link', {name: view, exact: true}).click()
}

test('every topic opens by its link, and its heading is what a reader comes to', async () => {
  const {page, url} = await open({hash: 'view=guide'})
  for (const {id, title} of TOPICS) {
    await page.goto(`${url}#view=guide&topic=${id}`)
    const heading = page.getByRole('heading', {name: title, exact: true})
    await expectVisible(heading)
    await expect.poll(() => heading.evaluate(isInView)).toBe(true)
    const current = topicLinks(page).locator('[aria-current=page]')
    await expect.poll(() => current.textContent()).toBe(title)
  }
})

/** Runs in the page. */
function isInView(element: Element): boolean {
  const {top, bottom} = element.getBoundingClientRect()
  return top >= 0 && bottom <= innerHeight
}

test('every topic opens with the keyboard, and Back leads to the one before', async () => {
  const {page} = await open({hash: 'v=1&preset=slow-start&view=guide'})
  for (const {title} of TOPICS) {
    await topicLinks(page).getByRole('link', {name: title, exact: true}).focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => focusedText(page)).toBe(title)
  }
  expect(new URL(page.url()).hash).toBe('#v=1&preset=slow-start&view=guide&topic=policy-bench')
  await page.goBack()
  await expectVisible(page.getByRole('heading', {name: 'Cold-start sweep', exact: true}))
})

test('the scenario leads to the page of its preset, and the page back into a scenario', async () => {
  const {page} = await open({hash: 'v=1&preset=easy-latency'})
  await page.getByRole('link', {name: 'What to look at'}).click()
  await expectVisible(page.getByRole('heading', {name: 'Easy: latency (1.2.1)', exact: true}))
  await page.getByRole('link', {name: /^Open the scenario: Look every 30 s/}).click()
  const interval = page.getByRole('textbox', {name: /^load_adjustment_interval/})
  await expectVisible(interval)
  expect(await interval.inputValue()).toBe('30')
  // What was tried is left again without losing the place in the guide.
  await page.goBack()
  await expectVisible(page.getByRole('heading', {name: 'Easy: latency (1.2.1)', exact: true}))
})

test('steps into a sweep and a comparison open those views, and run nothing', async () => {
  const {page, url} = await open({hash: 'view=guide&topic=slow-start'})
  await page.getByRole('link', {name: /^Open the sweep/}).click()
  await expectVisible(page.getByRole('heading', {name: 'Sweep', exact: true}))
  expect(await page.getByRole('progressbar').count()).toBe(0)
  await page.goto(`${url}#view=guide&topic=guide-disagg`)
  await page.getByRole('link', {name: /^Open the comparison/}).click()
  await expectVisible(page.getByText(/^This link compares/))
  expect(await page.getByRole('progressbar').count()).toBe(0)
})

describe('what was computed', () => {
  test('is still there after the guide, with the scenario it belongs to', async () => {
    const site = await open({hash: SHORT})
    await runToResults(site)
    const before = await readMetricTable(site)
    await goTo(site, 'Guide')
    await expectVisible(site.page.getByRole('heading', {name: SECTIONS[0].title}))
    await topicLinks(site.page).getByRole('link', {name: 'KV router (1.2.1)'}).click()
    await goTo(site, 'Run')
    expect(await readMetricTable(site)).toEqual(before)
    expect(await site.page.getByText('has changed since this run').count()).toBe(0)
  })

  test('goes on while the guide is read', async () => {
    const site = await open({hash: 'v=1&preset=as-published'})
    const {page} = site
    const run = page.getByRole('button', {name: 'Run', exact: true})
    await expect.poll(() => run.isEnabled(), {timeout: 30_000}).toBe(true)
    await run.click()
    await goTo(site, 'Guide')
    await expectVisible(page.getByRole('heading', {name: SECTIONS[0].title}))
    await goTo(site, 'Run')
    await expectVisible(page.getByRole('heading', {name: 'Results'}), 60_000)
  })
})

describe.each(['light', 'dark'] as const)('in %s colours', colorScheme => {
  test('axe finds nothing, and nothing scrolls sideways on a phone', async () => {
    const site = await open({colorScheme, reducedMotion: 'reduce', hash: 'view=guide'})
    const {page, url} = site
    for (const topic of ['how-it-works', 'guide-agg', 'cold-start']) {
      await page.goto(`${url}#view=guide&topic=${topic}`)
      await expectVisible(page.locator(`#topic-${topic}`))
      expect(await violations(site)).toEqual([])
    }
    const phone = await open({colorScheme, hash: 'view=guide', viewport: {width: 390, height: 844}})
    for (const {id} of [SECTIONS[0], ...EXPERIMENTS]) {
      await phone.page.goto(`${url}#view=guide&topic=${id}`)
      await expectVisible(phone.page.locator(`#topic-${id}`))
      const overflow = await phone.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect(overflow).toBe(0)
    }
    expect(await violations(phone)).toEqual([])
  })
})

test('on paper there is the text, without the links around it', async () => {
  const {page} = await open({hash: 'view=guide&topic=guide-agg'})
  await expectVisible(page.getByRole('heading', {name: 'Guide: aggregated (1.2.1)', exact: true}))
  await page.emulateMedia({media: 'print'})
  expect(await topicLinks(page).isVisible()).toBe(false)
  expect(await page.getByRole('navigation', {name: 'Views'}).isVisible()).toBe(false)
  expect(await page.getByRole('heading', {name: 'Guide: aggregated (1.2.1)', exact: true}).isVisible()).toBe(
    true,
  )
})
