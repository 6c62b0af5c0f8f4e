import type {Locator} from 'playwright-core'
import {describe, expect, test} from 'vitest'
import {expectVisible, runToResults, type Site, useSite} from './site.ts'

const {open} = useSite()

/** The short trace four times as fast: more than the fleet can take. */
const PRESSURE = 'v=1&preset=as-published&trace=toolagent-5min&speedup=4&engine.startup_time=20'
/** Repeats and cures of five minutes, on a machine that other tests share. */
const ANSWERED_MS = 150_000
/** The hour's run itself, likewise. */
const HOUR_MS = 90_000

function findingsOf({page}: Site): Locator {
  return page.getByRole('region', {name: 'Findings'})
}

function verdictOf({page}: Site): Locator {
  return page.getByRole('region', {name: 'Verdict'})
}

/** The background runs have come to their end. */
async function untilAnswered(site: Site): Promise<void> {
  await expect.poll(() => verdictOf(site).textContent(), {timeout: ANSWERED_MS}).toMatch(/of 5 phases/)
  await expect
    .poll(() => verdictOf(site).getByRole('status').textContent(), {timeout: ANSWERED_MS})
    .not.toMatch(/repeating|trying/)
}

describe('the first screen after a run', () => {
  test('holds verdict, figures, findings, and the run at a glance, at 1440×900', async () => {
    const site = await open({viewport: {width: 1440, height: 900}, repeats: true})
    await runToResults(site, HOUR_MS)
    const glance = site.page.getByRole('region', {name: 'At a glance'})
    await untilAnswered(site)
    const boxes = await Promise.all(
      [verdictOf(site), findingsOf(site), glance].map(async part => (await part.boundingBox())!),
    )
    for (const [i, box] of boxes.entries()) {
      if (i > 0) expect(box.y).toBeGreaterThan(boxes[i - 1]!.y)
      expect(box.y + box.height).toBeLessThanOrEqual(900)
    }
    expect(await glance.getByRole('slider').count()).toBe(2)
    const metrics = site.page.getByRole('table', {name: 'NVIDIA AIPerf | LLM Metrics'})
    expect(await metrics.isVisible()).toBe(false)
  }, 300_000)

  test('judges a fixed fleet by the objective above the scenario, by the share and not by a mean', async () => {
    const site = await open({hash: 'v=1&trace=toolagent-5min&workers=4'})
    await runToResults(site)
    expect(await verdictOf(site).textContent()).toContain('Not judged')
    expect(await findingsOf(site).count()).toBe(0)

    const objective = site.page.getByRole('group', {name: 'Objective'})
    await objective.getByLabel('TTFT').fill('60000')
    await objective.getByLabel('ITL').fill('1000')
    await runToResults(site)
    await expect
      .poll(() => verdictOf(site).textContent())
      .toMatch(/Objective met: TTFT ≤ 60.0 s and ITL ≤ 1,000 ms for 95 %/)

    await objective.getByLabel('TTFT').fill('1')
    await runToResults(site)
    await expect
      .poll(() => verdictOf(site).textContent())
      .toMatch(/Objective missed: .*\d of \d minutes out of objective/)
  })
})

describe('what a run shows', () => {
  test('is said above its figures’ tables, five sentences at the most', async () => {
    const site = await open({hash: PRESSURE})
    await runToResults(site)
    await expectVisible(findingsOf(site))
    const said = await findingsOf(site).getByRole('listitem').allTextContents()
    expect(said.length).toBeGreaterThan(0)
    expect(said.length).toBeLessThanOrEqual(5)
  })

  test('has its evidence in the timelines: the stretch marked, a decision of it in the inspector', async () => {
    const site = await open({hash: PRESSURE, viewport: {width: 1440, height: 900}})
    await runToResults(site)
    const button = findingsOf(site)
      .getByRole('button', {name: /: evidence$/})
      .first()
    const range = (await button.textContent())!
    await button.click()
    const inspector = site.page.getByRole('region', {name: 'Decision inspector'})
    await expectVisible(inspector)
    const replicas = site.page.getByRole('figure', {name: 'Replicas', exact: true})
    await expectVisible(replicas.locator('.mark'))
    const [chart, panel] = [(await replicas.boundingBox())!, (await inspector.boundingBox())!]
    expect(panel.x).toBeGreaterThanOrEqual(chart.x + chart.width)
    const tick = /at (\d+:\d\d)/.exec((await inspector.getByRole('heading', {level: 3}).textContent())!)![1]!
    const [from, to] = range.split('–').map(secondsOf) as [number, number]
    // The decision that held is the last one before the moment, an interval of 5 s at the most.
    expect(secondsOf(tick)).toBeGreaterThanOrEqual(from - 6)
    expect(secondsOf(tick)).toBeLessThanOrEqual(to)
    // It stays marked when the pointer has left the charts.
    await site.page.mouse.move(5, 5)
    await expectVisible(replicas.locator('.mark'))
    await site.page.keyboard.press('Escape')
    await expect.poll(() => replicas.locator('.mark').count()).toBe(0)
  })

  test('is repeated after it is shown, and what helped is offered once it was tried', async () => {
    const started: number[] = []
    const site = await open({hash: PRESSURE, repeats: true})
    site.page.on('worker', () => started.push(performance.now()))
    await runToResults(site)
    const shownAt = performance.now()
    // The page's own worker is older; those for the repeats come after the result.
    expect(started.filter(at => at < shownAt - 200)).toEqual([])
    expect(await verdictOf(site).textContent()).not.toMatch(/of 5 phases/)
    await untilAnswered(site)
    expect(await site.page.locator('.figures').textContent()).toMatch(/median .* \[.*\] of 5/)

    const cure = findingsOf(site).locator('.cure').first()
    await expectVisible(cure)
    const words = (await cure.textContent())!
    expect(words).toMatch(
      /Tried: with .* of requests meet the objective \(.* now\).*; better in [45] of 5 phases/,
    )
    await cure.getByRole('button', {name: 'Open as run'}).click()
    await expect
      .poll(() => site.page.url())
      .toMatch(/min_endpoint|max_gpu_budget|workers|router|sensitivity|startup/)
    await expectVisible(site.page.getByRole('button', {name: 'Run', exact: true}))
  }, 240_000)

  test('leaves the machine to a new run, and stops when told to', async () => {
    const site = await open({hash: 'v=1&preset=guide-agg', repeats: true})
    await runToResults(site, HOUR_MS)
    const status = verdictOf(site).getByRole('status')
    await expect.poll(() => status.textContent(), {timeout: 30_000}).toMatch(/repeating/)
    await verdictOf(site).getByRole('button', {name: 'Stop'}).click()
    await expect.poll(() => status.textContent()).toBe('stopped')
    await verdictOf(site).getByRole('button', {name: 'Go on'}).click()
    await expect.poll(() => status.textContent()).toMatch(/repeating/)
    // A new run and its cancel: what was repeated is taken up again afterwards, not before.
    await site.page.getByRole('button', {name: 'Run', exact: true}).click()
    await expectVisible(site.page.getByRole('button', {name: 'Cancel'}))
    expect(await status.textContent()).not.toMatch(/repeating|trying/)
    await site.page.getByRole('button', {name: 'Cancel'}).click()
    // By then the workers have fetched the trace: a fetch cut off by the reload below would be a complaint.
    await expect.poll(() => status.textContent(), {timeout: HOUR_MS}).toMatch(/repeating, [1-4] of 4|trying/)
    await verdictOf(site).getByRole('checkbox', {name: 'spread of 5'}).uncheck()
    await expect.poll(() => status.textContent()).toBe('')
    await site.page.reload()
    await runToResults(site, HOUR_MS)
    expect(await verdictOf(site).getByRole('checkbox', {name: 'spread of 5'}).isChecked()).toBe(false)
  }, 240_000)
})

function secondsOf(clock: string): number {
  return clock
    .trim()
    .split(':')
    .reduce((sum, part) => sum * 60 + Number(part), 0)
}
