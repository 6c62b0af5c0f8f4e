import type {Page} from 'playwright-core'
import {describe, expect, test} from 'vitest'
import {traceMainThread} from './main-thread-tasks.ts'
import {expectVisible, runToResults, useSite} from './site.ts'

const {open} = useSite()

/** A frame at 60 Hz. */
const FRAME_MS = 16
/** Longest a task may keep the page from answering. */
const TASK_MS = 50

const nextFrame = (page: Page) => page.evaluate(() => new Promise(resolve => requestAnimationFrame(resolve)))

/** Seven days with a tick every five seconds: 120,000 of them, and as many requests. */
const WEEK =
  'v=1&preset=as-published&synthetic.input_tokens=400&synthetic.output_tokens=20' +
  '&synthetic.request_count=120960&synthetic.arrival_interval_ms=5000'

/** The hour of guide agg with every panel drawn. */
const openHour = () => openRun('v=1&preset=guide-agg')

async function openRun(hash: string): Promise<Page> {
  const site = await open({hash})
  await runToResults(site)
  await expectVisible(site.page.getByRole('figure', {name: 'End-to-end distribution'}))
  // The frame after the last panel: code warmed up by hand is what a user meets.
  await nextFrame(site.page)
  return site.page
}

async function plotOf(page: Page, name: RegExp) {
  const plot = page.getByRole('slider', {name})
  await plot.scrollIntoViewIfNeeded()
  return (await plot.boundingBox())!
}

function p95(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1]!
}

/** Script of each frame while the cursor moves, the wheel zooms and a stretch is brushed over a chart, ms. */
async function scriptOver(page: Page, name: RegExp): Promise<readonly number[]> {
  const {x, y, width, height} = await plotOf(page, name)
  const middle = y + height / 2
  const {scriptMsByFrame} = await traceMainThread(page, async () => {
    await page.evaluate(() => performance.mark('moving'))
    for (let i = 0; i < 60; i++) {
      await page.mouse.move(x + 60 + (i * (width - 80)) / 60, middle)
      await nextFrame(page)
    }
    await page.keyboard.down('Control')
    for (const notch of [...Array(25).fill(-50), ...Array(25).fill(50)]) {
      await page.mouse.wheel(0, notch)
      await nextFrame(page)
    }
    await page.keyboard.up('Control')
    await page.mouse.move(x + 80, middle)
    await page.mouse.down()
    for (let i = 0; i < 30; i++) {
      await page.mouse.move(x + 80 + i * 5, middle)
      await nextFrame(page)
    }
    await page.mouse.up()
    await nextFrame(page)
  })
  expect(scriptMsByFrame.length).toBeGreaterThan(100)
  return scriptMsByFrame
}

describe('on the result of an hour', () => {
  test.each([
    ['Replicas', /on Replicas$/],
    ['the scatter of all requests', /on TTFT of every request$/],
  ])(
    'moving the cursor, zooming and brushing over %s takes less script than a frame has',
    async (_, name) => {
      expect(p95(await scriptOver(await openHour(), name))).toBeLessThan(FRAME_MS)
    },
  )

  test('a week is moved over and zoomed about as smoothly', {timeout: 120_000}, async () => {
    const name = /on Replicas$/
    const hour = await scriptOver(await openHour(), name)
    const week = await scriptOver(await openRun(WEEK), name)
    // By the count of points it would be a hundred times.
    expect(p95(week)).toBeLessThan(2 * p95(hour))
  })

  test('walking from decision to decision never holds the page up: the search for what tips them runs elsewhere', async () => {
    const page = await openHour()
    const track = page.getByRole('slider', {name: /on Load scaling decisions$/})
    await track.focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Enter')
    const panel = page.getByRole('region', {name: 'Decision inspector'})
    await expectVisible(panel.getByRole('list', {name: /that would have tipped it$/}))
    const {tasks} = await traceMainThread(page, async () => {
      await page.evaluate(() => performance.mark('walking'))
      for (let i = 0; i < 12; i++) {
        await page.keyboard.press('n')
        await page.waitForTimeout(300)
      }
    })
    expect(tasks.length).toBeGreaterThan(12)
    expect(tasks.filter(({cpuMs}) => cpuMs > TASK_MS)).toEqual([])
    await expectVisible(panel.getByRole('list', {name: /that would have tipped it$/}))
  })

  test('nothing moves while the next run goes on and its results are drawn', async () => {
    const page = await openHour()
    const figure = page.getByRole('figure', {name: 'TTFT observed'})
    await figure.scrollIntoViewIfNeeded()
    const before = (await figure.boundingBox())!
    await page.evaluate(() => {
      const shifts: number[] = []
      Object.assign(window, {shifts})
      const watch = new PerformanceObserver(list => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as {value: number}).value)
      })
      watch.observe({type: 'layout-shift', buffered: false})
    })
    await page.getByRole('button', {name: 'Run', exact: true}).click()
    await expectVisible(page.getByRole('progressbar'))
    await page.getByRole('progressbar').waitFor({state: 'detached'})
    await expectVisible(page.getByRole('figure', {name: 'End-to-end distribution'}))
    await nextFrame(page)
    const moved = await page.evaluate(() =>
      (window as unknown as {shifts: number[]}).shifts.reduce((sum, shift) => sum + shift, 0),
    )
    // Half of what counts as good for a whole visit (0.1), figures of the progress line included.
    expect(moved).toBeLessThan(0.05)
    const after = (await figure.boundingBox())!
    // Each chart keeps its room until it is drawn again: nobody loses the chart they were looking at.
    expect(Math.abs(after.y - before.y)).toBeLessThan(2)
  })
})
