import {bisectLeft} from 'd3-array'
import {MARGIN, type TimeScale} from './base/geometry.ts'
import type {Span} from './base/time-axis.svelte.ts'
import {indicesIn, placesByGroup, type ScatterGroup, type ScatterPoints} from './scatter.ts'

export interface ScatterDrawing {
  readonly points: ScatterPoints
  readonly groups: readonly ScatterGroup[]
  /** CSS colours, one per group. */
  readonly colours: readonly string[]
  readonly view: Span
  readonly x: TimeScale
  readonly heights: Heights
  readonly width: number
  readonly height: number
}

/** Where points stand from the top: at `from + per * of[i]` px; NaN = nothing to draw. */
export interface Heights {
  readonly of: Float64Array
  readonly from: number
  readonly per: number
}

/** More points than this in view are drawn lighter, so that dense places show. */
const CROWD = 5000
const OPACITY = 0.9
const CROWDED_OPACITY = 0.55
/** So many marks on one pixel cannot be told from one more. */
const MOST_LAYERS = 7

/** Points of a baseline look alike, whatever became of their requests. */
const BASELINE: ScatterGroup = {id: 'baseline', label: 'baseline', slot: 0, mark: 'small'}

/** The drawing of a baseline's points, in the frame of the run's own; `heights` are of the baseline's. */
export function behindOf(
  own: ScatterDrawing,
  {points, heights, colour}: Pick<ScatterDrawing, 'points' | 'heights'> & {readonly colour: string},
): ScatterDrawing {
  return {...own, points: alikeOf(points), groups: [BASELINE], colours: [colour], heights}
}

/** Kept, because places are found by the column of groups and a zoom draws them again and again. */
const alikeByGroups = new WeakMap<Uint8Array, ScatterPoints>()

function alikeOf(points: ScatterPoints): ScatterPoints {
  const known = alikeByGroups.get(points.group)
  if (known !== undefined) return known
  const alike = {...points, group: new Uint8Array(points.x.length)}
  alikeByGroups.set(points.group, alike)
  return alike
}

/**
 * Every point on every zoom step. The marks are written as pixels: tens of thousands of calls of the canvas would
 * take longer than a frame has. A pixel has the colour of its last group, denser where marks lie over each other.
 *
 * @param drawings of one frame, the one on top last
 */
export function drawScatter(node: HTMLCanvasElement, drawings: readonly ScatterDrawing[]): void {
  const context = node.getContext('2d')
  const {width = 0, height = 0} = drawings[0] ?? {}
  if (context === null || width === 0) return
  const ratio = window.devicePixelRatio || 1
  node.width = Math.round(width * ratio)
  node.height = Math.round(height * ratio)
  const image = context.createImageData(node.width, node.height)
  const pixels = new Uint32Array(image.data.buffer)
  for (const drawing of drawings)
    paintMarks({pixels, width: node.width, ratio, inks: inksOf(context, drawing)}, drawing)
  context.putImageData(image, 0, 0)
}

export interface Paint {
  /** Red, green, blue and alpha of a pixel in the order of memory; rows from the top. */
  readonly pixels: Uint32Array
  /** Pixels in a row. */
  readonly width: number
  /** Device pixels in one of the page. */
  readonly ratio: number
  /** Per group, the pixel's value where 1, 2, … of its marks lie over each other. */
  readonly inks: readonly Uint32Array[]
}

/** Marks of all points in view, group by group, cut at the plot's edges. */
export function paintMarks(
  paint: Paint,
  {points, groups, view, x, heights, width, height}: ScatterDrawing,
): void {
  const {pixels, ratio, inks} = paint
  const plot: Plot = {
    ...paint,
    layers: new Uint8Array(pixels.length),
    marksAt: new Uint8Array(pixels.length),
    left: Math.round(MARGIN.left * ratio),
    right: Math.round((width - MARGIN.right) * ratio),
    top: Math.round(MARGIN.top * ratio),
    bottom: Math.round((height - MARGIN.bottom) * ratio),
  }
  const [from, to] = indicesIn(points, view)
  const places = placesByGroup(points.group, groups.length)
  // Time is a straight line in pixels: a multiplication a point instead of a call of the scale.
  const left = x(view[0])
  const perSecond = (x(view[1]) - left) / (view[1] - view[0])
  groups.forEach(({mark}, group) => {
    const ink = inks[group]
    if (ink === undefined) return
    plot.marksAt.fill(0)
    const own = places[group]!
    const last = bisectLeft(own, to)
    for (let at = bisectLeft(own, from); at < last; at++) {
      const i = own[at]!
      const py = heights.from + heights.per * heights.of[i]!
      if (Number.isNaN(py)) continue
      paintMark(plot, ink, mark, left + (points.x[i]! - view[0]) * perSecond, py)
    }
  })
}

/** A canvas with the edges of its plot, in device pixels; right and bottom are the first outside. */
interface Plot extends Paint {
  /** Marks so far on each pixel. */
  readonly layers: Uint8Array
  /** Square marks of the group under way by the pixel of their corner. */
  readonly marksAt: Uint8Array
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

function paintMark(plot: Plot, ink: Uint32Array, mark: ScatterGroup['mark'], px: number, py: number): void {
  if (mark === 'cross') {
    paintBox(plot, ink, px - 2.5, py - 0.5, 5, 1)
    paintBox(plot, ink, px - 0.5, py - 2.5, 1, 5)
    return
  }
  const size = mark === 'small' ? 2 : 3
  const {marksAt, ratio, width} = plot
  const corner = Math.round((py - size / 2) * ratio) * width + Math.round((px - size / 2) * ratio)
  // One more on the same spot changes no pixel: a week has hundreds of thousands of marks, and most lie so.
  if (marksAt[corner]! >= MOST_LAYERS) return
  marksAt[corner]!++
  paintBox(plot, ink, px - size / 2, py - size / 2, size, size)
}

function paintBox(
  plot: Plot,
  ink: Uint32Array,
  px: number,
  py: number,
  boxWidth: number,
  boxHeight: number,
): void {
  const {pixels, layers, width, ratio} = plot
  const left = Math.round(px * ratio)
  const top = Math.round(py * ratio)
  const from = Math.max(left, plot.left)
  const to = Math.min(left + Math.round(boxWidth * ratio), plot.right)
  const last = Math.min(top + Math.round(boxHeight * ratio), plot.bottom)
  for (let row = Math.max(top, plot.top); row < last; row++) {
    for (let at = row * width + from; at < row * width + to; at++) {
      const layer = Math.min(layers[at]! + 1, MOST_LAYERS)
      layers[at] = layer
      pixels[at] = ink[layer - 1]!
    }
  }
}

/** What each group's marks look like, alone and over each other. */
function inksOf(
  context: CanvasRenderingContext2D,
  {points, groups, colours, view}: ScatterDrawing,
): Uint32Array[] {
  const [from, to] = indicesIn(points, view)
  return groups.map(({mark}, group) => {
    // The canvas writes any colour it understands as #rrggbb.
    context.fillStyle = colours[group] ?? ''
    const isLight = to - from > CROWD && mark !== 'large'
    return inkOf(String(context.fillStyle), isLight ? CROWDED_OPACITY : OPACITY)
  })
}

/** Pixels of a colour `#rrggbb` in 1, 2, … layers of an opacity. */
export function inkOf(colour: string, opacity: number): Uint32Array {
  const ink = new Uint8ClampedArray(4 * MOST_LAYERS)
  for (let layer = 1; layer <= MOST_LAYERS; layer++) {
    const channels = [1, 3, 5].map(at => Number.parseInt(colour.slice(at, at + 2), 16))
    ink.set([...channels, 255 * (1 - (1 - opacity) ** layer)], 4 * (layer - 1))
  }
  return new Uint32Array(ink.buffer)
}
