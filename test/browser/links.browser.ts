import {createHash} from 'node:crypto'
import {describe, expect, test} from 'vitest'
import {
  dropFile,
  expectVisible,
  readMetricTable,
  runToResults,
  SHORT_TRACE,
  type Site,
  useSite,
} from './site.ts'

const {open} = useSite()

const TEXT = Array.from({length: 50}, (_, i) =>
  JSON.stringify({timestamp: i * 200, input_length: 1000 + i, output_length: 20, hash_ids: [0, i + 1]}),
).join('\n')
const SHA256 = createHash('sha256').update(TEXT).digest('hex')

async function expectIdle({page}: Site): Promise<void> {
  await page.waitForTimeout(1_000)
  expect(await page.getByRole('progressbar', {name: 'Replay progress'}).count()).toBe(0)
  expect(await page.getByRole('heading', {name: 'Results'}).count()).toBe(0)
}

describe('a link to a run of a local file', () => {
  const hash = `v=1&workers=3&file=mine.jsonl&sha256=${SHA256}&run=1`

  test('asks for the file by name and checksum, and starts nothing without it', async () => {
    const site = await open({hash})
    await expectVisible(
      site.page
        .getByRole('alert')
        .filter({hasText: `mine.jsonl: drop or pick the file with SHA-256 ${SHA256.slice(0, 12)}`}),
    )
    expect(await site.page.getByRole('button', {name: 'Run', exact: true}).isDisabled()).toBe(true)
    await expectIdle(site)
  })

  test('runs once the right file is dropped, whatever its name', async () => {
    const site = await open({hash: hash.replace('&run=1', '')})
    await expectVisible(site.page.getByRole('alert').filter({hasText: 'drop or pick'}))
    await dropFile(site, 'renamed.jsonl', TEXT)
    await runToResults(site)
    expect((await readMetricTable(site))['Request Count (requests)']?.avg).toBe('50.00')
    expect(
      await site.page
        .getByRole('alert')
        .filter({hasText: /not the file/})
        .count(),
    ).toBe(0)
  })

  test('says so when the wrong file is dropped, and keeps waiting for the right one', async () => {
    const site = await open({hash})
    await expectVisible(site.page.getByRole('alert').filter({hasText: 'drop or pick'}))
    await dropFile(site, 'mine.jsonl', TEXT.replace('1000', '1001'))
    await expectVisible(
      site.page.getByRole('alert').filter({hasText: /mine\.jsonl is not the file this scenario uses/}),
    )
    await expectIdle(site)
    await dropFile(site, 'mine.jsonl', TEXT)
    await expectVisible(site.page.getByRole('heading', {name: 'Results'}))
  })
})

const LONE_SURROGATE = '\ud800'
const HOSTILE: Readonly<Record<string, string>> = {
  'script in every value':
    '&preset=<script>alert(1)</script>&trace="><img src=x onerror=alert(1)>&compare=<svg onload=alert(1)>&sweep=<script>:1',
  'addresses of script':
    '&trace=javascript:alert(1)&file=javascript:alert(1)&trace=data:text/html,<script>alert(1)</script>',
  'keys of prototypes':
    '&__proto__=1&constructor=2&engine.__proto__=3&planner.constructor=4&__proto__.polluted=5&router.__proto__=6&synthetic.constructor=7',
  'giant values': '&workers=1000000000&engine.num_gpu_blocks=1e308&seed=99999999999999999999&speedup=1e999',
  'no numbers':
    '&planner.ttft=NaN&planner.itl=Infinity&engine.startup_time=-Infinity&speedup=0x10&workers=1e-3',
  'deep JSON': `&engine.aic_model_path=${'['.repeat(6000)}&trace-columns=${'{"a":'.repeat(1000)}`,
  'keys twice': `${'&workers=3'.repeat(200)}&workers=x&view=sweep&view=nothing&v=1&v=2`,
  'halves of characters': `&file=${LONE_SURROGATE}&trace=%ed%a0%80&preset=%zz&%=%&sha256=${LONE_SURROGATE}`,
  'a megabyte of junk': `&${'junk=%00&'.repeat(116_000)}`,
}

describe.each(Object.entries(HOSTILE))('a link with %s', (_, tail) => {
  test('opens soon, says what it ignored, and does nothing', async () => {
    const startedMs = performance.now()
    const site = await open({
      hash: `v=1${tail}&bogus=1&run=1`,
      initScript: () => {
        window.alert = () => document.documentElement.setAttribute('data-alerted', '')
      },
    })
    const {page} = site
    await expectVisible(page.getByRole('alert').filter({hasText: /could not be used/}))
    const openedMs = performance.now() - startedMs
    await expectIdle(site)
    expect(await page.locator('[data-alerted], img, svg[onload], body script').count()).toBe(0)
    expect(await page.evaluate(() => 'polluted' in {})).toBe(false)
    // The machine may be busy with others; a page that hangs on a link takes minutes.
    expect(openedMs).toBeLessThan(10_000)
  })
})

test('what a link got wrong is said in the view it opens, compared runs included', async () => {
  const {page} = await open({hash: 'v=1&preset=guide-ag&view=recommend'})
  await expectVisible(page.getByRole('alert').filter({hasText: 'preset=guide-ag'}))
  const compared = await open({hash: 'v=1&view=compare&compare=preset%3Dguide-ag&compare=workers%3D2'})
  const said = compared.page.getByRole('alert').filter({hasText: 'compare: preset=guide-ag'})
  await expectVisible(said)
  await said.getByRole('button', {name: 'Dismiss'}).click()
  await expect.poll(() => said.count()).toBe(0)
})

test('run=1 with parts that are refused still runs nothing but what is left and valid', async () => {
  const site = await open({hash: `v=1&trace=${SHORT_TRACE}&workers=1000000000&run=1`})
  await expectVisible(site.page.getByRole('alert').filter({hasText: 'workers=1000000000'}))
  await expectIdle(site)
})
