import {describe, expect, test} from 'vitest'
import {ticksWithRoom} from './distribution.ts'
import {timeScale, type ValueScale} from './geometry.ts'
import {indicesIn, nearestPoint, pointFrom, type ScatterPoints} from './scatter.ts'

const points: ScatterPoints = {
  x: Float64Array.of(0, 10, 10, 50),
  y: Float64Array.of(5, 20, Number.NaN, 80),
  group: Uint8Array.of(0, 1, 0, 1),
}
const x = timeScale([0, 100], 1_064)
/** A pixel per unit, upwards. */
const y: ValueScale = Object.assign((value: number) => 100 - value, {ticks: []})

describe('finding points of a scatter', () => {
  test('by moment: the next one, at the end the last', () => {
    expect([0, 0.1, 10, 11, 99].map(at => pointFrom(points, at))).toEqual([0, 1, 1, 3, 3])
    expect(pointFrom({...points, x: new Float64Array()}, 5)).toBe(-1)
  })

  test('by place: the nearest within reach, and never one that is not drawn', () => {
    expect(nearestPoint(points, {x, y}, {seconds: 10.5, offsetY: 82})).toBe(1)
    expect(nearestPoint(points, {x, y}, {seconds: 10, offsetY: 20})).toBe(-1)
    expect(nearestPoint(points, {x, y}, {seconds: 30, offsetY: 50})).toBe(-1)
  })

  test('by keyboard: the one at the cursor, at any height', () => {
    expect(nearestPoint(points, {x, y}, {seconds: 50, offsetY: null})).toBe(3)
    expect(nearestPoint(points, {x, y}, {seconds: 49, offsetY: null})).toBe(-1)
  })

  test('within a view, both ends included', () => {
    expect(indicesIn(points, [10, 50])).toEqual([1, 4])
  })
})

describe('ticks with room', () => {
  const linear = (tick: number) => tick / 10

  test('leave out labels that would touch, decades last of all', () => {
    expect(ticksWithRoom([500, 1000, 1200, 2000], linear, 300)).toEqual([500, 1000, 2000])
    expect(ticksWithRoom([900, 1000, 1100], linear, 300)).toEqual([1000])
  })

  test('leave out a label that would run out of the picture', () => {
    expect(ticksWithRoom([1000, 2000], linear, 205)).toEqual([1000])
  })
})
