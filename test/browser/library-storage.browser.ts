import type {Page} from 'playwright-core'
import {describe, expect, test} from 'vitest'
import {
  AGG,
  exportFile,
  goTo,
  importFile,
  manifestOf,
  names,
  rename,
  SHORT,
  useLibrary,
} from './library-steps.ts'
import {alertText, expectVisible, runToResults} from './site.ts'

const {open, withRun} = useLibrary()

describe('two tabs', () => {
  test('see each other’s runs, notes and deletions, and lose none of them', async () => {
    const site = await withRun()
    const {page} = site
    const other = await page.context().newPage()
    await other.goto(page.url())
    await expect.poll(() => names(other)).toEqual([AGG])
    // Typed in one while the other renames: both stay.
    await other.getByRole('button', {name: `Write notes on ${AGG}`}).click()
    await other.keyboard.type('from the other tab')
    await rename(page, AGG, 'renamed')
    await expect.poll(() => names(other)).toEqual(['renamed'])
    await other.getByRole('heading', {name: 'Library', exact: true}).click()
    const notes = page.getByRole('textbox', {name: 'Notes on renamed'})
    await expect.poll(() => notes.inputValue()).toBe('from the other tab')
    // Deleted here while it is open there.
    await other.getByRole('button', {name: 'Open renamed'}).click()
    await expectVisible(other.getByRole('heading', {name: 'Results'}))
    await page.getByRole('button', {name: 'Delete renamed'}).click()
    await page.getByRole('button', {name: 'Delete', exact: true}).click()
    await expectVisible(other.getByText(/^This run was deleted from the Library/))
    await expectVisible(other.getByRole('heading', {name: 'Results'}))
    await other.getByRole('button', {name: 'Keep it again'}).click()
    await expect.poll(() => names(page)).toEqual([AGG])
  })
})

describe('a full disk', () => {
  /**
   * Gives the site so many bytes beyond what it has, through the browser's own quota. Before its first write: the
   * browser looks at the quota only when what it last saw is used up.
   */
  async function limitStorage(page: Page, moreBytes: number): Promise<{lift(): Promise<void>}> {
    const devtools = await page.context().newCDPSession(page)
    const {origin} = new URL(page.url())
    const used = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0)
    await devtools.send('Storage.overrideQuotaForOrigin', {origin, quotaSize: used + moreBytes})
    return {lift: async () => void (await devtools.send('Storage.overrideQuotaForOrigin', {origin}))}
  }

  test('costs nothing: the run stays, can be taken away as a file, and is stored once there is room', async () => {
    const site = await open({hash: SHORT})
    const {page} = site
    // Wide enough for one run of 36 kB, not for two.
    const limit = await limitStorage(page, 60_000)
    await runToResults(site)
    await goTo(page, 'Library')
    await expect.poll(() => page.getByText('in this tab only').count()).toBe(0)
    await goTo(page, 'Run')
    await page.getByRole('textbox', {name: /^ttft/}).fill('900')
    await expect.poll(() => page.getByRole('button', {name: 'Run', exact: true}).isEnabled()).toBe(true)
    await page.getByRole('button', {name: 'Run', exact: true}).click()
    expect(await alertText(site)).toContain('storage for this site is full')
    await expectVisible(page.getByRole('heading', {name: 'Results'}))
    const file = await exportFile(page, 'Download the run')
    const changed = `${AGG}, planner.ttft 900`
    expect(manifestOf(file).records.map(({kind, name}) => `${kind} ${name}`)).toEqual([`run ${changed}`])

    await page.getByRole('button', {name: 'Make room'}).click()
    await expectVisible(page.getByText('The largest come first'))
    expect(await names(page)).toEqual([AGG, changed])
    expect(await page.getByText('in this tab only').count()).toBe(1)
    // Deleting needs no room.
    await page.getByRole('checkbox', {name: `Choose ${AGG}`, exact: true}).check()
    await page.getByRole('button', {name: 'Delete chosen'}).click()
    await page.getByRole('button', {name: 'Delete 1 for good'}).click()
    await expect.poll(() => names(page)).toEqual([changed])
    // The browser counts what was deleted in its own time, so there may be room at once, or later.
    await limit.lift()
    const again = page.getByRole('button', {name: 'Try again'})
    await again.evaluateAll(buttons => {
      for (const button of buttons) (button as HTMLButtonElement).click()
    })
    await expect.poll(() => page.getByText('in this tab only').count()).toBe(0)
    await expect.poll(() => page.getByRole('alert').count()).toBe(0)
    await page.reload()
    await expect.poll(() => names(page)).toEqual([changed])
  })

  test('refuses an import record by record, and names each', async () => {
    const first = await withRun()
    const file = await exportFile(first.page)
    const {page} = await open({hash: 'view=library'})
    await expectVisible(page.getByText(/^No runs yet/))
    await limitStorage(page, 1000)
    await importFile(page, 'library.zip', file)
    await expectVisible(page.getByText('1 refused.'))
    expect(await page.getByText(/storage for this site is full/).count()).toBe(1)
    expect(await names(page)).toEqual([])
  })
})

test('the browser is asked to keep everything only by its button', async () => {
  const {page} = await open({
    hash: 'view=library',
    initScript: () => {
      let isKept = false
      const storage = StorageManager.prototype
      storage.persisted = async () => isKept
      storage.persist = async () => {
        isKept = true
        return true
      }
    },
  })
  await expectVisible(page.getByText('The browser may clear it when the disk is short.'))
  await page.getByRole('button', {name: 'Ask it not to'}).click()
  await expectVisible(page.getByText('The browser keeps it until you delete it.'))
})
