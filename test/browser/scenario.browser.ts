import {describe, expect, test} from 'vitest'
import {expectVisible, pickShortTrace, readMetricTable, runToResults, type Site, useSite} from './site.ts'

const {open} = useSite()
/** The guide's scenario, under 1.2.1 and with its fields. */
const GUIDE = 'v=1&preset=guide-agg'

async function openExchange({page}: Site): Promise<void> {
  await page.getByText('Paste or copy', {exact: true}).click()
}

async function paste({page}: Site, text: string): Promise<void> {
  await page.getByLabel(/^Paste a command line/).fill(text)
  await page.getByRole('button', {name: 'Fill the form'}).click()
}

function field({page}: Site, name: string) {
  return page.getByRole('textbox', {name: new RegExp(`^${name}`)})
}

describe('paste', () => {
  test("the reference's command line fills the form, names its files and what it could not use, and runs", async () => {
    const site = await open()
    await pickShortTrace(site)
    await openExchange(site)
    await paste(
      site,
      `python -m dynamo.replay /data/toolagent-5min.jsonl.gz \\
        --planner-config conf/planner.yaml --num-wokers 4 \\
        --extra-engine-args '{"startup_time": 12.5, "num_gpu_blocks": 9000}' --num-workers 3`,
    )
    await expect.poll(() => field(site, 'startup_time').inputValue()).toBe('12.5')
    expect(await field(site, 'num_gpu_blocks').inputValue()).toBe('9000')
    expect(await field(site, 'num_workers').inputValue()).toBe('3')
    await expectVisible(site.page.getByRole('status').filter({hasText: 'conf/planner.yaml'}))
    await expectVisible(
      site.page.getByRole('alert').filter({hasText: '--num-wokers 4 (did you mean --num-workers?)'}),
    )
    await runToResults(site)
    expect((await readMetricTable(site))['Request Count (requests)']?.avg).toBe('640.00')

    await site.page.getByRole('button', {name: 'Undo', exact: true}).click()
    expect(await field(site, 'num_workers').inputValue()).toBe('2')
  })

  test('a command with a trace the page does not have waits for that file', async () => {
    const site = await open()
    await openExchange(site)
    await paste(site, 'npm run --silent replay -- mine.jsonl --num-workers 2')
    await expectVisible(site.page.getByText(/uses the local file mine\.jsonl/))
    expect(await site.page.getByRole('button', {name: 'Run', exact: true}).isDisabled()).toBe(true)
    await site.page.getByLabel('Trace file', {exact: true}).setInputFiles({
      name: 'mine.jsonl',
      mimeType: 'application/jsonl',
      buffer: Buffer.from('{"timestamp": 0, "input_length": 900, "output_length": 9, "hash_ids": [1, 2]}\n'),
    })
    await runToResults(site)
    expect((await readMetricTable(site))['Request Count (requests)']?.avg).toBe('1.00')
  })

  test.each([
    ['python -m dynamo.replay t.jsonl --num-workers two', '--num-workers'],
    [`python -m dynamo.replay t.jsonl --extra-engine-args '{"startup_time": -3}'`, 'startup_time'],
    [`python -m dynamo.replay t.jsonl --planner-config '{"mode": "agg"`, 'never closed'],
    ['mode: agg\nttft: [1', 'line 2'],
    ['mode: agg\nttft: -1', 'planner.ttft'],
  ])('%j is refused by name and leaves the form as it was', async (text, named) => {
    const site = await open()
    await field(site, 'ttft').fill('777')
    await openExchange(site)
    await paste(site, text)
    await expectVisible(site.page.getByRole('alert').filter({hasText: named}))
    expect(await field(site, 'ttft').inputValue()).toBe('777')
    expect(await site.page.getByLabel(/^Paste a command line/).inputValue()).toBe(text)
  })

  test('planner config as YAML sets the planner, with the keyboard alone', async () => {
    const site = await open()
    const {page} = site
    await page.getByRole('combobox', {name: 'Preset'}).focus()
    await tabToText(site, 'Paste or copy')
    await page.keyboard.press('Enter')
    await expectVisible(page.getByLabel(/^Paste a command line/))
    await page.keyboard.press('Tab')
    await page.keyboard.insertText(
      'mode: agg\noptimization_target: sla\nttft: 640\nenable_load_scaling: yes\n',
    )
    await page.keyboard.press('Control+Enter')
    await expect.poll(() => field(site, 'ttft').inputValue()).toBe('640')
    expect(await page.getByRole('checkbox', {name: /^enable_load_scaling/}).isChecked()).toBe(true)
    // The same keys run the scenario elsewhere; here they must not.
    expect(await page.getByRole('heading', {name: 'Results'}).count()).toBe(0)
  })
})

test('the command that is copied gives the same scenario back', async () => {
  const site = await open({hash: GUIDE, permissions: ['clipboard-read', 'clipboard-write']})
  const {page} = site
  await pickShortTrace(site)
  await field(site, 'startup_time').fill('33')
  await page.getByRole('radio', {name: 'disagg'}).check()
  await field(site, 'ttft').fill('432')
  await expect.poll(() => new URL(page.url()).hash).toContain('432')
  const {hash} = new URL(page.url())
  await openExchange(site)
  await page.getByRole('button', {name: 'Copy', exact: true}).click()
  await expectVisible(page.getByRole('status').filter({hasText: 'Copied'}))
  const command = await page.evaluate(() => navigator.clipboard.readText())
  expect(command).toMatch(/^npm run --silent replay -- static-traces\/toolagent-5min\.jsonl\.gz \\\n/)

  const other = await open()
  await openExchange(other)
  await paste(other, command)
  await expect.poll(() => new URL(other.page.url()).hash).toBe(hash)

  await page.getByRole('combobox', {name: 'Copy as'}).selectOption({label: "Command, the reference's"})
  const reference = await page.getByRole('textbox', {name: 'Text to copy'}).inputValue()
  expect(reference).toMatch(/^python -m dynamo\.replay /)
  await expectVisible(page.getByText('Its planner runs use polynomial timing'))
})

test('generated traffic in a closed loop runs without a trace', async () => {
  const site = await open()
  const {page} = site
  await page.getByRole('radio', {name: 'generated'}).check()
  await field(site, 'request_count').fill('0')
  expect(await field(site, 'request_count').getAttribute('aria-invalid')).toBe('true')
  await field(site, 'request_count').fill('60')
  await field(site, 'replay_concurrency').fill('4')
  await runToResults(site)
  expect((await readMetricTable(site))['Request Count (requests)']?.avg).toBe('60.00')
})

test('a warning leads to its field and goes when the field is mended', async () => {
  const site = await open({hash: GUIDE})
  const {page} = site
  await field(site, 'decode_engine_num_gpu').fill('')
  await page.getByText(/warnings, none in the way of a run/).click()
  await page.getByRole('button', {name: 'planner.decode_engine_num_gpu'}).click()
  const input = field(site, 'decode_engine_num_gpu')
  expect(await input.evaluate(element => element === document.activeElement)).toBe(true)
  await expect.poll(() => page.getByRole('button', {name: 'Run', exact: true}).isEnabled()).toBe(true)
  await input.fill('1')
  await expect.poll(() => page.getByRole('button', {name: 'planner.decode_engine_num_gpu'}).count()).toBe(0)
})

test('the KV router has its options, and a problem of the whole stands where it is mended', async () => {
  const site = await open({hash: GUIDE})
  const {page} = site
  await page.getByRole('combobox', {name: 'router_mode'}).selectOption('kv_router')
  await field(site, 'overlap_score_credit').fill('2')
  expect(await field(site, 'overlap_score_credit').getAttribute('aria-invalid')).toBe('true')
  await field(site, 'overlap_score_credit').fill('0.5')
  await page.getByRole('combobox', {name: 'Policy', exact: true}).selectOption('fixed')
  await field(site, 'num_workers').fill('1')
  await expectVisible(
    page.getByText('offline replay only supports router_mode=kv_router when num_workers > 1'),
  )
  await field(site, 'num_workers').fill('2')
  await expect.poll(() => new URL(page.url()).hash).toContain('router.overlap_score_credit=0.5')
})

/** Presses Tab until the focus is on the element with this text. */
async function tabToText({page}: Site, text: string): Promise<void> {
  for (let stop = 0; stop < 30; stop++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate(wanted => document.activeElement?.textContent?.includes(wanted) ?? false, text))
      return
  }
  throw new Error(`30 presses of Tab do not reach ${text}`)
}

test('a field has its name in words and its key, and a folded section stays as it was left', async () => {
  const {page} = await open({hash: 'v=1&preset=guide-agg'})
  const ttft = page.locator('label', {has: page.locator('code', {hasText: /^ttft$/})})
  expect((await ttft.textContent())?.replace(/\s+/g, ' ').trim()).toBe('ttft TTFT target ms')
  const budget = page.locator('#scenario-form details', {
    has: page.getByRole('heading', {name: 'Budget', exact: true}),
  })
  const isOpen = () => budget.evaluate(fold => (fold as HTMLDetailsElement).open)
  expect(await isOpen()).toBe(true)
  await budget.locator('summary').click()
  await page.reload()
  await expectVisible(budget)
  expect(await isOpen()).toBe(false)
})
