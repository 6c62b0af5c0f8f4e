import {describe, expect, test} from 'vitest'
import {plannerOf} from '../../src/config/scenario.ts'
import {computeCandidates} from '../../src/report/findings/compute-findings.ts'
import type {Finding} from '../../src/report/findings/finding.ts'
import {type Golden16File, readGolden16, runGolden16, scenarioOf} from '../support/golden16.ts'
import {SHARED} from '../support/shared.ts'

/** What is said of whole hours of 1.6.1, held against the ticks that the reference itself recorded. */

interface RecordedTick {
  readonly at_s: number
  readonly due: {readonly load?: boolean}
  readonly load_reason?: string
  readonly estimated_itl_ms?: number
  readonly estimates_ms?: readonly (readonly [metric: string, worker: number, ms: number | null])[]
  readonly fpm?: Readonly<Record<string, readonly (readonly number[])[]>>
}

interface Told {
  readonly golden: Golden16File
  readonly ticks: readonly RecordedTick[]
  readonly found: readonly Finding[]
}

const told = new Map<string, Promise<Told>>()

function hour(name: string): Promise<Told> {
  const known = told.get(name) ?? tell(name)
  told.set(name, known)
  return known
}

async function tell(name: string): Promise<Told> {
  const golden = readGolden16(`${SHARED}/golden16/replay/${name}.json`)
  const {engine, scaling} = await runGolden16(golden)
  const objective = {ttftMs: 1500, itlMs: 50, share: 0.95}
  const scenario = scenarioOf(golden)
  const candidates = computeCandidates({scenario, objective, record: engine, scaling})
  return {
    golden,
    ticks: golden.planner!.ticks as readonly RecordedTick[],
    found: candidates.map(({finding}) => finding),
  }
}

function findingOf({found}: Told, rule: Finding['rule']): Finding {
  const finding = found.find(each => each.rule === rule)
  if (finding === undefined) throw new Error(`${rule} is not told`)
  expect(finding.text).not.toMatch(/undefined|NaN|null/)
  return finding
}

const hasEstimate = ({estimates_ms = []}: RecordedTick) => estimates_ms.some(([, , ms]) => ms !== null)
const rowsOf = ({fpm = {}}: RecordedTick) => Object.values(fpm).flat()

describe.skipIf(SHARED === null)('hours under the planner of 1.6.1', () => {
  test('a model that is not ready is told, for as many ticks as the reference had no estimate', {
    timeout: 120_000,
  }, async () => {
    const own = await hour('h_agg_tool_poly_s000')
    const blind = own.ticks.filter(tick => rowsOf(tick).length > 0 && !hasEstimate(tick))
    const finding = findingOf(own, 'planner-blind')
    expect(blind.length).toBeGreaterThan(10)
    expect(finding.figures.blind_ticks_in_all).toBe(blind.length)
    expect(finding.text).toContain('(model not ready)')
    expect(finding.text).toContain('Throughput scaling is blind, too')
    expect(blind.map(({at_s}) => at_s)).toContain(finding.from_s)
  })

  test('the budget that held a wish for more is told, tick for tick', {timeout: 120_000}, async () => {
    const own = await hour('h_agg_hour_s120')
    const held = own.ticks.filter(({load_reason}) => load_reason === 'gpu_budget_guard_hold')
    const finding = findingOf(own, 'budget-reached')
    expect(finding.figures.held_ticks).toBe(held.length)
    expect(finding.text).toContain(`${held.length} of ${own.ticks.length} load ticks`)
    expect(finding.text).toContain('the budget of 8 GPUs held the planner')
  })

  test('an estimate far from what passes took is told, tick for tick', {timeout: 120_000}, async () => {
    const own = await hour('h_agg_hour_s120')
    const target = plannerOf(scenarioOf(own.golden))!.itl
    const far = own.ticks.filter(tick => {
      const tookMs = Math.max(0, ...rowsOf(tick).map(row => row[2]! * 1000))
      const {estimated_itl_ms: estimateMs = 0} = tick
      return tookMs > 0 && estimateMs > target && estimateMs > 5 * tookMs
    })
    expect(far.length).toBeGreaterThan(100)
    expect(findingOf(own, 'estimate-far-off').figures.far_ticks).toBe(far.length)
  })

  test('none of the three is told of a disaggregated hour that had neither', {timeout: 120_000}, async () => {
    const rules = (await hour('h_dis_hour_s000')).found.map(({rule}) => rule)
    for (const rule of ['planner-blind', 'budget-reached', 'estimate-far-off'])
      expect(rules).not.toContain(rule)
  })
})
