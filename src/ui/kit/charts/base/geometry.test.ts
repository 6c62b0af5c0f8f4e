import {describe, expect, it} from 'vitest'
import {describeTimeline, readoutAt} from '../describe-timeline.ts'
import {tableToCsv, timelineTable} from '../frame/chart-table.ts'
import {formatTick} from './axis.ts'
import {durationStep} from './duration-ticks.ts'
import {seriesPath, timeScale, valueScale} from './geometry.ts'
import {timeTicks} from './time-ticks.ts'
import type {Timeline, TimeSeries} from './timeline.ts'
import {linearScale, logTicks} from './value-scale.ts'

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
    expect(logTicks(90, 2100, {wanted: 5, unit: 'tokens'})).toEqual([100, 200, 500, 1000, 2000])
    expect(logTicks(1, 1e6, {wanted: 4, unit: 'tokens'})).toEqual([
      1, 10, 100, 1000, 10_000, 100_000, 1_000_000,
    ])
  })

  it('of times stand on what a clock is read in, and say their unit', () => {
    const log = logTicks(80, 2e6, {wanted: 5, unit: 'ms'})
    expect(log.map(tick => formatTick(tick, 'ms'))).toEqual(['100 ms', '1 s', '10 s', '1 min', '10 min'])
    const range = [148, 8] as const
    const linear = linearScale([0, 170_000], {range, wanted: 4, unit: 'ms'})
    expect(linear.ticks.map(tick => formatTick(tick, 'ms'))).toEqual(['0', '1 min', '2 min', '3 min'])
    expect(linear(0)).toBe(148)
    expect(linear(180_000)).toBe(8)
    const short = linearScale([0, 1600], {range, wanted: 4, unit: 'ms'})
    expect(short.ticks.map(tick => formatTick(tick, 'ms'))).toEqual([
      ...['0', '500 ms', '1 s', '1.5 s', '2 s'],
    ])
  })

  it('have a round step for any length, and never a shorter one', () => {
    for (const least of [0.0003, 0.4, 3, 700, 20_001, 4e6, 9e7, 1e9]) {
      const step = durationStep(least)
      expect(step).toBeGreaterThanOrEqual(least)
      expect(step / least).toBeLessThanOrEqual(10)
    }
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
