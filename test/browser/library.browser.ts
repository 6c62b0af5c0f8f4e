import {describe, expect, test} from 'vitest'
import {violations} from './axe.ts'
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
  wipe,
  writeNotes,
} from './library-steps.ts'
import {profileTable} from './profile-table.ts'
import {expectVisible, readMetricTable, runToResults} from './site.ts'

const {open, withRun} = useLibrary()

describe('records', () => {
  test('keep names and notes over a reload, and are found by them, by trace and by kind', async () => {
    const {page} = await withRun()
    await page.getByRole('button', {name: `Clone ${AGG}`}).click()
    await page.getByRole('textbox', {name: /^ttft/}).fill('900')
    const run = page.getByRole('button', {name: 'Run', exact: true})
    await expect.poll(() => run.isEnabled()).toBe(true)
    await run.click()
    await goTo(page, 'Library')
    await expect.poll(async () => (await names(page)).length).toBe(2)
    await expect.poll(() => page.getByText('in this tab only').count()).toBe(0)
    expect(await page.getByText(/Differs from ‘Guide: aggregated’: TTFT target 1500 → 900/).count()).toBe(1)
    await rename(page, AGG, 'baseline for Kim')
    await writeNotes(page, 'baseline for Kim', 'Asked by the night shift.')
    await page.reload()
    const search = page.getByRole('searchbox')
    await search.waitFor()
    for (const [text, found] of [
      ['KIM night', ['baseline for Kim']],
      ['ttft 900', ['Guide: aggregated, planner.ttft 900']],
      ['5 minutes run', ['Guide: aggregated, planner.ttft 900', 'baseline for Kim']],
      ['sweep', []],
    ] as const) {
      await search.fill(text)
      await expect.poll(() => names(page)).toEqual(found)
    }
    await search.fill('')
    await page.getByRole('combobox', {name: 'Sort'}).selectOption('Name')
    await expect.poll(() => names(page)).toEqual(['baseline for Kim', 'Guide: aggregated, planner.ttft 900'])
    const notes = page.getByRole('textbox', {name: 'Notes on baseline for Kim'})
    expect(await notes.inputValue()).toBe('Asked by the night shift.')
  })

  test('a run is run again from its own scenario, and is no second record', async () => {
    const {page} = await withRun()
    await page.getByRole('button', {name: `Rerun ${AGG}`}).click()
    await expectVisible(page.getByRole('button', {name: 'Run', exact: true}))
    await goTo(page, 'Library')
    // What came out is the same to the last bit: one record.
    await expect.poll(() => names(page), {timeout: 15_000}).toEqual([AGG])
  })

  test('Back leads from an opened run to the Library it was opened from', async () => {
    const {page} = await withRun()
    // Another scenario in the form than that of the record.
    await page.goto(`${page.url().replace(/#.*/, '')}#v=1&preset=guide-disagg&view=library`)
    await page.getByRole('button', {name: `Open ${AGG}`}).click()
    await expectVisible(page.getByRole('heading', {name: 'Results'}))
    await page.goBack()
    await expectVisible(page.getByRole('heading', {name: 'Library', exact: true}))
    expect(page.url()).toContain('preset=guide-disagg')
  })

  test('chosen ones are deleted together, after asking, and the keyboard is not left in the air', async () => {
    const {page} = await withRun()
    await page.getByRole('checkbox', {name: `Choose ${AGG}`}).check()
    await page.getByRole('button', {name: 'Delete chosen'}).click()
    expect(await page.getByRole('group', {name: 'Chosen records'}).textContent()).toMatch(
      /1 chosen, \d+ kB would be freed/,
    )
    await page.getByRole('button', {name: 'Keep', exact: true}).click()
    expect(await names(page)).toHaveLength(1)
    await page.getByRole('button', {name: 'Delete chosen'}).click()
    await page.getByRole('button', {name: 'Delete 1 for good'}).click()
    await expectVisible(page.getByText(/^No runs yet/))
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Library')
  })

  test('a record of a newer page is named, and nothing breaks', async () => {
    const {page} = await withRun()
    await page.evaluate(
      () =>
        new Promise(resolve => {
          indexedDB.open('planner-replay').onsuccess = event => {
            const db = (event.target as IDBOpenDBRequest).result
            const change = db.transaction('runs', 'readwrite')
            change.objectStore('runs').put({version: 99, id: 'f', name: 'Tomorrow'}, 'summary f')
            change.oncomplete = () => {
              db.close()
              resolve(null)
            }
          }
        }),
    )
    await page.reload()
    const row = page.getByRole('list', {name: 'Records that cannot be shown'})
    await expectVisible(row)
    expect(await row.textContent()).toContain('Tomorrow cannot be shown: it was made by a newer version')
    expect(await row.getByRole('button').count()).toBe(0)
    expect(await names(page)).toEqual([AGG])
  })
})

describe('one file', () => {
  test('takes a run through a wiped browser: the same bytes, notes and figures', async () => {
    const site = await open({hash: SHORT})
    const {page} = site
    await runToResults(site)
    const before = await readMetricTable(site)
    await goTo(page, 'Library')
    await expect.poll(() => page.getByText('in this tab only').count()).toBe(0)
    await rename(page, AGG, 'kept')
    await writeNotes(page, 'kept', 'mind the queue')
    const file = await exportFile(page)
    await page.evaluate(wipe)
    await page.reload()
    await expectVisible(page.getByText(/^No runs yet/))
    await importFile(page, 'library.zip', file)
    await expectVisible(page.getByText('1 imported.'))
    expect(await page.getByRole('textbox', {name: 'Notes on kept'}).inputValue()).toBe('mind the queue')
    const again = await exportFile(page)
    expect(manifestOf(again).records).toEqual(manifestOf(file).records)
    await page.getByRole('button', {name: 'Open kept'}).click()
    expect(await readMetricTable(site)).toEqual(before)
    await expect.poll(() => page.getByRole('figure').count()).toBeGreaterThan(4)
  })

  test('is not taken in twice', async () => {
    const {page} = await withRun()
    await importFile(page, 'library.zip', await exportFile(page))
    await expectVisible(page.getByText('1 skipped.'))
    expect(await names(page)).toHaveLength(1)
  })

  test('that is damaged, cut short or foreign changes nothing and says what is wrong', async () => {
    const {page} = await withRun()
    const file = await exportFile(page)
    for (const [name, buffer, message] of [
      ['short.zip', file.subarray(0, file.length >> 1), 'short.zip is damaged or cut short'],
      ['photo.zip', Buffer.from('GIF89a'), 'photo.zip is not a Planner Replay library'],
      ['empty.zip', Buffer.alloc(0), 'empty.zip is empty'],
    ] as const) {
      await importFile(page, name, buffer)
      await expectVisible(page.getByRole('alert').filter({hasText: message}))
    }
    await page.evaluate(wipe)
    await page.reload()
    const damaged = Buffer.from(file)
    // The columns are stored as they are, so this is in the midst of them.
    damaged[damaged.length >> 1] = damaged[damaged.length >> 1]! ^ 0xff
    await importFile(page, 'damaged.zip', damaged)
    await expectVisible(page.getByText('1 refused.'))
    expect(await page.getByText(/\.columns is damaged: its checksum is another/).count()).toBe(1)
    expect(await names(page)).toEqual([])
  })
})

describe('sweeps, comparisons and traces', () => {
  test('a sweep is kept, opens with its rows, and gives up its points when asked', async () => {
    const {page} = await open({hash: `${SHORT}&view=sweep&repeats=1&sweep=startup_time:0,60`})
    const start = page.getByRole('button', {name: 'Run sweep'})
    await expect.poll(() => start.isEnabled(), {timeout: 30_000}).toBe(true)
    await start.click()
    await expectVisible(page.getByText('2 run in'))
    await goTo(page, 'Library')
    const name = `startup_time=0,60: ${AGG}`
    await expect.poll(() => names(page)).toEqual([name])
    await page.reload()
    await page.getByRole('button', {name: `Open ${name}`}).click()
    await page.getByText('All points').click()
    const table = page.getByRole('region', {name: 'All points of the sweep'})
    await expect.poll(() => table.getByRole('row').count()).toBe(3)
    expect(await table.getByText('waiting').count()).toBe(0)
    await goTo(page, 'Library')
    await page.getByRole('button', {name: `Delete ${name}`}).click()
    await page.getByRole('button', {name: 'Only its points'}).click()
    await expectVisible(page.getByText('0 of 2'))
    await page.getByRole('button', {name: `Open ${name}`}).click()
    await expect.poll(() => page.getByRole('button', {name: 'Run sweep'}).isEnabled()).toBe(true)
    await page.getByRole('button', {name: 'Run sweep'}).click()
    await expectVisible(page.getByText('2 run in'))
    await goTo(page, 'Library')
    await expectVisible(page.getByText('2 of 2'))
    expect(await names(page)).toEqual([name])
  })

  test('a comparison is kept under a name and opens again; without one of its runs it says so', async () => {
    const {page} = await open({hash: SHORT})
    const guide = page.getByRole('button', {name: 'Guide: agg vs disagg'}).first()
    await expect.poll(() => guide.isEnabled(), {timeout: 30_000}).toBe(true)
    await guide.click()
    await page.getByRole('button', {name: 'Save to Library'}).click()
    await page.keyboard.type('pools')
    await page.keyboard.press('Enter')
    await expectVisible(page.getByText('Saved in the Library'))
    await page.reload()
    await goTo(page, 'Library')
    await page.getByRole('button', {name: 'Open pools'}).click()
    await expectVisible(page.getByRole('region', {name: 'Metrics compared'}))
    await goTo(page, 'Library')
    await page.getByRole('button', {name: `Delete ${AGG}`, exact: true}).click()
    await page.getByRole('button', {name: 'Delete', exact: true}).click()
    await expectVisible(page.getByText('One of its runs was deleted.'))
    await page.getByRole('button', {name: 'Open pools'}).click()
    await expectVisible(page.getByRole('alert').filter({hasText: `‘${AGG}’ is not in the Library any more`}))
    // Its scenario is known: both can be run anew.
    await expectVisible(page.getByRole('button', {name: 'Run and compare'}))
  })

  test('a local file is kept when the user says so, and need not be picked again', async () => {
    const {page} = await open({hash: 'v=1&preset=guide-agg'})
    const line = (i: number) =>
      JSON.stringify({timestamp: i * 500, input_length: 512, output_length: 8, hash_ids: [i]})
    const text = Array.from({length: 20}, (_, i) => `${line(i)}\n`).join('')
    await page
      .getByLabel('Trace file')
      .setInputFiles({name: 'mine.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(text)})
    await page.getByRole('button', {name: 'Keep it in the Library'}).click()
    await expectVisible(page.getByText('Kept in the Library: it need not be picked again.'))
    await expect.poll(() => page.url()).toContain('file=mine.jsonl')
    await page.reload()
    await expect
      .poll(() => page.getByRole('button', {name: 'Run', exact: true}).isEnabled(), {timeout: 30_000})
      .toBe(true)
    await goTo(page, 'Library')
    await page.getByRole('button', {name: 'Use mine.jsonl'}).click()
    await expectVisible(page.getByText('Kept in the Library: it need not be picked again.'))
    await goTo(page, 'Library')
    await page.getByRole('button', {name: 'Delete mine.jsonl'}).click()
    await page.getByRole('button', {name: 'Delete', exact: true}).click()
    await expectVisible(page.getByText(/^No runs yet/))
  })
})

test('a profile of pass times is kept with its size, and a link that names it needs no second picking', async () => {
  const site = await open({hash: 'v=1&preset=as-published&trace=toolagent-5min'})
  const {page} = site
  await page.getByRole('radio', {name: /^profile/}).check()
  await page
    .getByLabel('Profile file')
    .setInputFiles({name: 'mine.npz', mimeType: 'application/zip', buffer: Buffer.from(profileTable())})
  await runToResults(site)
  await page.reload()
  await expect
    .poll(() => page.getByRole('button', {name: 'Run', exact: true}).isEnabled(), {timeout: 30_000})
    .toBe(true)
  await expectVisible(page.getByText(/^mine\.npz, [\d,.]+ k?B/))
  await goTo(page, 'Library')
  await expectVisible(page.getByText(/^Recorded pass times · mine\.npz/))
  await page.getByRole('button', {name: 'Delete mine.npz'}).click()
  await page.getByRole('button', {name: 'Delete', exact: true}).click()
  await expect.poll(() => page.getByText(/^Recorded pass times/).count()).toBe(0)
})

test('the keyboard alone names, annotates, exports and deletes', async () => {
  const {page} = await withRun()
  const press = async (key: string, times = 1) => {
    for (let i = 0; i < times; i++) await page.keyboard.press(key)
  }
  await page.getByRole('searchbox').focus()
  const reach = async (name: string) => {
    for (let stop = 0; stop < 40; stop++) {
      await press('Tab')
      const label = await page.evaluate(() => {
        const at = document.activeElement
        return at?.getAttribute('aria-label') ?? at?.textContent?.trim() ?? ''
      })
      if (label === name) return
    }
    throw new Error(`40 presses of Tab reach nothing named ${name}`)
  }
  await reach('Name of the run')
  await press('Control+a')
  await page.keyboard.type('by hand')
  await press('Enter')
  await expect.poll(() => names(page)).toEqual(['by hand'])
  await reach('Write notes on by hand')
  await press('Enter')
  await page.keyboard.type('typed')
  await press('Control+Enter')
  await expect.poll(() => page.getByRole('textbox', {name: 'Notes on by hand'}).inputValue()).toBe('typed')
  await page.getByRole('searchbox').focus()
  await reach('Choose by hand')
  await press('Space')
  await page.getByRole('searchbox').focus()
  await reach('Export chosen')
  const download = page.waitForEvent('download')
  await press('Enter')
  expect((await download).suggestedFilename()).toMatch(/^planner-replay-library-\d{4}-\d\d-\d\d\.zip$/)
  await reach('Delete by hand')
  await press('Enter')
  // What is safe has the focus first.
  await press('Enter')
  expect(await names(page)).toEqual(['by hand'])
  await press('Enter')
  await press('Shift+Tab')
  await press('Enter')
  await expectVisible(page.getByText(/^No runs yet/))
})

describe.each(['light', 'dark'] as const)('in %s colours', colorScheme => {
  test('axe finds nothing, and nothing scrolls sideways on a phone', async () => {
    const site = await withRun({colorScheme, reducedMotion: 'reduce'})
    const {page} = site
    await writeNotes(page, AGG, 'A note that is long enough to be wrapped on a phone, and then some.')
    await page.getByRole('checkbox', {name: `Choose ${AGG}`}).check()
    await importFile(page, 'photo.zip', Buffer.from('GIF89a'))
    await expectVisible(page.getByRole('alert'))
    expect(await violations(site)).toEqual([])
    await importFile(page, 'library.zip', await exportFile(page))
    await expectVisible(page.getByText('1 skipped.'))
    await page.getByRole('button', {name: 'Make room'}).click()
    await page.getByRole('button', {name: `Delete ${AGG}`}).click()
    expect(await violations(site)).toEqual([])
    await page.setViewportSize({width: 390, height: 844})
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(await overflow()).toBe(0)
    await page.getByRole('searchbox').fill('nothing of the kind')
    await expectVisible(page.getByText('Nothing matches.'))
    expect(await violations(site)).toEqual([])
  })
})
