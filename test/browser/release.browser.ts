import {describe, expect, test} from 'vitest'
import {decodeScenario} from '../../src/config/link/url-codec.ts'
import {violations} from './axe.ts'
import {runCommandLine} from './command-line.ts'
import {expectVisible, readMetricTable, runToResults, SHORT_TRACE, useSite} from './site.ts'

const {open} = useSite()

const OLDER = `v=1&preset=guide-agg&trace=${SHORT_TRACE}&engine.startup_time=20`

describe('the Dynamo release', () => {
  test('is chosen in the form, and its run shows the figures that the command line prints', async () => {
    const site = await open({hash: OLDER, colorScheme: 'dark'})
    await site.page.getByLabel('Dynamo release').selectOption('1.6.1')
    await expectVisible(site.page.getByText('gives way to what the GPU'))
    expect(await violations(site)).toEqual([])
    await runToResults(site)
    const {scenario, ignored} = decodeScenario(new URL(site.page.url()).hash)
    expect(ignored).toEqual([])
    expect(scenario.release).toBe('1.6.1')
    const printed = runCommandLine(scenario, `${SHORT_TRACE}.jsonl.gz`)
    expect(await readMetricTable(site)).toEqual(printed.table)
    const events = site.page.getByRole('region', {name: /^Scaling events/}).locator('li')
    expect(await events.count()).toBe(printed.diagnostics!.scaling_events.length)
    expect(await violations(site)).toEqual([])
  })

  test('then and now: one click runs both and compares them', async () => {
    const {page} = await open({hash: OLDER})
    const both = page.getByRole('button', {name: 'Then and now: 1.2.1 vs 1.6.1'})
    await expect.poll(() => both.isEnabled(), {timeout: 30_000}).toBe(true)
    await both.click()
    await expectVisible(page.getByRole('region', {name: 'Metrics compared'}))
    const text = await page.locator('body').textContent()
    expect(text).toContain('Dynamo release')
    expect(text).toContain('1.6.1')
  })

  test('the inspector tells of a tick of 1.6.1 what would have tipped it', async () => {
    const site = await open({hash: `v=1&preset=tight-budget-161&trace=${SHORT_TRACE}`})
    const {page} = site
    await runToResults(site)
    const track = page.getByRole('slider', {name: /on Load scaling decisions$/})
    await track.focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Enter')
    const panel = page.getByRole('region', {name: 'Decision inspector'})
    await expectVisible(panel.getByRole('list', {name: /that would have tipped it$/}).first())
    expect(await violations(site)).toEqual([])
  })

  test('a configuration of aisimulate predict is copied, and read back', async () => {
    const {page} = await open({hash: `v=1&preset=disagg-161&trace=${SHORT_TRACE}`})
    await page.getByText('Paste or copy', {exact: true}).click()
    await page.getByRole('combobox', {name: 'Copy as'}).selectOption({label: 'aisimulate predict (YAML)'})
    const preview = page.getByRole('textbox', {name: 'Text to copy'})
    await expect.poll(() => preview.inputValue()).toContain('mode: disaggregated')
    const text = await preview.inputValue()
    await page.getByRole('textbox', {name: /^Paste a command line/}).fill(text)
    await page.getByRole('button', {name: 'Fill the form'}).click()
    await expectVisible(page.getByText('Configuration of aisimulate predict read; the form is filled.'))
    const {scenario} = decodeScenario(new URL(page.url()).hash)
    expect(scenario).toMatchObject({release: '1.6.1', fleet: {topology: 'disagg'}})
  })
})
