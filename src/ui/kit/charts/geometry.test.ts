import {describe, expect, it} from 'vitest'
import {logTicks, seriesPath, timeScale, valueScale} from './geometry.ts'
import {tableToCsv, timelineTable} from './table.ts'
import {timeTicks} from './time-ticks.ts'
import type {Timeline, TimeSeries} from './timeline.ts'
import {describeTimeline, readoutAt} from './words.ts'

const mean: TimeSeries = {
  key: 'mean',
  label: 'mean',
  x: Float64Array.of(10, 20, 30),
  y: Float64Array.of(100, Number.NaN, 2000),
  shape: 'line',
  slot: 0,
}
const count: TimeSeries = {...mean, key: 'n', label: 'count, all', y: Float64Array.of(1, 2, 3), shape: 'step'}
const timeline: Timeline = {
  id: 't',
  title: 'TTFT',
  note: '',
  unit: 'ms',
  series: [mean, count],
  thresholds: [{label: 'SLA 1,500 ms', value: 1500}],
  scale: 'linear',
}

describe('ticks', () => {
  it('stand on round clock times and never exceed the room much', () => {
    expect(timeTicks([0, 3547], 6)).toEqual([0, 600, 1200, 1800, 2400, 3000])
    expect(timeTicks([0, 3547], 5)).toEqual([0, 900, 1800, 2700])
    expect(timeTicks([61, 64.5], 6)).toEqual([61, 62, 63, 64])
    expect(timeTicks([0, 30 * 86400], 6).length).toBeLessThanOrEqual(7)
  })

  it('on a log axis are 1, 2 and 5, or decades over a wide range', () => {
    expect(logTicks(90, 2100, 5)).toEqual([100, 200, 500, 1000, 2000])
    expect(logTicks(1, 1e6, 4)).toEqual([1, 10, 100, 1000, 10_000, 100_000, 1_000_000])
  })
})

describe('seriesPath', () => {
  const x = timeScale([0, 40], 464)
  const y = valueScale(timeline, [0, 40], 148)

  it('breaks a line at a gap and holds a step', () => {
    const broken = seriesPath(mean, x, y, [0, 40]).stroke
    expect(broken.match(/M/g)).toHaveLength(2)
    const bridged = seriesPath({...mean, bridgesGaps: true}, x, y, [0, 40]).stroke
    expect(bridged.match(/M/g)).toHaveLength(1)
    expect(seriesPath(count, x, y, [0, 40]).stroke).toMatch(/^M152,[\d.]+L252,/)
  })
})

describe('the same data in words and tables', () => {
  it('describes range, time of the highest value and share above the target', () => {
    expect(describeTimeline(timeline)).toContain(
      'mean: from 100 ms to 2,000 ms (highest at 0:30), 2,000 ms at the end; above SLA 1,500 ms at 50.0 % of points.',
    )
    expect(describeTimeline({...timeline, series: []})).toBe('TTFT: no data.')
  })

  it('reads out a moment, for all series or for the focused one', () => {
    expect(readoutAt(timeline, 30, null)).toBe('0:30 · TTFT: mean 2,000 ms, count, all 3 ms')
    expect(readoutAt(timeline, 20, 'mean')).toBe('0:20 · TTFT: mean –')
  })

  it('exports what it draws, with blanks for gaps and quoted names', () => {
    expect(tableToCsv(timelineTable(timeline, null))).toBe(
      'time_s,mean,"count, all"\n10,100,1\n20,,2\n30,2000,3\n',
    )
    expect(timelineTable(timeline, [15, 25]).rows).toEqual([[20, Number.NaN, 2]])
  })
})
