import {expect, test} from 'vitest'
import {markEndOfRun, traceMainThread} from './main-thread-tasks.ts'
import {expectVisible, runToResults, useSite} from './site.ts'

const {open} = useSite()

/** Longest a task may keep the page from answering while a run is on. */
const LIMIT_MS = 50

test('the page answers all through a run of the hour', async () => {
  const site = await open({initScript: markEndOfRun})
  const {page} = site
  await page.waitForLoadState('networkidle')
  const run = page.getByRole('button', {name: 'Run', exact: true})
  await expect.poll(() => run.isEnabled()).toBe(true)
  const {tasks, marks} = await traceMainThread(page, async () => {
    await page.evaluate(() => performance.mark('run started'))
    await runToResults(site)
  })
  const startedMs = marks.get('run started')!
  const endedMs = marks.get('run ended')!
  const during = tasks.filter(({startMs, endMs}) => startMs >= startedMs && endMs < endedMs)
  expect(during.length).toBeGreaterThan(20)
  expect(during.filter(({cpuMs}) => cpuMs > LIMIT_MS)).toEqual([])
})

test('the watch sees a task that is too long', async () => {
  const {page} = await open()
  const {tasks} = await traceMainThread(page, async () => {
    await page.evaluate(async () => {
      performance.mark('waiting')
      await new Promise<void>(resolve =>
        setTimeout(() => {
          let sum = 0
          const until = performance.now() + 400
          while (performance.now() < until) sum += Math.sqrt(sum + 1)
          resolve()
        }),
      )
    })
  })
  expect(tasks.filter(({cpuMs}) => cpuMs > LIMIT_MS)).toHaveLength(1)
})

test('Cancel ends a run at once, shows no results of it, and the next run works', async () => {
  const site = await open()
  const {page} = site
  await page.waitForLoadState('networkidle')
  await page.getByRole('button', {name: 'Run', exact: true}).click()
  const bar = page.getByRole('progressbar', {name: 'Replay progress'})
  await expectVisible(bar)
  await page.getByRole('button', {name: 'Cancel', exact: true}).click({timeout: 1_000})
  await bar.waitFor({state: 'detached', timeout: 1_000})
  await page.waitForTimeout(3_000)
  expect(await page.getByRole('heading', {name: 'Results'}).count()).toBe(0)
  await runToResults(site)
})
