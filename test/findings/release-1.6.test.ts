import {beforeAll, describe, expect, test} from 'vitest'
import {computeCandidates} from '../../src/report/findings/compute-findings.ts'
import type {Finding} from '../../src/report/findings/finding.ts'
import {runScenario, scenarioOf} from '../support/preset-figures.ts'

/** What is said of runs under the planner of 1.6.1, and where it must not be said. */

const LATCHES = 'preset=agg-161&trace-limit=4000'
const SMALL_PASSES = `${LATCHES}&engine.max_num_batched_tokens=2048`

const found = new Map<string, readonly Finding[]>()

beforeAll(async () => {
  for (const link of [LATCHES, SMALL_PASSES]) {
    const scenario = scenarioOf(link)
    const {engine, scaling} = await runScenario(scenario)
    const objective = {ttftMs: 1500, itlMs: 50, share: 0.95}
    found.set(
      link,
      computeCandidates({scenario, objective, record: engine, scaling}).map(({finding}) => finding),
    )
  }
}, 300_000)

const rulesOf = (link: string) => found.get(link)!.map(({rule}) => rule)

describe('a fleet that latches at its budget', () => {
  test('is told: held by the budget in GPUs, by an estimate far from what passes took', () => {
    expect(rulesOf(LATCHES)).toContain('estimate-far-off')
    const far = found.get(LATCHES)!.find(({rule}) => rule === 'estimate-far-off')!
    expect(far.figures.estimated_itl_ms).toBeGreaterThan(5 * far.figures.slowest_pass_ms!)
    expect(far.text).not.toMatch(/undefined|NaN/)
    const held = found.get(LATCHES)!.find(({rule}) => rule === 'budget-reached')!
    expect(held.text).toContain('the budget of 8 GPUs held the planner')
  })

  test('is not told where passes are small', () => {
    expect(rulesOf(SMALL_PASSES)).not.toContain('estimate-far-off')
    expect(rulesOf(SMALL_PASSES)).not.toContain('budget-reached')
  })
})
