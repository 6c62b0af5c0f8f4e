import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import type {AxeResults} from 'axe-core'
import {describe, expect, test} from 'vitest'
import {expectVisible, pickShortTrace, runToResults, type Site, useSite} from './site.ts'

const {open} = useSite()
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const GUIDE = 'v=1&preset=guide-agg'
const OWN_CONFIG = {
  architectures: ['LlamaForCausalLM'],
  num_hidden_layers: 20,
  hidden_size: 3328,
  num_attention_heads: 26,
  num_key_value_heads: 26,
  intermediate_size: 9000,
  vocab_size: 64000,
}

async function violations({page}: Site): Promise<string[]> {
  await page.evaluate(axeSource)
  const results = (await page.evaluate('axe.run(document, {resultTypes: ["violations"]})')) as AxeResults
  return results.violations.flatMap(({id, nodes}) => nodes.map(node => `${id}: ${node.html.slice(0, 200)}`))
}

/** The field of this name on the panel of the Run view. */
function field({page}: Site, name: string) {
  return page.locator(`#engine-${name}`)
}

async function writeDraft({page}: Site, config: unknown): Promise<void> {
  await page
    .getByText(/^Another model, by its config.json/)
    .first()
    .click()
  await page.getByRole('textbox', {name: 'Name'}).first().fill('own/model')
  await page.getByRole('textbox', {name: 'config.json', exact: true}).first().fill(JSON.stringify(config))
  await page.getByRole('button', {name: 'Add model'}).first().click()
}

test('the selectors write an engine the tables can answer, and it runs', async () => {
  const site = await open({hash: GUIDE})
  await pickShortTrace(site)
  await site.page.getByRole('radio', {name: /^aic/}).check()
  await expect.poll(() => field(site, 'aic_model_path').evaluate(element => element.tagName)).toBe('SELECT')
  const refused = field(site, 'aic_model_path').locator('option[value="nvidia/Qwen3-235B-A22B-NVFP4"]')
  expect(await refused.isDisabled()).toBe(true)
  expect(await refused.textContent()).toContain('no FP4 units')

  await field(site, 'aic_model_path').selectOption('Qwen/Qwen3-30B-A3B')
  await field(site, 'aic_tp_size').selectOption('4')
  const experts = [field(site, 'aic_moe_tp_size'), field(site, 'aic_moe_ep_size')]
  const [moeTp, moeEp] = await Promise.all(experts.map(async each => Number(await each.inputValue())))
  expect(moeTp! * moeEp!).toBe(4)
  await field(site, 'aic_system').selectOption('b200_sxm')
  await runToResults(site)
})

test('the KV cache is estimated on request, with its terms', async () => {
  const site = await open({hash: GUIDE})
  const blocks = field(site, 'num_gpu_blocks')
  expect(await blocks.inputValue()).toBe('16384')
  await expect
    .poll(() => site.page.getByRole('button', {name: 'Estimate from GPU memory'}).isEnabled())
    .toBe(true)
  await site.page.getByRole('button', {name: 'Estimate from GPU memory'}).click()
  const terms = site.page.getByRole('group', {name: 'How the KV blocks were estimated'})
  await expectVisible(terms)
  const words = (await terms.textContent()) ?? ''
  for (const term of ['weights', 'activations', 'overhead', 'budget', 'per token', 'blocks']) {
    expect(words).toContain(term)
  }
  const estimated = Number(await blocks.inputValue())
  expect(estimated).toBeGreaterThan(20_000)
  expect(words).toContain(estimated.toLocaleString('en'))
  await blocks.fill('16384')
  expect(await terms.count()).toBe(0)
})

test('a model is added by its config.json, kept, and not in the link', async () => {
  const site = await open({hash: GUIDE})
  const {page} = site
  const isList = () => field(site, 'aic_model_path').evaluate(element => element.tagName)
  await expect.poll(isList, {timeout: 30_000}).toBe('SELECT')
  await writeDraft(site, {...OWN_CONFIG, num_key_value_heads: 99})
  await expectVisible(page.getByRole('alert').filter({hasText: '"num_key_value_heads"'}))
  await page.getByRole('textbox', {name: 'config.json', exact: true}).first().fill(JSON.stringify(OWN_CONFIG))
  await page.getByRole('button', {name: 'Add model'}).first().click()
  await field(site, 'aic_model_path').selectOption('own/model')
  await expectVisible(page.getByText('is known to this browser only'))
  await expectVisible(page.getByText('The GPU tables answer for this engine.'))
  await expect.poll(() => page.url()).toContain('own/model')
  expect(page.url()).not.toContain('9000')

  await page.reload()
  await expectVisible(page.getByText('The GPU tables answer for this engine.'))
  await page.getByRole('radio', {name: /^aic/}).check()
  await pickShortTrace(site)
  await runToResults(site)
})

test('whoever gets a link to a model they do not have is told what is missing', async () => {
  const {page} = await open({hash: `${GUIDE}&engine.aic_model_path=own/model`})
  await expectVisible(page.getByText(/unknown model "own\/model".*any other needs its config\.json/))
})

describe.each(['light', 'dark'] as const)('the GPU model view in %s colours', colorScheme => {
  test('shows curves, operators and tables, and axe finds nothing', async () => {
    const site = await open({hash: `${GUIDE}&view=gpu`, colorScheme, reducedMotion: 'reduce'})
    const {page} = site
    await expectVisible(page.getByRole('table'))
    for (const name of [
      'Prefill pass',
      'Decode step, h200_sxm',
      'Decode step, h100_sxm',
      'Decode step, b200_sxm',
    ]) {
      await expectVisible(page.getByRole('figure', {name}))
    }
    expect(await violations(site)).toEqual([])
    await page.getByRole('slider', {name: /on Prefill pass/}).focus()
    await page.keyboard.press('End')
    await expectVisible(page.getByRole('status').filter({hasText: 'beyond the measured range'}))
    await page.getByLabel('Table and files of Prefill pass').click()
    await page.getByRole('button', {name: 'Show as table'}).first().click()
    const table = page.getByRole('region', {name: 'Prefill pass, table'})
    await expectVisible(table)
    expect(await table.textContent()).toContain('extrapolated')
    await page.getByRole('textbox', {name: 'Batch'}).fill('none')
    await expectVisible(page.getByRole('alert').filter({hasText: 'The batch must be'}))
  })
})

test('the GPU model view fits a narrow screen', async () => {
  const {page} = await open({hash: `${GUIDE}&view=gpu`, viewport: {width: 390, height: 844}})
  await expectVisible(page.getByRole('table'))
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
})

test('tables that cannot be had are told, and a retry gets them', async () => {
  const {page} = await open({hash: GUIDE})
  let isDamaged = true
  await page.route('**/perf/h100_sxm__vllm.pack', route =>
    isDamaged ? route.fulfill({body: 'not a table'}) : route.continue(),
  )
  await page.getByRole('link', {name: 'GPU model'}).click()
  const alert = page.getByRole('alert').filter({hasText: 'is damaged or out of date'})
  await expectVisible(alert)
  await expectVisible(page.getByRole('figure', {name: 'Decode step, h200_sxm'}))
  isDamaged = false
  await alert.getByRole('button', {name: 'Retry'}).click()
  await expectVisible(page.getByRole('figure', {name: 'Decode step, h100_sxm'}))
  expect(await alert.count()).toBe(0)
})
