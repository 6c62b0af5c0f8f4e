/** Rows of turns, in the order in which they were told. */
interface TurnRows {
  readonly rows: number
  readonly startMs: Float64Array
  readonly rank: Float64Array
}

/** How rows are spread over buckets of time. */
interface Spread {
  /** Rows of then or later are left out. */
  readonly beforeMs: number
  /** The rows that are not. */
  ready: number
  firstMs: number
  lastMs: number
  bucketsPerMs: number
  /** Rows in the largest bucket. */
  largest: number
}

/**
 * Rows that are gone through at once. V8 compiles a function for what it has seen of it when it is called again: one that is called seldom
 * and loops long spends much of its time in code that is not compiled.
 */
const PART = 1 << 11
/** Rows of one bucket that are sorted by insertion. */
const MOST_INSERTED = 48

/**
 * Puts rows in order by (moment, rank), those of one rank as they were told. They are spread over as many buckets of time as there are
 * rows, so that little is left to sort.
 */
export class TurnOrder {
  /** Rows in order, and their moments. */
  order = new Int32Array(0)
  orderMs = new Float64Array(0)
  /** By bucket: the rows of the one before, then where it begins, then where it ends. */
  #ends = new Int32Array(0)

  /** @returns rows before the moment: so many places of `order` are right until the next call */
  sort({rows, startMs, rank}: TurnRows, beforeMs: number): number {
    const spread: Spread = {
      beforeMs,
      ready: 0,
      firstMs: Number.POSITIVE_INFINITY,
      lastMs: Number.NEGATIVE_INFINITY,
      bucketsPerMs: 0,
      largest: 0,
    }
    for (let from = 0; from < rows; from += PART) measure(spread, startMs, from, Math.min(from + PART, rows))
    const {ready, firstMs, lastMs} = spread
    if (this.order.length < ready) this.#reserve(Math.max(startMs.length, this.order.length * 2))
    if (lastMs > firstMs) spread.bucketsPerMs = (ready - 1) / (lastMs - firstMs)
    this.#spreadOut(spread, startMs, rows)
    if (spread.largest > MOST_INSERTED) this.#sortLargeBuckets(ready, startMs, rank)
    for (let from = 1; from < ready; from += PART)
      putRight(this.order, this.orderMs, rank, from, Math.min(from + PART, ready))
    return ready
  }

  #reserve(rows: number): void {
    this.order = new Int32Array(rows)
    this.orderMs = new Float64Array(rows)
    this.#ends = new Int32Array(rows + 1)
  }

  #spreadOut(spread: Spread, startMs: Float64Array, rows: number): void {
    const buckets = spread.ready
    const ends = this.#ends.fill(0, 0, buckets + 1)
    for (let from = 0; from < rows; from += PART)
      countRows(spread, startMs, from, Math.min(from + PART, rows), ends)
    for (let from = 1; from <= buckets; from += PART)
      sumUp(spread, ends, from, Math.min(from + PART, buckets + 1))
    for (let from = 0; from < rows; from += PART)
      place(spread, startMs, from, Math.min(from + PART, rows), ends, this.order, this.orderMs)
  }

  #sortLargeBuckets(buckets: number, startMs: Float64Array, rank: Float64Array): void {
    const compare = (a: number, b: number) => startMs[a]! - startMs[b]! || rank[a]! - rank[b]! || a - b
    const ends = this.#ends
    for (let bucket = 0, from = 0; bucket < buckets; bucket++) {
      const end = ends[bucket]!
      if (end - from > MOST_INSERTED) {
        const rows = this.order.subarray(from, end).sort(compare)
        for (let i = 0; i < rows.length; i++) this.orderMs[from + i] = startMs[rows[i]!]!
      }
      from = end
    }
  }
}

/** Notes how many rows there are before the moment, and the first and last of theirs. */
function measure(spread: Spread, startMs: Float64Array, from: number, to: number): void {
  const {beforeMs} = spread
  let {ready, firstMs, lastMs} = spread
  for (let row = from; row < to; row++) {
    const ms = startMs[row]!
    if (ms >= beforeMs) continue
    ready++
    if (ms < firstMs) firstMs = ms
    if (ms > lastMs) lastMs = ms
  }
  spread.ready = ready
  spread.firstMs = firstMs
  spread.lastMs = lastMs
}

/** Rows of bucket b are counted in `ends[b + 1]`. */
function countRows(spread: Spread, startMs: Float64Array, from: number, to: number, ends: Int32Array): void {
  const {beforeMs, firstMs, bucketsPerMs} = spread
  for (let row = from; row < to; row++) {
    const ms = startMs[row]!
    if (ms < beforeMs) ends[(((ms - firstMs) * bucketsPerMs) | 0) + 1]!++
  }
}

/** Makes of the rows in each bucket where the next begins. */
function sumUp(spread: Spread, ends: Int32Array, from: number, to: number): void {
  let {largest} = spread
  let end = ends[from - 1]!
  for (let bucket = from; bucket < to; bucket++) {
    const count = ends[bucket]!
    if (count > largest) largest = count
    end += count
    ends[bucket] = end
  }
  spread.largest = largest
}

function place(
  {beforeMs, firstMs, bucketsPerMs}: Spread,
  startMs: Float64Array,
  from: number,
  to: number,
  ends: Int32Array,
  order: Int32Array,
  orderMs: Float64Array,
): void {
  for (let row = from; row < to; row++) {
    const ms = startMs[row]!
    if (ms >= beforeMs) continue
    const at = ends[((ms - firstMs) * bucketsPerMs) | 0]!++
    order[at] = row
    orderMs[at] = ms
  }
}

/** Only rows of one bucket change places: what is before it is smaller. */
function putRight(
  order: Int32Array,
  orderMs: Float64Array,
  rank: Float64Array,
  from: number,
  to: number,
): void {
  let beforeMs = orderMs[from - 1]!
  for (let i = from; i < to; i++) {
    const ms = orderMs[i]!
    if (ms > beforeMs) {
      beforeMs = ms
      continue
    }
    const row = order[i]!
    let at = i
    for (; at > 0; at--) {
      const otherMs = orderMs[at - 1]!
      if (otherMs < ms || (otherMs === ms && rank[order[at - 1]!]! <= rank[row]!)) break
      order[at] = order[at - 1]!
      orderMs[at] = otherMs
    }
    if (at === i) continue
    order[at] = row
    orderMs[at] = ms
  }
}
