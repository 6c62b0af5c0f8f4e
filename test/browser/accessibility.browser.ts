import {describe, expect, test} from 'vitest'
import {violations} from './axe.ts'
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
