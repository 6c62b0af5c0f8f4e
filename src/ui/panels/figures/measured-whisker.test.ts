import {expect, test} from 'vitest'
import {findPreset} from '../../../config/presets.ts'
import {compareWithMeasured} from '../../../report/honesty/measured.ts'
import type {ChartedRun} from '../../model/run/charted-run.ts'
import {measuredWhisker} from './measured-whisker.ts'

const {scenario} = findPreset('guide-agg')!
const runOf = (own: typeof scenario, preemptions = 0) =>
  ({scenario: own, outcome: {pictures: {honesty: {preemptions}}}}) as unknown as ChartedRun

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

test('of a run whose KV cache was full, latency from end to end alone was measured', () => {
  const {release: _, ...of121} = scenario
  const measured = compareWithMeasured(of121)
  if (measured.kind !== 'band') throw new Error('the guide’s pair was measured')
  const {e2e} = measured.release.kvFull!
  expect(measuredWhisker(runOf(of121, 3), 'e2e', 900)).toMatchObject({
    lowMs: 900 * e2e[0],
    highMs: 900 * e2e[2],
  })
  expect(measuredWhisker(runOf(of121, 3), 'ttft', 100)).toBeNull()
  expect(measuredWhisker(runOf(of121, 3), 'itl', 20)).toBeNull()
  // 1.6.1 lets a request wait, as real engines do.
  expect(measuredWhisker(runOf({...of121, release: '1.6.1'}, 3), 'itl', 20)).not.toBeNull()
})

test('nothing is drawn where nothing was measured', () => {
  expect(measuredWhisker(runOf({...scenario, engineTiming: 'polynomial'}), 'itl', 20)).toBeNull()
  expect(measuredWhisker(runOf(scenario), 'itl', 0)).toBeNull()
})
