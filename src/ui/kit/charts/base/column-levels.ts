/** Places of a stretch of a column; -1 = there is none. Of equal values the first counts. */
export interface Extremes {
  low: number
  high: number
  /** Of the lowest value above zero. */
  positive: number
  /** The last that has no value. */
  gap: number
}

/** Extremes of all blocks of one size, a block after the other. */
interface Level {
  readonly low: Int32Array
  readonly high: Int32Array
  readonly positive: Int32Array
  readonly gap: Int32Array
}

/** Points in a block of the finest level; each coarser one has blocks of twice as many. */
const BLOCK = 16

/** What is shorter is looked at whole: levels pay where a zoom draws it many times. */
const MANY_POINTS = 1 << 15

/** Columns are drawn anew with every step of a zoom, and never change. */
const levelsByColumn = new WeakMap<Float64Array, readonly Level[]>()

/**
 * What a picture needs of the points from `from` to before `to`. It looks at the logarithm of their number, so that a week zooms
 * as smoothly as an hour.
 * @param manyPoints columns from this length on have levels; no result depends on it
 */
export function extremesOf(
  y: Float64Array,
  from: number,
  to: number,
  manyPoints: number = MANY_POINTS,
): Extremes {
  const found: Extremes = {low: -1, high: -1, positive: -1, gap: -1}
  if (to - from < 2 * BLOCK || y.length < manyPoints) {
    for (let i = from; i < to; i++) see(found, y, i)
    return found
  }
  const levels = levelsOf(y)
  let i = from
  while (i < to) {
    let level = -1
    while (level + 1 < levels.length && isWhole(i, BLOCK << (level + 1), to)) level++
    if (level < 0) see(found, y, i++)
    else {
      seeBlock(found, y, levels[level]!, i / (BLOCK << level))
      i += BLOCK << level
    }
  }
  return found
}

function isWhole(from: number, size: number, to: number): boolean {
  return from % size === 0 && from + size <= to
}

function see(found: Extremes, y: Float64Array, i: number): void {
  const value = y[i]!
  if (Number.isNaN(value)) {
    found.gap = i
    return
  }
  if (found.low < 0 || value < y[found.low]!) found.low = i
  if (found.high < 0 || value > y[found.high]!) found.high = i
  if (value > 0 && (found.positive < 0 || value < y[found.positive]!)) found.positive = i
}

function seeBlock(found: Extremes, y: Float64Array, {low, high, positive, gap}: Level, block: number): void {
  // The last gap is the latest; values are seen again as single points.
  if (gap[block]! >= 0) found.gap = gap[block]!
  if (low[block]! < 0) return
  see(found, y, low[block]!)
  see(found, y, high[block]!)
  if (positive[block]! >= 0) see(found, y, positive[block]!)
}

function levelsOf(y: Float64Array): readonly Level[] {
  const known = levelsByColumn.get(y)
  if (known !== undefined) return known
  const levels: Level[] = []
  for (let size = BLOCK; size <= y.length; size *= 2) levels.push(levelOf(y, size, levels.at(-1)))
  levelsByColumn.set(y, levels)
  return levels
}

/** @param finer of blocks half as large; absent for the finest */
function levelOf(y: Float64Array, size: number, finer: Level | undefined): Level {
  const count = Math.floor(y.length / size)
  const level: Level = {
    low: new Int32Array(count),
    high: new Int32Array(count),
    positive: new Int32Array(count),
    gap: new Int32Array(count),
  }
  for (let block = 0; block < count; block++) {
    const found: Extremes = {low: -1, high: -1, positive: -1, gap: -1}
    if (finer === undefined) for (let i = block * size; i < (block + 1) * size; i++) see(found, y, i)
    else for (const half of [2 * block, 2 * block + 1]) seeBlock(found, y, finer, half)
    level.low[block] = found.low
    level.high[block] = found.high
    level.positive[block] = found.positive
    level.gap[block] = found.gap
  }
  return level
}
