import {expect, test} from 'vitest'
import {MARGIN, timeScale} from './base/geometry.ts'
import {behindOf, inkOf, paintMarks, type ScatterDrawing} from './draw-scatter.ts'

const WIDTH = MARGIN.left + MARGIN.right + 100
const HEIGHT = MARGIN.top + MARGIN.bottom + 50

/** Painted pixels as [column, row, alpha] from the plot's corner, for one group of small marks. */
function painted(marks: readonly (readonly [atS: number, value: number])[], ratio = 1): number[][] {
  const width = WIDTH * ratio
  const pixels = new Uint32Array(width * HEIGHT * ratio)
  paintMarks({pixels, width, ratio, inks: [inkOf('#102030', 0.5)]}, drawingOf(marks))
  return [...pixels].flatMap((pixel, at) =>
    pixel === 0
      ? []
      : [[(at % width) - MARGIN.left * ratio, Math.floor(at / width) - MARGIN.top * ratio, pixel >>> 24]],
  )
}

function drawingOf(marks: readonly (readonly [atS: number, value: number])[]): ScatterDrawing {
  return {
    points: {
      x: Float64Array.from(marks, ([atS]) => atS),
      y: Float64Array.from(marks, ([, value]) => value),
      group: new Uint8Array(marks.length),
    },
    groups: [{id: 'all', label: 'all', slot: 0, mark: 'small'}],
    colours: ['#102030'],
    view: [0, 100],
    x: timeScale([0, 100], WIDTH),
    // A pixel per unit, downwards from the plot's top.
    heights: {of: Float64Array.from(marks, ([, value]) => value), from: MARGIN.top, per: 1},
    width: WIDTH,
    height: HEIGHT,
  }
}

test('a mark covers its pixels about its place, more of them where the device has more', () => {
  expect(painted([[10, 20]])).toEqual([
    [9, 19, 128],
    [10, 19, 128],
    [9, 20, 128],
    [10, 20, 128],
  ])
  expect(painted([[10, 20]], 2)).toHaveLength(16)
})

test('marks over each other are denser, each in the colour of its group', () => {
  expect(
    new Set(
      painted([
        [10, 20],
        [10, 20],
      ]).map(([, , alpha]) => alpha),
    ),
  ).toEqual(new Set([191]))
  expect(painted(Array(300).fill([10, 20]))).toEqual(painted(Array(7).fill([10, 20])))
  expect([...new Uint8Array(inkOf('#102030', 0.5).buffer).subarray(0, 4)]).toEqual([16, 32, 48, 128])
})

test('nothing is drawn beyond the edges of the plot, nor where there is no value', () => {
  expect(painted([[0, 0]])).toEqual([[0, 0, 128]])
  expect(
    painted([
      [10, -5],
      [10, 60],
      [20, Number.NaN],
    ]),
  ).toEqual([])
})

test('a baseline lies below: of one colour, whatever became of its requests, and seen only where the run has no mark', () => {
  const own = drawingOf([[10, 20]])
  const {points, heights} = drawingOf([
    [10, 20],
    [60, 30],
  ])
  const ghost = behindOf(own, {points: {...points, group: Uint8Array.of(2, 1)}, heights, colour: '#808080'})
  expect(ghost.colours).toEqual(['#808080'])
  const pixels = new Uint32Array(WIDTH * HEIGHT)
  const [grey, blue] = [inkOf('#808080', 1), inkOf('#102030', 1)]
  paintMarks({pixels, width: WIDTH, ratio: 1, inks: [grey]}, ghost)
  paintMarks({pixels, width: WIDTH, ratio: 1, inks: [blue]}, own)
  const count = (ink: Uint32Array) => pixels.filter(pixel => pixel === ink[0]).length
  expect([count(blue), count(grey)]).toEqual([4, 4])
})

test('later groups are painted over earlier ones, whatever the order of their points', () => {
  const all = drawingOf([
    [10, 20],
    [10, 20],
    [60, 30],
  ])
  const [small] = all.groups
  const drawing = {
    ...all,
    points: {...all.points, group: Uint8Array.of(1, 0, 0)},
    groups: [small!, {...small!, id: 'late'}],
  }
  const pixels = new Uint32Array(WIDTH * HEIGHT)
  const [grey, blue] = [inkOf('#808080', 1), inkOf('#102030', 1)]
  paintMarks({pixels, width: WIDTH, ratio: 1, inks: [grey, blue]}, drawing)
  const count = (ink: Uint32Array) => pixels.filter(pixel => pixel === ink[0]).length
  expect([count(blue), count(grey)]).toEqual([4, 4])
})
