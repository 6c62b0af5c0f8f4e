import {expect, test} from 'vitest'
import {placeLabels} from './place-labels.ts'

const ROOM = {left: 0, right: 300, top: 0, bottom: 200}

test('names stand beside their marks and stay in the picture', () => {
  const near = {key: 'a', x: 20, y: 100, text: 'fixed 3'}
  const atEdge = {key: 'b', x: 290, y: 100, text: 'fixed 16'}
  const placed = placeLabels([near, atEdge], [near, atEdge], ROOM)
  expect(placed.map(({anchor}) => anchor)).toEqual(['start', 'end'])
  expect(placed.every(({x}) => x >= 0 && x <= 300)).toBe(true)
})

test('no name covers another or a mark, and one without room is left out', () => {
  const crowd = Array.from({length: 12}, (_, i) => ({
    key: String(i),
    x: 100 + i,
    y: 100,
    text: 'fixed fleet',
  }))
  const placed = placeLabels(crowd, crowd, ROOM)
  expect(placed.length).toBeGreaterThan(0)
  expect(placed.length).toBeLessThan(crowd.length)
  const boxes = placed.map(({x, y, anchor}) => ({left: anchor === 'start' ? x : x - 68, y}))
  const cover = boxes.filter((box, i) =>
    boxes.slice(i + 1).some(other => Math.abs(other.left - box.left) < 68 && Math.abs(other.y - box.y) < 12),
  )
  expect(cover).toEqual([])
})

test('a long name is cut by a sign that says so', () => {
  const long = {key: 'a', x: 20, y: 100, text: 'planner.min_endpoint=3,planner.ttft=1000,seed=4'}
  const [placed] = placeLabels([long], [], ROOM)
  expect(placed!.text).toMatch(/^planner\.min_endpoint=.*…$/)
})

test('no name is written over what stands in the chart already', () => {
  const mark = {key: 'a', x: 60, y: 100, text: 'hindsight'}
  const rule = {text: 'objective 95 %', x: 4, y: 96}
  expect(placeLabels([mark], [mark], ROOM)[0]).toMatchObject({anchor: 'start', y: 113})
  const above = {...mark, x: 290}
  expect(placeLabels([above], [above], ROOM)[0]).toMatchObject({anchor: 'end', y: 94})
  expect(placeLabels([above], [above], ROOM, [{...rule, x: 200}])[0]).toMatchObject({anchor: 'end', y: 113})
})
