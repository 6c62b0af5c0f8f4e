import {expect, test} from 'vitest'
import {scenarioOf} from '../../test/laws/replay.ts'
import {parseStartup} from '../config/startup/parse-startup.ts'
import type {CurvePoint} from '../sweep/curves.ts'
import {describeHalving} from './startup-worth.ts'

const point = (x: number, gpu_hours: number, p90_ttft_ms: number) =>
  ({x, row: {gpu_hours, p90_ttft_ms, sla_attainment: x > 60 ? 0.8 : 0.9}}) as unknown as CurvePoint

test('halving the scenario’s own median start-up is worth GPU-hours, share and money', () => {
  const startup = parseStartup('lognormal(median=2min,p95=4min)')
  if (!startup.ok) throw new Error(startup.error.message)
  const base = {...scenarioOf({lines: []}), startup: startup.value}
  const points = [point(60, 1.5, 700), point(120, 2, 900), point(240, 4, 1_000)]
  expect(describeHalving(points, base, 3)).toBe(
    'Halving start-up from 120 to 60 s would save 0.5 GPU-hours (25 %, 1.5 at 3 per GPU-hour), move the share that meets the objective ' +
      'from 80 % to 90 % and move p90 TTFT from 900 ms to 700 ms.',
  )
  expect(describeHalving(points, base, null)).toContain('save 0.5 GPU-hours (25 %), move')
})
