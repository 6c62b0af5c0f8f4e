import {expect, test} from 'vitest'
import {TickSchedule} from './tick-schedule.ts'

test('load ticks creep with the time seen and miss a throughput tick by more than half a second', () => {
  const schedule = new TickSchedule({loadIntervalS: 10, throughputIntervalS: 300, phaseShiftS: 0})
  let nowS = 0
  for (let tick = 1; tick <= 30; tick++) {
    const next = schedule.next()
    expect(next).toMatchObject({isLoad: true, isThroughput: false, needsTraffic: false})
    nowS = next.atS - 0.604 / 29
    if (tick === 30) expect(next.atS).toBeCloseTo(299.396, 6)
    schedule.advance(next, nowS)
  }
  const throughput = schedule.next()
  expect(throughput).toEqual({atS: 300, isLoad: false, isThroughput: true, needsTraffic: true})
  schedule.advance(throughput, 300)
  expect(schedule.next().atS).toBeCloseTo(nowS + 10, 9)
})

test('cadences half a second apart merge at the earlier time', () => {
  const schedule = new TickSchedule({loadIntervalS: 10, throughputIntervalS: 20, phaseShiftS: 0})
  schedule.advance(schedule.next(), 9.5)
  expect(schedule.next()).toEqual({atS: 19.5, isLoad: true, isThroughput: true, needsTraffic: true})
  schedule.advance(schedule.next(), 19.4)
  expect(schedule.next().atS).toBeCloseTo(29.4, 9)

  const apart = new TickSchedule({loadIntervalS: 10, throughputIntervalS: 20, phaseShiftS: 0})
  apart.advance(apart.next(), 9.499)
  expect(apart.next()).toMatchObject({isLoad: true, isThroughput: false})
})

test('without throughput scaling every load tick reads the traffic', () => {
  const schedule = new TickSchedule({loadIntervalS: 5, throughputIntervalS: null, phaseShiftS: 2.5})
  expect(schedule.next()).toEqual({atS: 7.5, isLoad: true, isThroughput: false, needsTraffic: true})
})

test('a shifted schedule never steps back, even if all was over before it began', () => {
  const schedule = new TickSchedule({loadIntervalS: 1, throughputIntervalS: 2, phaseShiftS: 2.5})
  const first = schedule.next()
  schedule.advance(first, 2.485)
  expect([first.atS, schedule.next().atS]).toEqual([3.5, 3.5])
  schedule.advance(schedule.next(), 3.49)
  expect(schedule.next().atS).toBeGreaterThan(3.5)
})
