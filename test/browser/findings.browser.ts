import {describe, expect, test} from 'vitest'
import {expectVisible, runToResults, useSite} from './site.ts'

const {open} = useSite()

/** The short trace four times as fast: more than the fleet can take. */
const PRESSURE = 'v=1&preset=as-published&trace=toolagent-5min&speedup=4&engine.startup_time=20'

describe('what a run shows', () => {
  test('is said above its figures’ tables', async () => {
    const site = await open({hash: PRESSURE})
    await runToResults(site)
    const findings = site.page.getByRole('region', {name: 'Findings'})
    await expectVisible(findings)
    const said = await findings.getByRole('listitem').allTextContents()
    expect(said.length).toBeGreaterThan(0)
    expect(said.length).toBeLessThanOrEqual(5)
    const table = site.page
      .getByRole('region', {name: 'NVIDIA AIPerf | LLM Metrics'})
      .or(site.page.getByRole('table').first())
    const [above, below] = [await findings.boundingBox(), await table.first().boundingBox()]
    expect(above!.y).toBeLessThan(below!.y)
  })

  test('is nothing where nobody says what a fleet is judged by', async () => {
    const site = await open({hash: 'v=1&trace=toolagent-5min&workers=4'})
    await runToResults(site)
    expect(await site.page.getByRole('region', {name: 'Findings'}).count()).toBe(0)
  })
})
