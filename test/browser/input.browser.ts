import {describe, expect, test} from 'vitest'
import {
  alertText,
  dropFile,
  expectVisible,
  pickShortTrace,
  readMetricTable,
  runToResults,
  type Site,
  useSite,
} from './site.ts'

const {open} = useSite()

/** Of 1.2.1, which cuts a prompt longer than its hash ids and has no room for one larger than the pool; 1.6.1 refuses both. */
const GUIDE = 'v=1&preset=guide-agg'
const GOOD_LINES = Array.from({length: 50}, (_, i) =>
  JSON.stringify({timestamp: i * 200, input_length: 1000 + i, output_length: 20, hash_ids: [0, i + 1]}),
)

async function pickFile({page}: Site, name: string, text: string): Promise<void> {
  const file = {name, mimeType: 'application/jsonl', buffer: Buffer.from(text)}
  await page.getByLabel('Trace file', {exact: true}).setInputFiles(file)
}

async function expectTraceChosen({page}: Site, name: string): Promise<void> {
  const chosen = page.getByRole('combobox', {name: 'Trace', exact: true}).locator('option:checked')
  await expect.poll(() => chosen.textContent(), {timeout: 5_000}).toBe(name)
}

describe.each([
  ['picked', pickFile],
  ['dropped', dropFile],
])('a trace file that is %s', (_, give) => {
  test('is replayed', async () => {
    const site = await open({hash: GUIDE})
    await give(site, 'mine.jsonl', GOOD_LINES.join('\n'))
    await expectTraceChosen(site, 'mine.jsonl')
    await runToResults(site)
    expect((await readMetricTable(site))['Request Count (requests)']?.avg).toBe('50.00')
  })

  test('and is bad is refused with file, line and field, and the earlier trace still runs', async () => {
    const site = await open()
    await pickShortTrace(site)
    await runToResults(site)
    const before = await readMetricTable(site)
    const bad = [...GOOD_LINES.slice(0, 2), '{"timestamp": 5, "hash_ids": [1]}', ...GOOD_LINES.slice(2)]
    await give(site, 'broken.jsonl', bad.join('\n'))
    const alert = await alertText(site)
    expect(alert).toContain('broken.jsonl')
    expect(alert).toMatch(/line 3\b/)
    expect(alert).toContain('output_length')
    expect(await readMetricTable(site)).toEqual(before)
    await runToResults(site)
    const {avg} = before['Request Count (requests)']!
    expect((await readMetricTable(site))['Request Count (requests)']?.avg).toBe(avg)
  })
})

test('a bad setting is marked and named, keeps Run from starting, and can be mended', async () => {
  const {page} = await open()
  const field = page.getByRole('textbox', {name: /^ttft/})
  await field.fill('-5')
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  const described = await field.evaluate(input =>
    (input.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map(id => document.getElementById(id)?.textContent ?? '')
      .join(' '),
  )
  expect(described).toContain('ttft')
  const run = page.getByRole('button', {name: 'Run', exact: true})
  expect(await run.isDisabled()).toBe(true)
  await field.fill('900')
  await expect.poll(() => run.isEnabled()).toBe(true)
})

test('requests that can never fit are left out and counted, and end a run that would have none', async () => {
  const site = await open({hash: GUIDE})
  await pickShortTrace(site)
  const blocks = site.page.getByRole('textbox', {name: /^num_gpu_blocks/})
  await blocks.fill('1')
  await site.page.getByRole('button', {name: 'Run', exact: true}).click()
  expect(await alertText(site)).toContain('num_gpu_blocks')
  await blocks.fill('100')
  await runToResults(site)
  await site.page.getByText(/notes? on this run$/).click()
  await expectVisible(
    site.page.getByText(/^\d+ of 640 requests (is|are) larger than the KV cache of one instance/),
  )
  await blocks.fill('16384')
  await runToResults(site)
})

describe('the address', () => {
  test('carries the scenario to another visitor, who sees the same figures', async () => {
    const mine = await open()
    await pickShortTrace(mine)
    await mine.page.getByRole('textbox', {name: /^ttft/}).fill('321')
    await mine.page.getByRole('textbox', {name: /^num_workers/}).fill('3')
    await mine.page.getByRole('textbox', {name: /^startup_time/}).fill('17.5')
    await expect.poll(() => new URL(mine.page.url()).hash).toContain('321')
    await runToResults(mine)

    const hash = new URL(mine.page.url()).hash.slice(1)
    expect(hash).toMatch(/^v=1&/)
    const theirs = await open({hash})
    expect(await theirs.page.getByRole('textbox', {name: /^ttft/}).inputValue()).toBe('321')
    expect(await theirs.page.getByRole('textbox', {name: /^num_workers/}).inputValue()).toBe('3')
    expect(await theirs.page.getByRole('textbox', {name: /^startup_time/}).inputValue()).toBe('17.5')
    // A link fills in the scenario and runs nothing.
    expect(await theirs.page.getByRole('heading', {name: 'Results'}).count()).toBe(0)
    await runToResults(theirs)
    expect(await readMetricTable(theirs)).toEqual(await readMetricTable(mine))
  })

  test('says what it could not use', async () => {
    const {page} = await open({hash: 'v=1&planner.ttft=fast&nonsense=1'})
    await expectVisible(page.getByText(/nonsense/))
    await expectVisible(page.getByText(/planner\.ttft/))
  })

  test('keeps the default scenario short', async () => {
    const {page} = await open()
    await page.getByRole('textbox', {name: /^ttft/}).fill('1501')
    await expect.poll(() => new URL(page.url()).hash).toContain('1501')
    expect(new URL(page.url()).hash.length).toBeLessThan(60)
  })
})
