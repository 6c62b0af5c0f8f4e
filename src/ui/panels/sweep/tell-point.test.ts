import {expect, test} from 'vitest'
import {fail} from '../../../core/result.ts'
import {sweepBase} from '../../model/sweep/base-fixture.ts'
import {planSweep, type SweepPlan} from '../../model/sweep/plan.ts'
import {tellPoint} from './tell-point.ts'

async function planOf(values: string, count: number): Promise<SweepPlan> {
  const spec = {
    first: {key: 'startup_time', values},
    second: null,
    repeats: {of: 'phase', count} as const,
  }
  const host = {sizeKv: async () => fail('no GPU'), signal: new AbortController().signal}
  const plan = await planSweep(spec, sweepBase(), host)
  if (!plan.ok) throw new Error(plan.error.message)
  return plan.value
}

test('a point is named by its knob, and of a repeat by which one it is', async () => {
  expect(tellPoint(await planOf('0:300:10', 1), 'startup_time=180')).toBe(
    'point 19 of 31: Start-up time 180 s',
  )
  const repeated = await planOf('0:20:10', 3)
  const [, second] = repeated.points.filter(({facts}) => facts.axes.startup_time === 10)
  expect(tellPoint(repeated, second!.facts.id)).toBe('point 2 of 3: Start-up time 10 s, repeat 2 of 3')
})
