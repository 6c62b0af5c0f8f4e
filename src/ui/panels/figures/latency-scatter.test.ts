import {describe, expect, test} from 'vitest'
import {behindPoints, latencyLegend, latencyTable, latencyTimeline} from './latency-scatter.ts'
import type {RequestPoints} from './outcomes.ts'

const TARGETS = {ttftMs: 1000, itlMs: 50}

function pointsAt(ttftMs: readonly number[]): RequestPoints {
  return {
    request: Int32Array.from(ttftMs, (_, i) => i),
    x: Float64Array.from(ttftMs, (_, i) => i),
    y: Float64Array.from(ttftMs),
    group: Uint8Array.from(ttftMs, ms => (ms > TARGETS.ttftMs ? 2 : 0)),
    isJudged: true,
  }
}

describe('a baseline behind the latency of every request', () => {
  const own = pointsAt([100, 2000, 300])

  test('is named with its number of requests, and counts for the range of the axis', () => {
    const behind = behindPoints(own, pointsAt([9000, 200]))
    if (behind === null) throw new Error('the two came out alike')
    const timeline = latencyTimeline('ttft', own, TARGETS, behind)
    expect(timeline.series.map(({key, isGhost = false}) => [key, isGhost])).toEqual([
      ['ttft', false],
      ['baseline', true],
    ])
    expect(timeline.note).toContain('baseline')
    const labels = latencyLegend(timeline, own, behind).map(({label, colour}) => [label, colour])
    expect(labels).toContainEqual(['baseline 2', 'var(--ghost)'])
  })

  test('is left out where every request fared alike: nothing of it would be seen', () => {
    expect(behindPoints(own, pointsAt([100, 2000, 300]))).toBeNull()
    expect(latencyTimeline('ttft', own, TARGETS).series).toHaveLength(1)
  })
  test('has its rows in the table and the CSV, and says whose each is', () => {
    const behind = pointsAt([9000, 200])
    expect(latencyTable('ttft', own, [1, 9], behind)).toEqual({
      columns: ['time_s', 'request', 'ttft_ms', 'outcome', 'run'],
      rows: [
        [1, 1, 2000, 'TTFT over target', 'this run'],
        [1, 1, 200, 'met the targets', 'baseline'],
        [2, 2, 300, 'met the targets', 'this run'],
      ],
    })
    expect(latencyTable('ttft', own, null).columns).not.toContain('run')
  })
})
