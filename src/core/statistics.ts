/**
 * Percentiles, mean and spread as the reference computes them (engine.md 11.3): nearest rank without
 * interpolation, population standard deviation in two passes, sums in the order given.
 */
export interface Summary {
  readonly mean: number
  readonly min: number
  readonly max: number
  readonly median: number
  readonly p75: number
  readonly p90: number
  readonly p95: number
  readonly p99: number
  readonly std: number
}

const PERCENTILES = [50, 75, 90, 95, 99] as const

export const EMPTY_SUMMARY: Summary = {
  mean: 0,
  min: 0,
  max: 0,
  median: 0,
  p75: 0,
  p90: 0,
  p95: 0,
  p99: 0,
  std: 0,
}

/** Index into `count` sorted values of the percentile: rounded half up, never past the end. */
export function nearestRank(count: number, percent: number): number {
  return Math.min(Math.floor(((count - 1) * percent) / 100 + 0.5), count - 1)
}

/** All statistics of plain values; all 0 without values. `values` is left as it is. */
export function computeSummary(values: Float64Array): Summary {
  const count = values.length
  if (count === 0) return EMPTY_SUMMARY
  const mean = sumOf(values) / count
  const std = Math.sqrt(squaresAround(mean, values) / count)
  const found = new Map<number, number>()
  const columns = {values: values.slice(), weights: new Uint32Array(count).fill(1)}
  selectWithin(columns, {low: 0, high: count, weightBelow: 0}, [...new Set(summaryRanks(count))], found)
  return summaryFrom(rank => found.get(rank)!, {count, mean, std})
}

/** Values that are kept until their statistics are asked for. */
export class KeptValues {
  #values: number[] = []

  add(value: number): void {
    this.#values.push(value)
  }

  merge(other: KeptValues): void {
    this.#values = this.#values.concat(other.#values)
  }

  summary(): Summary {
    return computeSummary(Float64Array.from(this.#values))
  }
}

/** Statistics picked out of sorted values by rank, given as a function so that the values need not be sorted. */
export function summaryFrom(
  valueAt: (rank: number) => number,
  moments: {readonly count: number; readonly mean: number; readonly std: number},
): Summary {
  const at = (percent: number) => valueAt(nearestRank(moments.count, percent))
  return {
    mean: moments.mean,
    min: valueAt(0),
    max: valueAt(moments.count - 1),
    median: at(50),
    p75: at(75),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    std: moments.std,
  }
}

/** The ranks `summaryFrom` asks for. */
export function summaryRanks(count: number): number[] {
  return count === 0 ? [] : [0, count - 1, ...PERCENTILES.map(percent => nearestRank(count, percent))]
}

/** Enough that a bucket holds few of a million values, few enough to be quick to clear and sum. */
const BUCKETS = 1 << 16

/**
 * Values at the given ranks of a run-length coded multiset (`weights[i]` copies of `values[i] >= 0`), without sorting
 * or expanding it. The upper half of a non-negative double grows with it, so it sorts the values into buckets; only
 * the buckets that hold a wanted rank are looked into. An hour of traffic has about a million values: this takes
 * some 20 ms, a sort of pairs close to a second.
 */
export function selectWeightedRanks(
  values: Float64Array,
  weights: Uint32Array,
  ranks: readonly number[],
): Map<number, number> {
  const found = new Map<number, number>()
  const wanted = [...new Set(ranks)].sort((a, b) => a - b)
  if (wanted.length === 0) return found
  const buckets = sortIntoBuckets(values, weights)
  const spans = spansOf(buckets, wanted)
  const columns = gatherSpans({values, weights}, buckets, spans)
  for (const span of spans) selectWithin(columns, span, span.ranks, found)
  return found
}

interface Buckets {
  /** Bucket of each value: `(upper half - least) >>> shift`. */
  readonly words: Uint32Array
  readonly least: number
  readonly shift: number
  /** Values and copies per bucket. */
  readonly entries: Uint32Array
  readonly copies: Float64Array
}

function sortIntoBuckets(values: Float64Array, weights: Uint32Array): Buckets {
  // Little-endian, as every platform that runs JavaScript today.
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2)
  let least = 0xffffffff
  let most = 0
  for (let i = 1; i < words.length; i += 2) {
    const word = words[i]!
    if (word < least) least = word
    if (word > most) most = word
  }
  let shift = 0
  while ((most - least) >>> shift >= BUCKETS) shift++
  const entries = new Uint32Array(BUCKETS)
  const copies = new Float64Array(BUCKETS)
  for (let i = 0; i < weights.length; i++) {
    const bucket = (words[2 * i + 1]! - least) >>> shift
    entries[bucket]!++
    copies[bucket]! += weights[i]!
  }
  return {words, least, shift, entries, copies}
}

interface BucketSpan extends Span {
  readonly bucket: number
  readonly ranks: readonly number[]
}

/** The buckets that hold a wanted rank, with the place of their values in the gathered columns. */
function spansOf({entries, copies}: Buckets, wanted: readonly number[]): readonly BucketSpan[] {
  const spans: BucketSpan[] = []
  let weightBelow = 0
  let low = 0
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const above = weightBelow + copies[bucket]!
    const ranks = copies[bucket]! === 0 ? [] : wanted.filter(rank => rank >= weightBelow && rank < above)
    if (ranks.length > 0) {
      const high = low + entries[bucket]!
      spans.push({bucket, ranks, low, high, weightBelow})
      low = high
    }
    weightBelow = above
  }
  return spans
}

/** Copies the values of the given buckets, each bucket's together. */
function gatherSpans(columns: Columns, buckets: Buckets, spans: readonly BucketSpan[]): Columns {
  const {words, least, shift} = buckets
  const next = new Int32Array(BUCKETS).fill(-1)
  for (const span of spans) next[span.bucket] = span.low
  const size = spans.at(-1)?.high ?? 0
  const gathered = {values: new Float64Array(size), weights: new Uint32Array(size)}
  for (let i = 0; i < columns.weights.length; i++) {
    const bucket = (words[2 * i + 1]! - least) >>> shift
    const place = next[bucket]!
    if (place < 0) continue
    gathered.values[place] = columns.values[i]!
    gathered.weights[place] = columns.weights[i]!
    next[bucket] = place + 1
  }
  return gathered
}

interface Columns {
  readonly values: Float64Array
  readonly weights: Uint32Array
}

/** Entries `low … high-1`, whose copies start at rank `weightBelow`. */
interface Span {
  readonly low: number
  readonly high: number
  readonly weightBelow: number
}

/** Three-way quickselect that follows only the parts holding a wanted rank. */
function selectWithin(
  columns: Columns,
  span: Span,
  ranks: readonly number[],
  found: Map<number, number>,
): void {
  // Recursion halves the entries on average; the depth stays around 2 log2(n).
  if (ranks.length === 0 || span.low >= span.high) return
  const pivot = medianOfThree(columns.values, span)
  const {lower, upper} = partition(columns, span, pivot)
  const belowEqual = span.weightBelow + weightOf(columns.weights, span.low, lower)
  const belowUpper = belowEqual + weightOf(columns.weights, lower, upper)
  for (const rank of ranks) if (rank >= belowEqual && rank < belowUpper) found.set(rank, pivot)
  const left = ranks.filter(rank => rank < belowEqual)
  const right = ranks.filter(rank => rank >= belowUpper)
  selectWithin(columns, {low: span.low, high: lower, weightBelow: span.weightBelow}, left, found)
  selectWithin(columns, {low: upper, high: span.high, weightBelow: belowUpper}, right, found)
}

function medianOfThree(values: Float64Array, {low, high}: Span): number {
  const a = values[low]!
  const b = values[(low + high) >>> 1]!
  const c = values[high - 1]!
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
}

/** Orders a span into smaller, equal and larger than the pivot; the equal ones end up in `lower … upper-1`. */
function partition({values, weights}: Columns, {low, high}: Span, pivot: number) {
  let lower = low
  let upper = high
  let i = low
  while (i < upper) {
    const value = values[i]!
    if (value === pivot) {
      i++
      continue
    }
    const other = value < pivot ? lower++ : --upper
    const weight = weights[i]!
    values[i] = values[other]!
    weights[i] = weights[other]!
    values[other] = value
    weights[other] = weight
    if (value < pivot) i++
  }
  return {lower, upper}
}

function weightOf(weights: Uint32Array, low: number, high: number): number {
  let sum = 0
  for (let i = low; i < high; i++) sum += weights[i]!
  return sum
}

/**
 * In a function of its own, which ends with its loop: V8 compiles a long loop while it runs, before it has seen what follows, and would
 * drop that code at the end of the loop in every call.
 */
function squaresAround(mean: number, values: Float64Array): number {
  let squares = 0
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2
  return squares
}

function sumOf(values: Float64Array): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum
}
