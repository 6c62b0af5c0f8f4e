import {expect, test} from 'vitest'
import {decodeScenario, encodeScenario} from '../../src/config/link/url-codec.ts'
import type {PlannerReplayExtras} from '../../src/report/report.ts'
import {violations} from './axe.ts'
import {runCommandLine} from './command-line.ts'
import {expectVisible, runToResults, SHORT_TRACE, useSite} from './site.ts'

const {open} = useSite()

interface ExportedTick {
  readonly at_s: number
  readonly active_decode: number
  readonly starting_decode: number
  readonly scale_to: {readonly num_decode: number | null}
  readonly detail: {readonly decode: {readonly words: readonly string[]}}
}

/** The short trace four times as fast, on two instances that start within 20 s. */
const PRESSURE = `v=1&preset=as-published&trace=${SHORT_TRACE}&speedup=4&engine.startup_time=20`

test('HPA is chosen, runs, is told in its own words, and travels in the link', async () => {
  const site = await open({hash: PRESSURE})
  const {page} = site
  await page.getByRole('combobox', {name: 'Policy', exact: true}).selectOption('hpa')
  await page.getByRole('textbox', {name: 'maxReplicas'}).fill('0')
  await expectVisible(page.getByText('pools.all.maxReplicas is 0; it must be at least 1'))
  expect(await page.getByRole('button', {name: 'Run', exact: true}).isEnabled()).toBe(false)
  await page.getByRole('textbox', {name: 'maxReplicas'}).fill('6')
  await page.getByRole('textbox', {name: 'scale_down_window'}).fill('30')
  await runToResults(site)

  const {scenario, ignored} = decodeScenario(new URL(page.url()).hash)
  expect(ignored).toEqual([])
  expect(scenario.scaling).toMatchObject({policy: 'hpa', config: {pools: {all: {maxReplicas: 6}}}})
  const {diagnostics} = runCommandLine(scenario, `${SHORT_TRACE}.jsonl.gz`)
  const {ticks} = diagnostics as unknown as {ticks: readonly ExportedTick[]}
  const changed = ticks.findIndex(
    ({scale_to, active_decode, starting_decode}) => scale_to.num_decode !== active_decode + starting_decode,
  )
  expect(changed).toBeGreaterThan(-1)

  const track = page.getByRole('slider', {name: 'HPA decisions'})
  await track.focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  const panel = page.getByRole('region', {name: 'Decision inspector'})
  await expectVisible(panel)
  if (changed > 0) await page.keyboard.press('n')
  await expectVisible(panel.getByRole('heading', {name: `Tick ${changed + 1} of ${ticks.length}`}))
  const told = (await panel.getByRole('status').textContent()) ?? ''
  const tick = ticks[changed]!
  expect(told).toContain(`from ${tick.active_decode + tick.starting_decode} to ${tick.scale_to.num_decode}.`)
  expect(told).toContain(tick.detail.decode.words[0])
  const metrics = panel.getByRole('region', {name: 'Metrics'}).getByRole('row')
  expect(await metrics.count()).toBe(3)
  expect(await panel.textContent()).toContain('scale-down window30 s')
  expect(await violations(site)).toEqual([])
})

test.each(['keda', 'kpa', 'schedule'] as const)(
  'a run under %s has its track, and each tick its reasons',
  async policy => {
    const site = await open({hash: `${PRESSURE}&policy=${policy}`, colorScheme: 'dark'})
    const {page} = site
    expect(await page.getByRole('combobox', {name: 'Policy', exact: true}).inputValue()).toBe(policy)
    await runToResults(site)
    await page.getByRole('button', {name: 'Inspect decision'}).click()
    const panel = page.getByRole('region', {name: 'Decision inspector'})
    await expectVisible(panel)
    expect(await panel.getByRole('status').textContent()).toMatch(/^\s*(Kept|Scaled)/)
    expect(await violations(site)).toEqual([])
  },
)

test('a draining limit is set in the form, moves requests as on the command line, and travels in the link', async () => {
  const steps = [0, 20, 40, 60].map((at, i) => ({at, decode: i % 2 === 0 ? 4 : 1}))
  const start = decodeScenario(`#${PRESSURE}`).scenario
  const hash = encodeScenario({...start, scaling: {policy: 'schedule', config: {steps}}}).replace(/^#/, '')
  const site = await open({hash})
  const {page} = site
  const field = page.getByRole('textbox', {name: 'Draining limit', includeHidden: true})
  await field.evaluate(input => {
    for (let folded = input.closest('details'); folded; folded = folded.parentElement!.closest('details'))
      folded.open = true
  })
  await field.fill('-1')
  await expectVisible(page.getByText('drain_limit must be at least 0, got -1'))
  await field.fill('0.5')
  await runToResults(site)

  await expect.poll(() => page.evaluate(() => location.hash)).toContain('drain-limit=0.5')
  const {scenario, ignored} = decodeScenario(new URL(page.url()).hash)
  expect(ignored).toEqual([])
  expect(scenario.drainLimitS).toBe(0.5)
  const {report} = runCommandLine(scenario, `${SHORT_TRACE}.jsonl.gz`)
  const told = report.planner_replay as unknown as PlannerReplayExtras
  expect(told.drain_limit?.migrated_requests).toBeGreaterThan(0)
  const shown = page.locator('summary', {hasText: 'How far to trust this'})
  expect(await shown.textContent()).toContain(
    'no counterpart in ai-dynamo: the schedule policy, a draining limit',
  )
  await shown.click()
  await expectVisible(page.getByText(String(told.result_sha256)))
  expect(await violations(site)).toEqual([])
})
