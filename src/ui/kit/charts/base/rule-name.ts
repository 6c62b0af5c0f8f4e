import {MARGIN} from './geometry.ts'
import {type Box, CHARACTER_PX, LINE_PX} from './place-labels.ts'

/** Base of the name on a line that is not to be crossed: above it, or below one that runs along the top. */
export function ruleNamePx(y: number): number {
  return y < MARGIN.top + 14 ? y + 12 : y - 4
}

/** What that name takes up. */
export function ruleBox(label: string, y: number, width: number): Box {
  const right = width - MARGIN.right - 2
  const base = ruleNamePx(y)
  return {left: right - label.length * CHARACTER_PX, right, top: base - LINE_PX + 2, bottom: base + 2}
}
