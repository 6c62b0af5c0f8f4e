import {CHARACTER_PX} from './label-size.ts'
import {type Box, fitted, LINE_PX, type PlacedLabel} from './place-labels.ts'

/** A drawn line that would like to be named where it runs. */
export interface NamedLine {
  readonly key: string
  /** '' = it is drawn, but has no name of its own. */
  readonly text: string
  /** Its corners in pixels, from left to right; NaN breaks it. */
  readonly points: readonly (readonly [x: number, y: number])[]
}

/** Columns in which lines are looked at. */
const COLUMN_PX = 4
/** Between a name and its line, and between a name and any other. */
const GAP_PX = 4
/** Steeper than this below its name, a line cannot be told to be meant. */
const STEEPEST_PX = 24
/** Names stand where lines end: a reader looks there for them. */
const SHARE_OF_WIDTH = 0.6

/** The highest and lowest pixel of a line in each column where a name can stand; NaN where it is not. */
interface Envelope {
  readonly top: Float64Array
  readonly bottom: Float64Array
}

/**
 * Names of lines beside the lines themselves, as near to their right end as there is room above or below: none covers a
 * line or another name. A name without room is left out; the key has it.
 *
 * @param taken what else is written there
 */
export function nameLines(lines: readonly NamedLine[], room: Box, taken: readonly Box[] = []): PlacedLabel[] {
  const envelopes = lines.map(line => envelopeOf(line, room))
  const boxes = [...taken]
  return lines.flatMap(({key, text}, i) => {
    const name = fitted(text)
    const found = name === '' ? null : findPlace(name, i, {envelopes, room, boxes})
    if (found === null) return []
    boxes.push(found)
    return [{key, text: name, x: found.right, y: found.bottom - 2, anchor: 'end'}]
  })
}

function findPlace(
  name: string,
  own: number,
  {envelopes, room, boxes}: {envelopes: readonly Envelope[]; room: Box; boxes: readonly Box[]},
): Box | null {
  const wide = name.length * CHARACTER_PX
  const leftmost = leftmostPx(room)
  for (let right = room.right; right - wide >= leftmost; right -= COLUMN_PX) {
    const columns = {from: columnOf(right - wide, room), to: columnOf(right, room)}
    const line = extent(envelopes[own]!, columns)
    if (line === null || line.bottom - line.top > STEEPEST_PX) continue
    for (const top of [line.top - GAP_PX - LINE_PX, line.bottom + GAP_PX]) {
      const box = {left: right - wide, right, top, bottom: top + LINE_PX}
      const isInside = box.top >= room.top && box.bottom <= room.bottom
      const isFree = !boxes.some(other => touches(box, other))
      if (isInside && isFree && !envelopes.some((each, i) => i !== own && crosses(each, columns, box)))
        return box
    }
  }
  return null
}

/** No name begins further to the left. */
function leftmostPx({left, right}: Box): number {
  return right - (right - left) * SHARE_OF_WIDTH
}

interface Columns {
  readonly from: number
  readonly to: number
}

function columnOf(x: number, {left}: Box): number {
  return Math.max(Math.floor((x - left) / COLUMN_PX), 0)
}

/** Of the part of a line in some columns; null if it is missing in one of them. */
function extent({top, bottom}: Envelope, {from, to}: Columns): {top: number; bottom: number} | null {
  let [high, low] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let column = from; column <= Math.min(to, top.length - 1); column++) {
    if (Number.isNaN(top[column]!)) return null
    high = Math.min(high, top[column]!)
    low = Math.max(low, bottom[column]!)
  }
  return high <= low ? {top: high, bottom: low} : null
}

function crosses({top, bottom}: Envelope, {from, to}: Columns, box: Box): boolean {
  for (let column = from; column <= Math.min(to, top.length - 1); column++)
    if (top[column]! < box.bottom + GAP_PX && bottom[column]! > box.top - GAP_PX) return true
  return false
}

function touches(box: Box, other: Box): boolean {
  return (
    box.left < other.right + GAP_PX &&
    box.right > other.left - GAP_PX &&
    box.top < other.bottom &&
    box.bottom > other.top
  )
}

function envelopeOf({points}: NamedLine, room: Box): Envelope {
  const count = Math.max(Math.ceil((room.right - room.left) / COLUMN_PX) + 1, 1)
  const nameable = leftmostPx(room) - COLUMN_PX
  const top = new Float64Array(count).fill(Number.NaN)
  const bottom = new Float64Array(count).fill(Number.NaN)
  const note = (column: number, y: number) => {
    if (column < 0 || column >= count) return
    top[column] = Number.isNaN(top[column]!) ? y : Math.min(top[column]!, y)
    bottom[column] = Number.isNaN(bottom[column]!) ? y : Math.max(bottom[column]!, y)
  }
  for (let i = 0; i < points.length; i++) {
    const point = points[i]!
    const next = points[i + 1] ?? point
    const x = point[0]
    const y = point[1]
    const nextX = next[0]
    const nextY = next[1]
    if (Number.isNaN(y) || nextX < nameable) continue
    const first = Math.floor((x - room.left) / COLUMN_PX)
    const last = Number.isNaN(nextY) ? first : Math.floor((nextX - room.left) / COLUMN_PX)
    note(first, y)
    // Its other end is noted as the next corner.
    if (last === first || last < 0 || first >= count) continue
    for (let column = Math.max(first, 0); column <= Math.min(last, count - 1); column++) {
      for (const edge of [column, column + 1]) {
        const at = Math.min(Math.max(edge * COLUMN_PX + room.left, x), nextX)
        note(column, nextX > x ? y + ((nextY - y) * (at - x)) / (nextX - x) : nextY)
      }
    }
  }
  return {top, bottom}
}
