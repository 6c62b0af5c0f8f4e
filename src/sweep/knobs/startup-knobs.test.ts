import {expect, test} from 'vitest'
import {scenarioOf} from '../../../test/laws/replay.ts'
import type {Scenario} from '../../config/scenario.ts'
import {parseStartup} from '../../config/startup/parse-startup.ts'
import {formatStartup} from '../../config/startup/startup-spec.ts'
import {applySweepValue, findSweepKey} from '../keys.ts'

function startupWith(text: string | null, knob: string, value: number): string {
  const base = scenarioOf({lines: [], args: {startup_time: 60}})
  const startup = text === null ? null : parseStartup(text)
  if (startup?.ok === false) throw new Error(startup.error.message)
  const scenario: Scenario = startup === null ? base : {...base, startup: startup.value}
  const key = findSweepKey(knob)
  if (!key.ok) throw new Error(key.error.message)
  const applied = applySweepValue(scenario, key.value, value)
  if (!applied.ok) throw new Error(applied.error.message)
  return formatStartup(applied.value.startup!)
}

test.each([
  [null, 'startup.median_s', 30, '30s'],
  [null, 'startup.spread', 2, 'lognormal(median=1min,p95=2min)'],
  ['lognormal(median=1min,p95=3min)', 'startup.median_s', 30, 'lognormal(median=30s,p95=90s)'],
  ['lognormal(median=1min,p95=3min)', 'startup.spread', 1, '1min'],
  ['lognormal(median=1min,p95=3min)', 'startup.median_s', 0, '0s'],
  ['stages(pull=2min,load=1min)', 'startup.median_s', 90, 'stages(pull=1min,load=30s)'],
  [
    '90s;fail(share=0.05,timeout=10min)',
    'startup.spread',
    3,
    'lognormal(median=90s,p95=270s);fail(share=0.05,timeout=10min)',
  ],
])('%s with %s at %d is %s', (text, knob, value, expected) => {
  expect(startupWith(text, knob, value)).toBe(expected)
})
