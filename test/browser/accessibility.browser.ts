import {describe, expect, test} from 'vitest'
import {violations} from './axe.ts'
import {PAGE_STATES, reachState} from './page-states.ts'
import {expectVisible, pickShortTrace, runToResults, type Site, useSite} from './site.ts'

const {open} = useSite()

describe.each(['light', 'dark'] as const)('in %s colours', colorScheme => {
  test('axe finds nothing before a run, with an error, and with results', async () => {
    const site = await open({colorScheme, reducedMotion: 'reduce'})
    expect(await violations(site)).toEqual([])
    await site.page.getByRole('textbox', {name: /^ttft/}).fill('-5')
    expect(await violations(site)).toEqual([])
    await site.page.getByRole('textbox', {name: /^ttft/}).fill('1500')
    await pickShortTrace(site)
    await runToResults(site)
    expect(await violations(site)).toEqual([])
  })
})

describe('axe finds nothing, in light colours or dark, in the state', () => {
  test.each(PAGE_STATES)('$name', {timeout: 240_000}, async state => {
    const site = await open({reducedMotion: 'reduce'})
    await reachState(site.page, site.url, state)
    for (const colorScheme of ['light', 'dark'] as const) {
      await site.page.emulateMedia({colorScheme})
      expect({[colorScheme]: await violations(site)}).toEqual({[colorScheme]: []})
    }
  })
})

test('a view with nothing of its own shows a finished example, and says that it is one', {
  timeout: 150_000,
}, async () => {
  const site = await open({hash: 'v=1&trace=toolagent-5min', reducedMotion: 'reduce'})
  const {page} = site
  for (const [view, said] of [
    ['compare', /^The fixed fleet serves/],
    ['sweep', /^Cheapest that holds 90 %: fewest replicas per pool \(min_endpoint\) /],
    ['recommend', /holds 91.3 %/],
    ['bench', /holds the objective/],
    ['library', /^The fixed fleet serves/],
  ] as const) {
    await page.goto(`${site.url}#v=1&trace=toolagent-5min&view=${view}`)
    const example = page.getByRole('region', {name: 'Example', exact: true})
    await expectVisible(example.getByText(said))
    expect(await example.getByText('Example', {exact: true}).count()).toBe(1)
    await example.getByText('How it was made').click()
    expect(await example.getByText(/^sha256 [0-9a-f]{64}$/).count()).toBeGreaterThan(0)
    expect(await violations(site)).toEqual([])
  }
})

test('the main job can be done with the keyboard alone', async () => {
  const {page} = await open({hash: 'v=1&trace=toolagent-5min'})
  await expect.poll(() => page.getByRole('button', {name: 'Run', exact: true}).isEnabled()).toBe(true)
  await tabTo(page, 'Run')
  await page.keyboard.press('Enter')
  await expectVisible(page.getByRole('heading', {name: 'Results'}))

  await tabTo(page, /^Table and files of/)
  await page.keyboard.press('Enter')
  await tabTo(page, 'Show as table')
  const tables = await page.getByRole('table').count()
  await page.keyboard.press('Enter')
  await expect.poll(() => page.getByRole('table').count()).toBe(tables + 1)
})

/** Presses Tab until the control of this name has the focus, and checks that every stop on the way can be seen. */
async function tabTo(page: Site['page'], name: string | RegExp): Promise<void> {
  for (let stop = 0; stop < 150; stop++) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate(() => {
      const element = document.activeElement
      if (element === null || element === document.body) return null
      const style = getComputedStyle(element)
      const isMarked = style.outlineStyle !== 'none' || style.boxShadow !== 'none'
      return {
        name: element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '',
        isMarked,
        isLink: element.matches('a'),
      }
    })
    // A view may have the name of a button; its link is not what is meant.
    if (focused === null || focused.isLink) continue
    if (typeof name === 'string' ? focused.name !== name : !name.test(focused.name)) continue
    expect(focused.isMarked).toBe(true)
    return
  }
  throw new Error(`150 presses of Tab reach nothing named ${name}`)
}
