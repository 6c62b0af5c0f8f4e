import {describe, expect, test} from 'vitest'
import {labelSpan, ticksWithRoom} from './base/axis.ts'
import {timeScale} from './base/geometry.ts'
import type {ValueScale} from './base/value-scale.ts'
import {indicesIn, nearestPoint, placesByGroup, pointFrom, type ScatterPoints} from './scatter.ts'

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

test('places of each group are in order of time, those of a group without a name are left out', () => {
  const group = Uint8Array.of(1, 0, 1, 2, 0)
  expect(placesByGroup(group, 2)).toEqual([Int32Array.of(1, 4), Int32Array.of(0, 2)])
  expect(placesByGroup(group, 4)).toEqual([
    Int32Array.of(1, 4),
    Int32Array.of(0, 2),
    Int32Array.of(3),
    Int32Array.of(),
  ])
})

describe('ticks with room', () => {
  const at = (px: number) => ({px, label: '1,000'})

  test('leave out labels that would touch one that came before, and stand in order', () => {
    expect(ticksWithRoom([at(100), at(50), at(120), at(200)], 300)).toEqual([at(50), at(100), at(200)])
    expect(ticksWithRoom([at(100), at(90), at(110)], 300)).toEqual([at(100)])
  })

  test('end at the right edge rather than be cut, and leave out what is beyond it', () => {
    expect(labelSpan(at(200), 205)[1]).toBe(205)
    expect(ticksWithRoom([at(100), at(200)], 205)).toEqual([at(100), at(200)])
    expect(ticksWithRoom([at(5), at(210)], 205)).toEqual([])
  })
})
