import {MARGIN} from './geometry.ts'

/** Base of the name on a line that is not to be crossed: above it, or below one that runs along the top. */
export function ruleNamePx(y: number): number {
  return y < MARGIN.top + 14 ? y + 12 : y - 4
}
