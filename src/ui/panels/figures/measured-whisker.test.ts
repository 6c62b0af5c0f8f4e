import {expect, test} from 'vitest'
import {findPreset} from '../../../config/presets.ts'
import {compareWithMeasured} from '../../../report/honesty/measured.ts'
import type {ChartedRun} from '../../model/run/charted-run.ts'
import {measuredWhisker} from './measured-whisker.ts'

const {scenario} = findPreset('guide-agg')!
const runOf = (own: typeof scenario) => ({scenario: own, outcome: {pictures: {}}}) as unknown as ChartedRun

test('a figure stands within what real engines made of it, TTFT at the lower end', () => {
  const measured = compareWithMeasured(scenario)
  if (measured.kind !== 'band') throw new Error('the guide’s pair was measured')
  const {itl, ttft, e2e} = measured.band
  expect(measuredWhisker(runOf(scenario), 'itl', 20)).toMatchObject({
    lowMs: 20 * itl[0],
    highMs: 20 * itl[2],
    isLowerBound: false,
  })
  expect(measuredWhisker(runOf(scenario), 'e2e', 900)).toMatchObject({
    lowMs: 900 * e2e[0],
    highMs: 900 * e2e[2],
  })
  const first = measuredWhisker(runOf(scenario), 'ttft', 100)
  expect(first).toMatchObject({lowMs: 100, highMs: 100 * ttft[2], isLowerBound: true})
  expect(first!.words).toContain('or more')
})

test('nothing is drawn where nothing was measured', () => {
  expect(measuredWhisker(runOf({...scenario, engineTiming: 'polynomial'}), 'itl', 20)).toBeNull()
  expect(measuredWhisker(runOf(scenario), 'itl', 0)).toBeNull()
})
