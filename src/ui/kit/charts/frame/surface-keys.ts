/** Pixels within a chart's surface. */
export interface Place {
  readonly x: number
  readonly y: number
}

/** What keys do, by their names. */
export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>

interface IndexedData {
  /** -1 = nothing is chosen. */
  readonly index: number
  readonly count: number
  readonly choose: (index: number) => void
  readonly clear: () => void
}

/** Arrow keys, Home, End and Esc along data that stand in a row. */
export function indexKeys({index, count, choose, clear}: IndexedData): Keys {
  const last = count - 1
  if (last < 0) return {}
  return {
    ArrowRight: () => choose(Math.min(index + 1, last)),
    ArrowLeft: () => choose(index < 0 ? last : Math.max(index - 1, 0)),
    Home: () => choose(0),
    End: () => choose(last),
    Escape: clear,
  }
}

/** The position nearest to a place along the axis. */
export function nearestIndex(xs: ArrayLike<number>, px: number, toPx: (x: number) => number): number {
  let nearest = -1
  for (let i = 0; i < xs.length; i++) {
    if (nearest < 0 || Math.abs(toPx(xs[i]!) - px) < Math.abs(toPx(xs[nearest]!) - px)) nearest = i
  }
  return nearest
}
