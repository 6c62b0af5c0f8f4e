import {readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {violations} from './axe.ts'
import {expectVisible, type Site, useSite} from './site.ts'

const {open} = useSite()

/** Five minutes, judged by 1 s to the first token; few attempts, so that it is over soon. */
const BENCH =
  'v=1&trace=toolagent-5min&timing=polynomial&workers=2&objective=ttft:1000,itl:50,share:0.95&view=bench' +
  '&bench=fixed,hpa,kpa,hindsight&bench-phases=2&bench-most=5&bench-attempts=12'

async function runBench({page}: Site): Promise<void> {
  const button = page.getByRole('button', {name: 'Run bench'})
  await expect.poll(() => button.isEnabled(), {timeout: 60_000}).toBe(true)
  await button.click()
  await expectVisible(page.getByText(/runs and \d+ schedules replayed in hindsight/), 240_000)
}

test('a bench compares policies, looks back, and its rows open as runs and in Compare', async () => {
  const site = await open({hash: BENCH})
  const {page} = site
  await runBench(site)
  await expectVisible(page.getByText(/95 % of the requests in time/))
  await expectVisible(page.getByText(/best found, not proven/))
  await expectVisible(page.getByRole('figure', {name: 'Requests in time against GPU-hours', exact: true}))
  expect(await violations(site)).toEqual([])

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', {name: 'CSV', exact: true}).click(),
  ])
  const [head = '', ...rows] = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\n')
  expect(head).toMatch(/^policy,label,runs,holds,share_in_time/)
  expect(rows.map(row => row.split(',')[0])).toEqual([
    ...[1, 2, 3, 4, 5].map(count => `fixed-${count}`),
    'hpa',
    'kpa',
    'hindsight',
  ])

  // The link says it all, and a reload has the same form.
  await expect.poll(() => page.evaluate(() => location.hash)).toContain('bench=fixed,hpa,kpa,hindsight')
  expect(await page.evaluate(() => location.hash)).toContain('bench-attempts=12')

  await page.getByRole('checkbox', {name: 'Compare 2 fixed replicas'}).check()
  await page.getByRole('checkbox', {name: 'Compare in hindsight'}).check()
  await page.getByRole('button', {name: 'Compare the two chosen'}).click()
  await expectVisible(page.getByRole('heading', {name: 'Compare'}), 60_000)
  await page.goBack()

  await page.getByRole('button', {name: 'Open in hindsight'}).click()
  await expect.poll(() => page.evaluate(() => location.hash)).toContain('policy=schedule')
})
