import {CHARACTER_PX, cutTo} from './label-size.ts'

/** A name that would like to stand beside its mark. */
export interface WantedLabel {
  readonly key: string
  readonly x: number
  readonly y: number
  readonly text: string
}

export interface PlacedLabel extends WantedLabel {
  readonly anchor: 'start' | 'end'
}

export interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

export const LINE_PX = 12
const MARK_PX = 5
const MAX_CHARACTERS = 28

/** Below or above, to the right or to the left. */
const SIDES = [
  {dx: 9, dy: 13, anchor: 'start'},
  {dx: 9, dy: -6, anchor: 'start'},
  {dx: -9, dy: -6, anchor: 'end'},
  {dx: -9, dy: 13, anchor: 'end'},
] as const

/**
 * Names beside their marks as far as there is room: none is cut at the edge, covers another or a mark. The first ones
 * come first, and a name that finds no place is left out.
 *
 * @param marks of all that is drawn, named or not
 * @param written what stands in the chart already, from its lower left corner on
 */
export function placeLabels(
  wanted: readonly WantedLabel[],
  marks: readonly {readonly x: number; readonly y: number}[],
  {left, right, top, bottom}: Box,
  written: readonly Omit<WantedLabel, 'key'>[] = [],
): PlacedLabel[] {
  const markBoxes = marks.map(({x, y}) => ({
    left: x - MARK_PX,
    right: x + MARK_PX,
    top: y - MARK_PX,
    bottom: y + MARK_PX,
  }))
  const taken: Box[] = [...markBoxes, ...written.map(({x, y, text}) => boxOf(x, y, text))]
  const isFree = (box: Box) =>
    box.left >= left &&
    box.right <= right &&
    box.top >= top &&
    box.bottom <= bottom &&
    !taken.some(
      other =>
        box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top,
    )
  return wanted.flatMap(label => {
    const text = fitted(label.text)
    for (const {dx, dy, anchor} of SIDES) {
      const [x, y] = [label.x + dx, label.y + dy]
      const box = boxOf(anchor === 'start' ? x : x - text.length * CHARACTER_PX, y, text)
      if (!isFree(box)) continue
      taken.push(box)
      return [{...label, x, y, text, anchor}]
    }
    return []
  })
}

/** No longer than a name may be. */
export function fitted(text: string): string {
  return cutTo(MAX_CHARACTERS, text)
}

function boxOf(left: number, y: number, text: string): Box {
  return {left, right: left + text.length * CHARACTER_PX, top: y - LINE_PX + 2, bottom: y + 2}
}
