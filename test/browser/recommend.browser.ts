import {mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {AxeResults} from 'axe-core'
import type {Page} from 'playwright-core'
import {expect, test} from 'vitest'
import {PROJECT} from '../support/shared.ts'
import {tool} from '../sweep/command.ts'
import {exportFile, goTo, importFile, manifestOf, names, rename} from './library-steps.ts'
import {expectVisible, useSite} from './site.ts'

const {open} = useSite()
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const SPACE = {
  'planner.min_endpoint': [1, 2, 3, 4],
  'planner.ttft': [500, 1500],
  'planner.load_adjustment_interval': [5, 20],
}
const OBJECTIVE = 'ttft:1500,itl:50,share:0.9'
const HASH =
  `v=1&preset=as-published&trace=toolagent-5min&seed=3&objective=${OBJECTIVE}&view=recommend&budget=60` +
  `&space=${encodeURIComponent(JSON.stringify(SPACE))}`

async function search(page: Page): Promise<void> {
  const button = page.getByRole('button', {name: 'Search', exact: true})
  await expect.poll(() => button.isEnabled(), {timeout: 60_000}).toBe(true)
  await button.click()
}

async function finished(page: Page): Promise<string> {
  await page.getByText('Search finished', {exact: true}).waitFor({state: 'attached', timeout: 240_000})
  return (await page.locator('.answer .first').textContent()) ?? ''
}

test('a search answers, its setting opens as a run, and the command line says the same', async () => {
  const {page} = await open({hash: HASH})
  await search(page)
  await expectVisible(page.getByRole('button', {name: 'Pause'}))
  await page.getByRole('button', {name: 'Pause'}).click()
  await expectVisible(page.getByText(/Paused after/))
  await page.getByRole('button', {name: 'Resume'}).click()
  const answer = await finished(page)
  expect(answer).toMatch(/\(min_endpoint\) \d.*: holds 9\d\.\d %.* GPU-hours/)
  await expectVisible(page.getByText(/Today’s setting/).first())
  await expectVisible(page.getByRole('figure', {name: 'Objective met against GPU-hours'}))
  await expectVisible(page.getByRole('region', {name: 'What each knob does'}))
  expect(new URL(page.url()).hash).toContain('space=')

  const folder = mkdtempSync(join(tmpdir(), 'planner-replay-browser-'))
  writeFileSync(join(folder, 'space.json'), JSON.stringify(SPACE))
  const planner = {
    ...{mode: 'agg', optimization_target: 'sla', ttft: 1500, itl: 50},
    ...{enable_throughput_scaling: true, enable_load_scaling: true, pre_deployment_sweeping_mode: 'rapid'},
    ...{throughput_adjustment_interval: 300, load_adjustment_interval: 10},
    ...{prefill_engine_num_gpu: 1, decode_engine_num_gpu: 1},
  }
  const engine = {
    ...{aic_backend: 'vllm', aic_system: 'h200_sxm', aic_model_path: 'nvidia/Llama-3.1-8B-Instruct-FP8'},
    aic_tp_size: 1,
  }
  const ran = tool(
    folder,
    ...['recommend', join(PROJECT, 'static-traces/toolagent-5min.jsonl.gz'), '--num-workers', '2'],
    ...['--planner-config', JSON.stringify(planner), '--extra-engine-args', JSON.stringify(engine)],
    ...['--engine-timing', 'polynomial', '--seed', '3', '--space', 'space.json', '--budget', '60'],
    ...['--objective', 'ttft=1500,itl=50,share=0.9', '--out', 'out'],
  )
  expect([ran.code, ran.error]).toEqual([0, expect.any(String)])
  expect(ran.out.split('\n')[0]).toBe(answer)
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', {name: 'Answer (JSON)'}).click(),
  ])
  expect(readFileSync(await saved.path(), 'utf8')).toBe(
    readFileSync(join(folder, 'out', 'recommend.json'), 'utf8'),
  )
  const [request] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', {name: 'Deployment request'}).click(),
  ])
  expect(readFileSync(await request.path(), 'utf8')).toBe(
    readFileSync(join(folder, 'out', 'setting', 'deployment-request.yaml'), 'utf8'),
  )

  await page.getByRole('button', {name: 'Open as run'}).click()
  await expectVisible(page.getByRole('heading', {name: 'Results'}))
  expect(new URL(page.url()).hash).toContain('objective=')
  await page.goBack()
  await expectVisible(page.locator('.answer .first'))
}, 400_000)

test('a link says the ready-made space and the seed, and is named as ready-made where it still is', async () => {
  const {page} = await open({hash: 'v=1&preset=as-published&trace=toolagent-5min&view=recommend'})
  const hash = () => new URL(page.url()).hash
  await expect.poll(hash, {timeout: 60_000}).toContain('planner.min_endpoint')
  expect(hash()).toContain('seed=0')
  const anew = page.getByLabel('Generate the trace anew for each phase')
  const [box, label] = await Promise.all([anew.boundingBox(), anew.locator('xpath=..').boundingBox()])
  expect(box!.x - label!.x).toBeLessThan(2)
  expect(label!.height).toBeLessThan(30)
  const chosen = page.getByLabel('What may be chosen').first()
  const title = await chosen.inputValue()
  expect(title).toBe('planner-sla')
  const again = await open({hash: hash().slice(1)})
  await expectVisible(again.page.getByRole('button', {name: 'Search', exact: true}))
  await expect
    .poll(() => again.page.getByLabel('What may be chosen').first().inputValue(), {timeout: 60_000})
    .toBe(title)
})

test('a search ends when its time is over, goes on, and is kept in the Library with its answer and runs', async () => {
  const {page} = await open({hash: `${HASH}&search-time=0.3&search-cost=5&price=2`})
  await search(page)
  await finished(page)
  await expectVisible(page.getByText(/the time is used up/))
  await page.getByLabel('Time limit, s').fill('')
  await page.keyboard.press('Tab')
  await page.getByRole('button', {name: 'Resume'}).click()
  await page.getByText(/no further run is expected|budget is used up/).waitFor({timeout: 240_000})
  const answer = (await page.locator('.answer .first').textContent()) ?? ''
  expect(answer).toMatch(/: holds 9\d\.\d %.* for \d/)
  const tried = await page.getByText(/Settings tried/).textContent()
  await goTo(page, 'Library')
  // However long it took, it is one question.
  await expect.poll(async () => (await names(page)).length).toBe(1)
  const [latest = ''] = await names(page)
  await rename(page, latest, 'for the board')
  const file = await exportFile(page)
  expect(manifestOf(file).records.map(({kind}) => kind)).toEqual(['search'])
  await page.goto('about:blank')
  const elsewhere = await open({hash: 'v=1&view=library'})
  await importFile(elsewhere.page, 'lib.zip', file)
  await elsewhere.page.getByRole('button', {name: 'Open for the board', exact: true}).click()
  expect(await elsewhere.page.locator('.answer .first').textContent()).toBe(answer)
  expect(await elsewhere.page.getByText(/Settings tried/).textContent()).toBe(tried)
  await expectVisible(elsewhere.page.getByText(/Search finished/).first())
  expect(new URL(elsewhere.page.url()).hash).toContain('search-cost=5')
  expect(new URL(elsewhere.page.url()).hash).toContain('price=2')
}, 400_000)

test.each(['light', 'dark'] as const)(
  'the view is accessible when it is %s',
  async colorScheme => {
    const {page} = await open({hash: HASH.replace('budget=60', 'budget=20')})
    await page.emulateMedia({colorScheme})
    await search(page)
    await finished(page)
    await page.getByText(/Settings tried/).click()
    await page.evaluate(axeSource)
    const {violations} = await page.evaluate(() =>
      (globalThis as unknown as {axe: {run(): Promise<AxeResults>}}).axe.run(),
    )
    expect(violations.map(({id, nodes}) => [id, nodes[0]?.html])).toEqual([])
  },
  400_000,
)
