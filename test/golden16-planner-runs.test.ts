import {existsSync, readdirSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {formatDiagnosticsJson} from '../src/report/diagnostics.ts'
import {differences16, type Golden16File, readGolden16, runGolden16} from './support/golden16.ts'
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
  const theirs = golden.planner as PlannerFigures
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
