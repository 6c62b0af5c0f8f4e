import {createHash} from 'node:crypto'
import {describe, expect, test} from 'vitest'
import {violations} from './axe.ts'
import {expectVisible, runToResults, SHORT_TRACE, type Site, useSite} from './site.ts'

const {open} = useSite()

const HASH = `v=1&preset=guide-agg&trace=${SHORT_TRACE}`

async function reload({page}: Site): Promise<void> {
  await page.reload()
  await expectVisible(page.getByRole('main'))
}

function results({page}: Site) {
  return page.getByRole('heading', {name: 'Results'})
}

async function recordsKept({page}: Site): Promise<number> {
  await page.getByRole('link', {name: 'Library'}).click()
  await expectVisible(page.getByRole('heading', {name: 'Library'}))
  await expectVisible(page.getByRole('button', {name: /^Rerun/}))
  return page.getByRole('button', {name: /^Rerun/}).count()
}

async function stored({page}: Site): Promise<void> {
  // Written once the worker has packed it.
  await expect
    .poll(() =>
      page.evaluate(
        () =>
          new Promise<number>(resolve => {
            const request = indexedDB.open('planner-replay')
            request.onsuccess = () => {
              const db = request.result
              const names = [...db.objectStoreNames]
              if (names.length === 0) return resolve(0)
              const count = db.transaction('runs').objectStore('runs').count()
              count.onsuccess = () => {
                db.close()
                resolve(count.result)
              }
            }
          }),
      ),
    )
    .toBeGreaterThan(1)
}

describe('a reload', () => {
  test('brings back the run on screen without running it, and a second run of the same is no second record', async () => {
    const site = await open({hash: HASH})
    await runToResults(site)
    await stored(site)
    await reload(site)
    await expectVisible(results(site))
    expect(await site.page.getByRole('progressbar', {name: 'Replay progress'}).count()).toBe(0)
    await site.page.getByRole('button', {name: 'Run', exact: true}).click()
    await expectVisible(site.page.getByRole('button', {name: 'Run', exact: true}))
    expect(await recordsKept(site)).toBe(1)
  })

  test('brings back the run of an own trace, which was not put into the Library', async () => {
    const text = Array.from({length: 40}, (_, i) =>
      JSON.stringify({timestamp: i * 500, input_length: 900 + i, output_length: 20, hash_ids: [0, i + 1]}),
    ).join('\n')
    const site = await open({hash: HASH})
    const file = {name: 'own.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(text)}
    await site.page.getByLabel('Trace file').setInputFiles(file)
    await expectVisible(site.page.getByText('40 requests').or(site.page.getByText('own.jsonl')))
    await runToResults(site)
    await stored(site)
    await reload(site)
    await expectVisible(results(site))
    expect(await site.page.getByRole('alert').filter({hasText: 'drop or pick'}).count()).toBe(0)
    await expect.poll(() => site.page.getByRole('button', {name: 'Run', exact: true}).isEnabled()).toBe(true)
  })

  test('brings back a finished sweep, and a bench', async () => {
    const site = await open({hash: `${HASH}&view=sweep&sweep=startup_time:0:20:10&repeats=1`})
    const {page} = site
    await page.getByRole('button', {name: 'Run sweep'}).click()
    await expectVisible(page.getByText(/3 run in/))
    await page.waitForTimeout(500)
    await reload(site)
    await expectVisible(page.getByRole('heading', {name: 'What it shows'}))
    expect(await page.getByRole('progressbar').count()).toBe(0)

    await page.goto(`${site.url}#${HASH}&view=bench&bench=fixed&bench-phases=1&bench-most=2&bench-attempts=3`)
    await reload(site)
    await page.getByRole('button', {name: 'Run bench'}).click()
    await expectVisible(page.getByText(/ runs.* in \d/))
    await page.waitForTimeout(500)
    await reload(site)
    await expectVisible(page.getByRole('heading', {name: 'What it shows'}))
    expect(await page.getByRole('progressbar').count()).toBe(0)
  })
})

test('Back and Forward show the result that belongs to the address', async () => {
  const site = await open({hash: HASH})
  await runToResults(site)
  const {page} = site
  const first = await page.locator('.figures').first().textContent()
  await page.getByRole('combobox', {name: 'Preset'}).selectOption('guide-disagg')
  await page.getByRole('combobox', {name: 'Trace', exact: true}).selectOption(SHORT_TRACE)
  await runToResults(site)
  await expect.poll(() => page.locator('.figures').first().textContent()).not.toBe(first)
  await page.goBack()
  await expect.poll(() => page.locator('.figures').first().textContent()).toBe(first)
})

test('a result whose scenario was changed says what it is of, and is run again from there', async () => {
  const site = await open({hash: HASH})
  const {page} = site
  await runToResults(site)
  await page.getByRole('combobox', {name: 'Preset'}).selectOption('guide-disagg')
  const bar = page.getByRole('status').filter({hasText: 'of another scenario'})
  await expectVisible(bar)
  expect(await bar.textContent()).toContain('2 aggregated')
  expect(await violations(site)).toEqual([])
  await bar.getByRole('button', {name: 'Back to its scenario'}).click()
  await expect.poll(() => bar.count()).toBe(0)
})

test('a comparison link whose runs are kept opens them', async () => {
  const site = await open({hash: HASH})
  const {page} = site
  await runToResults(site)
  await page.getByRole('button', {name: 'Guide: agg vs disagg'}).click()
  await expectVisible(page.getByRole('region', {name: 'Metrics compared'}))
  await page.waitForTimeout(1500)
  const count = await recordsKept(site)
  await page.goBack()
  await reload(site)
  await expectVisible(page.getByRole('region', {name: 'Metrics compared'}))
  expect(await page.getByRole('progressbar').count()).toBe(0)
  expect(await recordsKept(site)).toBe(count)
})

test('a link to somebody’s file names it in a place to drop it', async () => {
  const sha256 = createHash('sha256').update('x').digest('hex')
  const site = await open({hash: `v=1&file=mine.jsonl&sha256=${sha256}`})
  const target = site.page.getByLabel('The file mine.jsonl')
  await target.waitFor({state: 'attached'})
  await expectVisible(site.page.getByText(sha256))
  expect(await site.page.getByText('Loading the trace').count()).toBe(0)
  expect(await violations(site)).toEqual([])
})
