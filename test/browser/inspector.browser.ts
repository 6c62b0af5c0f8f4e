import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import type {AxeResults} from 'axe-core'
import type {Locator} from 'playwright-core'
import {describe, expect, test} from 'vitest'
import {decodeScenario, encodeScenario} from '../../src/config/link/url-codec.ts'
import {plannerOf, scalingBy} from '../../src/config/scenario.ts'
import type {DynamoTick} from '../../src/report/dynamo-ticks.ts'
import {generateTrace} from '../../src/trace/generators/generate.ts'
import {goldenScenario, readGolden} from '../support/golden.ts'
import {PROJECT} from '../support/shared.ts'
import {runCommandLine} from './command-line.ts'
import {expectVisible, runToResults, SHORT_TRACE, type Site, useSite} from './site.ts'

const {open} = useSite()
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The short trace four times as fast: the fleet grows and shrinks within two minutes. */
const PRESSURE = 'v=1&preset=as-published&trace=toolagent-5min&speedup=4&engine.startup_time=20'

function panelOf({page}: Site): Locator {
  return page.getByRole('region', {name: 'Decision inspector'})
}

/** Ticks of the run on show, from the command line. */
function ticksOf({page}: Site, change: {readonly itl?: number; readonly ttft?: number} = {}): DynamoTick[] {
  const {scenario} = decodeScenario(new URL(page.url()).hash)
  const scaling = scalingBy({...plannerOf(scenario)!, ...change})
  const {diagnostics} = runCommandLine({...scenario, scaling}, `${SHORT_TRACE}.jsonl.gz`)
  return (diagnostics as unknown as {ticks: DynamoTick[]}).ticks
}

function decisionsIn(ticks: readonly DynamoTick[]): number[] {
  return ticks.flatMap(({scale_to, active_decode}, i) =>
    scale_to !== undefined && scale_to.num_decode !== active_decode ? [i] : [],
  )
}

/** Opens the inspector on the first tick, with the keys of a chart. */
async function inspectFirst(site: Site): Promise<Locator> {
  const track = site.page.getByRole('slider', {name: /Load scaling decisions$/})
  await expectVisible(track)
  await track.focus()
  await site.page.keyboard.press('Home')
  await site.page.keyboard.press('Enter')
  const panel = panelOf(site)
  await expectVisible(panel)
  return panel
}

async function headingOf(panel: Locator): Promise<string> {
  return (await panel.getByRole('heading', {level: 3}).textContent()) ?? ''
}

describe('the decision inspector', () => {
  test('walks from decision to decision with n and p, and tells what the command line recorded', async () => {
    const site = await open({hash: PRESSURE})
    await runToResults(site)
    const panel = await inspectFirst(site)
    const {keyboard} = site.page
    const ticks = ticksOf(site)
    const decisions = decisionsIn(ticks)
    expect(decisions.length).toBeGreaterThan(2)
    expect(await headingOf(panel)).toContain(`Tick 1 of ${ticks.length}`)

    const later = decisions.filter(index => index > 0)
    for (const index of later) {
      await keyboard.press('n')
      await expect.poll(() => headingOf(panel)).toContain(`Tick ${index + 1} of ${ticks.length}`)
      const tick = ticks[index]!
      const verb = tick.scale_to!.num_decode! > tick.active_decode ? 'up' : 'down'
      const sentence = `Scaled ${verb} from ${tick.active_decode} to ${tick.scale_to!.num_decode}`
      expect(await panel.getByRole('status').textContent()).toContain(sentence)
      const engines = panel.getByRole('region', {name: 'Instances at this tick'}).getByRole('row')
      expect(await engines.count()).toBe(1 + tick.engines.length)
    }
    await keyboard.press('n')
    expect(await headingOf(panel)).toContain(`Tick ${later.at(-1)! + 1} of`)
    await keyboard.press('p')
    await expect.poll(() => headingOf(panel)).toContain(`Tick ${later.at(-2)! + 1} of`)
  })

  test('takes the focus when a tick is picked and gives it back on Esc', async () => {
    const site = await open({hash: PRESSURE})
    await runToResults(site)
    const panel = await inspectFirst(site)
    expect(await panel.evaluate(element => element === document.activeElement)).toBe(true)
    await site.page.keyboard.press('Escape')
    expect(await panel.count()).toBe(0)
    const focused = await site.page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
    expect(focused).toMatch(/Load scaling decisions$/)
  })

  test('opens where a timeline is clicked', async () => {
    const site = await open({hash: PRESSURE})
    await runToResults(site)
    const chart = site.page.getByRole('slider', {name: /on Replicas$/})
    await chart.scrollIntoViewIfNeeded()
    const box = (await chart.boundingBox())!
    await site.page.mouse.click(box.x + box.width * 0.6, box.y + box.height / 2)
    const panel = panelOf(site)
    await expectVisible(panel)
    expect(await headingOf(panel)).toMatch(/^Tick \d+ of \d+ at \d+:\d\d/)
    await site.page.keyboard.press('p')
    await expectVisible(panel.getByText(/^Scaled (up|down) from/))
  })

  test('names a target that really tips the first tick, as a run with that target shows', async () => {
    const site = await open({hash: PRESSURE})
    await runToResults(site)
    const panel = await inspectFirst(site)
    await expectVisible(panel.getByRole('list', {name: /^Settings/}))
    const texts = await panel
      .getByRole('list', {name: /^Settings/})
      .getByRole('listitem')
      .allTextContents()
    const claim = texts
      .map(text =>
        /With an? (ITL|TTFT) target of ([\d,.]+) ms.* would have (?:scaled \w+ to|kept) (\d+)/.exec(text),
      )
      .find(match => match !== null)
    if (!claim) throw new Error(`no target among: ${texts.join(' | ')}`)
    const [, metric, value, replicas] = claim
    const target = Number(value!.replaceAll(',', ''))
    const countAfter = ([tick]: DynamoTick[]) => tick!.scale_to?.num_decode ?? tick!.active_decode
    expect(countAfter(ticksOf(site))).not.toBe(Number(replicas))
    expect(countAfter(ticksOf(site, metric === 'ITL' ? {itl: target} : {ttft: target}))).toBe(
      Number(replicas),
    )
  })

  test('lists the slowest requests of the window, each with its story', async () => {
    const site = await open({hash: PRESSURE})
    await runToResults(site)
    const panel = await inspectFirst(site)
    await panel.getByRole('button', {name: 'Show slowest requests of this window'}).click()
    const requests = panel.getByRole('button', {name: /^Request \d/})
    expect(await requests.count()).toBe(5)
    // The list opens below what is in sight: it is brought there, and the keyboard with it.
    await expect.poll(() => requests.first().evaluate(button => button === document.activeElement)).toBe(true)
    expect(await requests.first().evaluate(isInSight)).toBe(true)
    await requests.first().click()
    const told = panel.getByText(/^While it waited for its first token/)
    await expectVisible(told)
    await expect.poll(() => told.evaluate(isInSight)).toBe(true)
  })

  test.each(['light', 'dark'] as const)(
    'fits a phone and breaks no accessibility rule in %s',
    async colorScheme => {
      const viewport = {width: 390, height: 844}
      const site = await open({hash: PRESSURE, viewport, colorScheme, reducedMotion: 'reduce'})
      await runToResults(site)
      await site.page.getByText('How far to trust this').click()
      const panel = await inspectFirst(site)
      await panel.getByRole('button', {name: 'Show slowest requests of this window'}).click()
      await site.page.evaluate(axeSource)
      const results = (await site.page.evaluate(
        'axe.run(document, {resultTypes: ["violations"]})',
      )) as AxeResults
      expect(
        results.violations.flatMap(({id, nodes}) => nodes.map(({html}) => `${id}: ${html.slice(0, 200)}`)),
      ).toEqual([])
      const overflow = await site.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect(overflow).toBe(0)
    },
  )
})

describe('the honesty line', () => {
  test('says of a run under pressure that it is overloaded, checked, and not compared', async () => {
    const site = await open({hash: PRESSURE})
    await runToResults(site)
    const line = site.page.locator('summary', {hasText: 'How far to trust this'})
    const text = await line.textContent()
    expect(text).toContain('polynomial timing')
    expect(text).toContain('overloaded')
    expect(text).toMatch(/\d conservation checks passed/)
    expect(text).toContain('not compared with the reference')
    await line.click()
    await expectVisible(site.page.getByText(/Stable: at most 5 %/))
  })

  test('says of a recorded trace and configuration that the result equals the reference', async () => {
    const golden = readGolden(`${PROJECT}/test/golden/replay/agg_sla_waves_s12.json`)
    const scenario = {...goldenScenario(golden), trace: {kind: 'catalogue', id: SHORT_TRACE} as const}
    const site = await open({hash: encodeScenario(scenario).replace(/^#/, '')})
    const file = {
      name: 'waves.jsonl',
      mimeType: 'application/jsonl',
      buffer: Buffer.from(generateTrace(golden.generator!)),
    }
    await site.page.getByLabel('Trace file', {exact: true}).setInputFiles(file)
    await runToResults(site)
    const line = site.page.locator('summary', {hasText: 'How far to trust this'})
    expect(await line.textContent()).toContain('equal to the reference')
    await line.click()
    await expectVisible(site.page.getByText(/agg_sla_waves_s12 .* headline figures agree/))
  })
})

/** Runs in the page: whether the top of an element is within the window. */
function isInSight(element: Element): boolean {
  const {top} = element.getBoundingClientRect()
  return top >= 0 && top < innerHeight
}
