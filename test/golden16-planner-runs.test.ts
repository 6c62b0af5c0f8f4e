import {existsSync, readdirSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import type {DynamoScaling} from '../src/config/scenario.ts'
import {formatDiagnosticsJson} from '../src/report/diagnostics.ts'
import {differences16, type Golden16File, readGolden16, runGolden16, scenarioOf} from './support/golden16.ts'
import {PROJECT, SHARED} from './support/shared.ts'

/**
 * Runs of 1.6.1 with its planner, from the flags on: our engine, our bootstrap, our planner. Report to 1e-9, every scaling
 * event, the number of ticks, both GPU-hour counts. The hours run with `GOLDEN16_HOURS=1`.
 */

interface PlannerFigures {
  readonly total_ticks: number
  readonly gpu_hours: number
  readonly gpu_hours_active: number
  readonly scaling_events: readonly Readonly<Record<string, unknown>>[]
}

const OWN = `${PROJECT}/test/golden16/planner`
const SHARED_RUNS = `${SHARED}/golden16/replay`

const SHORT = /^[ax]_.*\.json$/
const HOURS = /^h_(agg|dis).*\.json$/

function namesIn(folder: string, pattern: RegExp): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter(name => pattern.test(name))
}

async function expectAsReference(path: string): Promise<void> {
  const golden = readGolden16(path)
  const result = await runGolden16(golden)
  expect(differences16({...golden, requests: undefined} as unknown as Golden16File, result)).toEqual([])
  const theirs = golden.planner as unknown as PlannerFigures
  const ours = JSON.parse(formatDiagnosticsJson(result)) as PlannerFigures
  expect(ours.total_ticks).toBe(theirs.total_ticks)
  expect(ours.gpu_hours).toBeCloseTo(theirs.gpu_hours, 9)
  expect(ours.gpu_hours_active).toBeCloseTo(theirs.gpu_hours_active, 9)
  const told = ({scaling_events}: PlannerFigures) =>
    scaling_events.map(({at_s, component, from_count, to_count}) => ({
      at_s: Number((at_s as number).toFixed(6)),
      component,
      from_count,
      to_count,
    }))
  expect(told(ours)).toEqual(told(theirs))
}

describe('planner runs of 1.6.1 on our own traces', () => {
  test.each(namesIn(OWN, /\.json$/))('%s', {timeout: 120_000}, name => expectAsReference(`${OWN}/${name}`))
})

describe.skipIf(SHARED === null)('planner runs of 1.6.1', () => {
  const names = namesIn(SHARED_RUNS, SHORT)
  const hours = process.env.GOLDEN16_HOURS === undefined ? [] : namesIn(SHARED_RUNS, HOURS)
  test.each([...names, ...hours])('%s', {timeout: 300_000}, name =>
    expectAsReference(`${SHARED_RUNS}/${name}`),
  )
})

/** What the reference's own seeds gave where the order of its samples decides. */
const SPREAD = `${SHARED}/golden16/spread`
const ORDERS = 7

describe.skipIf(SHARED === null || process.env.GOLDEN16_HOURS === undefined)('orders of the samples', () => {
  test('reach every outcome of five processes of the reference', {timeout: 300_000}, async () => {
    const goldens = [1, 2, 3, 4, 5].map(seed =>
      readGolden16(`${SPREAD}/h_agg_tool_poly_s000.seed${seed}.json`),
    )
    const [first] = goldens as [Golden16File]
    const {scaling} = scenarioOf(first)
    const ours: Golden16File['report'][] = []
    for (let sampleOrderSeed = 0; sampleOrderSeed <= ORDERS; sampleOrderSeed++) {
      const result = await runGolden16(first, {
        scaling: {...(scaling as DynamoScaling), sampleOrderSeed} as DynamoScaling,
      })
      ours.push(result.report as unknown as Golden16File['report'])
    }
    const isOurs = (report: Golden16File['report']) => ours.some(own => areSame(own, report))
    expect(goldens.map(({report}) => isOurs(report))).toEqual([true, true, true, true, true])
  })
})

function areSame(ours: Golden16File['report'], theirs: Golden16File['report']): boolean {
  return ['mean_ttft_ms', 'mean_itl_ms', 'gpu_hours', 'duration_ms'].every(key => {
    const [own, their] = [ours![key] as number, theirs![key] as number]
    return Math.abs(own - their) <= 1e-9 * their
  })
}
