import {describe, expect, test} from 'vitest'
import {scenarioKey} from '../src/report/honesty/scenario-key.ts'
import {PARITY} from '../src/ui/panels/guide/parity.ts'
import {figuresOf} from '../src/ui/panels/guide/preset-figures.ts'
import {measuredLinks, presetLink} from '../src/ui/panels/guide/preset-pages.ts'
import {measureParity} from './support/parity.ts'
import {measurePresets, scenarioOf} from './support/preset-figures.ts'

/** The figures of the guide are those of this version. Runs that take long are looked at in part. */
const TIMEOUT_MS = 300_000

test('parity with the reference is what tools/golden/parity.mjs recorded', {
  timeout: TIMEOUT_MS,
}, async () => {
  const startupTimes = [0, 160, 300]
  const {replay, hour, tables, predictors, ...rest} = await measureParity(startupTimes)
  expect(rest).toEqual({
    command: PARITY.command,
    reference: PARITY.reference,
    knownDifferences: PARITY.knownDifferences,
  })
  expectSame(replay, PARITY.replay)
  expectSame(tables, PARITY.tables)
  expect(predictors).toHaveLength(PARITY.predictors.length)
  predictors.forEach((each, i) => {
    expectSame(each, PARITY.predictors[i]!)
  })
  expect(hour.points).toEqual(PARITY.hour.points)
  expect(hour.figures / startupTimes.length).toBe(PARITY.hour.figures / PARITY.hour.points.length)
  expect(hour.largestDifference).toBeLessThanOrEqual(PARITY.hour.largestDifference * 10)
})

/** Counts and lists equal; differences, which are last digits, of the same order of magnitude on any host. */
function expectSame<T extends object>(measured: T, recorded: T): void {
  const {counts: ours, largest} = split(measured)
  const {counts: theirs, largest: allowed} = split(recorded)
  expect(ours).toEqual(theirs)
  for (const [key, share] of largest) {
    const stated = allowed.get(key)!
    expect(share, key).toBeLessThanOrEqual(Math.max(stated * 10, 1e-15))
    expect(share, key).toBeGreaterThanOrEqual(stated / 10)
  }
}

function split(group: object) {
  const isDifference = ([key]: readonly [string, unknown]) => key.startsWith('largest')
  const entries = Object.entries(group)
  return {
    counts: Object.fromEntries(entries.filter(entry => !isDifference(entry))),
    largest: new Map(entries.filter(isDifference).map(([key, value]) => [key, Number(value)])),
  }
}

describe('figures of the presets', () => {
  test.each(measuredLinks())('%s is the scenario that was measured', link => {
    expect(figuresOf(link)?.scenario_key).toBe(scenarioKey(scenarioOf(link)))
  })

  /** One of a kind: both topologies and timings, both easy targets' kin, slow start, budget, the router. */
  const SAMPLE = [
    presetLink('as-published'),
    presetLink('guide-disagg'),
    presetLink('easy-latency'),
    presetLink('slow-start'),
    presetLink('tight-budget'),
    'preset=kv-router&planner.min_endpoint=3',
  ]

  test.each(SAMPLE)(
    '%s gives what tools/guide/preset-figures.mjs recorded',
    {timeout: TIMEOUT_MS},
    async link => {
      const measured = (await measurePresets([link]))[link]!
      const far = Object.entries(measured).filter(
        ([key, value]) => !isClose(figuresOf(link)?.[key as keyof typeof measured], value),
      )
      expect(far).toEqual([])
    },
  )
})

function isClose(stated: unknown, measured: unknown): boolean {
  if (typeof stated === 'object' && stated !== null && typeof measured === 'object' && measured !== null) {
    const keys = new Set([...Object.keys(stated), ...Object.keys(measured)])
    const at = (from: object, key: string) => (from as Readonly<Record<string, unknown>>)[key]
    return [...keys].every(key => isClose(at(stated, key), at(measured, key)))
  }
  if (typeof stated !== 'number' || typeof measured !== 'number') return stated === measured
  return Math.abs(stated - measured) <= 1e-9 * Math.abs(measured)
}
