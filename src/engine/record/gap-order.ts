import {grown} from '../../core/grown.ts'

/** Where gaps go once their place is known. */
export interface GapSink {
  /** An instance stops at this moment, or the clock does; null = nobody asks. */
  readonly stop: ((atMs: number) => void) | null
  /** Rows of the columns, in the order that `order` has from its beginning on; one of no tokens is none. */
  take(rows: GapRows, order: Int32Array, count: number): void
}

export interface GapRows {
  readonly gapMs: Float64Array
  readonly count: Uint32Array
}

/** Rows at which it is worth while to put them in order; more of them, where most must wait. */
const FIRST_LIMIT = 1 << 16
const INITIAL = 1 << 12
/** Rows of one bucket that are sorted by insertion. */
const MOST_INSERTED = 48

/**
 * Puts gaps between tokens into the order in which one global clock would have told them, though an instance may tell
 * many stops at once, long after the first of them. Rows are ordered by (moment, rank), and those of one rank by when they were told.
 */
export class GapOrder {
  readonly #sink: GapSink
  #limit = FIRST_LIMIT
  // Columns over rows: one for each gap, or for a stop without any.
  #rows = 0
  #startMs = new Float64Array(INITIAL)
  #rank = new Float64Array(INITIAL)
  #gapMs = new Float64Array(INITIAL)
  #count = new Uint32Array(INITIAL)
  // Scratch of `#sort`: rows in order, and their moments.
  #order = new Int32Array(0)
  #orderMs = new Float64Array(0)
  #bucketEnd = new Int32Array(0)

  constructor(sink: GapSink) {
    this.#sink = sink
  }

  /** When the passes began that are told of; NaN before the first. */
  get latestMs(): number {
    return this.#rows > 0 ? this.#startMs[this.#rows - 1]! : Number.NaN
  }

  get isFull(): boolean {
    return this.#rows >= this.#limit
  }

  /** What follows belongs to passes that an instance of this rank began at this moment, which may lie back. */
  begin(startMs: number, rank: number): void {
    const at = this.#rows++
    if (at === this.#startMs.length) this.#grow()
    this.#startMs[at] = startMs
    this.#rank[at] = rank
    this.#count[at] = 0
  }

  add(gapMs: number, count: number): void {
    let at = this.#rows - 1
    const before = this.#count[at]!
    if (before > 0) {
      if (this.#gapMs[at] === gapMs) {
        this.#count[at] = before + count
        return
      }
      this.begin(this.#startMs[at]!, this.#rank[at]!)
      at++
    }
    this.#gapMs[at] = gapMs
    this.#count[at] = count
  }

  /** Hands over all that was told of moments before this one; nobody may tell of those any more. */
  flushBefore(beforeMs: number): void {
    const ready = this.#sort(beforeMs)
    const {stop} = this.#sink
    if (stop !== null) for (let i = 0; i < ready; i++) stop(this.#orderMs[i]!)
    this.#sink.take({gapMs: this.#gapMs, count: this.#count}, this.#order, ready)
    this.#keepFrom(beforeMs)
    if (this.#rows > this.#limit / 2) this.#limit *= 2
  }

  #keepFrom(fromMs: number): void {
    let rows = 0
    for (let row = 0; row < this.#rows && fromMs < Number.POSITIVE_INFINITY; row++) {
      if (this.#startMs[row]! < fromMs) continue
      this.#startMs[rows] = this.#startMs[row]!
      this.#rank[rows] = this.#rank[row]!
      this.#gapMs[rows] = this.#gapMs[row]!
      this.#count[rows++] = this.#count[row]!
    }
    this.#rows = rows
  }

  /**
   * Writes the rows before a moment to `#order` as they are to be handed over; how many there are. They are spread over as
   * many buckets of time as there are rows, so that little is left to sort.
   */
  #sort(beforeMs: number): number {
    const rows = this.#rows
    const starts = this.#startMs
    let firstMs = Number.POSITIVE_INFINITY
    let lastMs = Number.NEGATIVE_INFINITY
    let ready = 0
    for (let row = 0; row < rows; row++) {
      const start = starts[row]!
      if (start >= beforeMs) continue
      ready++
      if (start < firstMs) firstMs = start
      if (start > lastMs) lastMs = start
    }
    if (this.#order.length < ready) {
      this.#order = new Int32Array(starts.length)
      this.#orderMs = new Float64Array(starts.length)
      this.#bucketEnd = new Int32Array(starts.length + 1)
    }
    const largest = this.#spread(
      beforeMs,
      firstMs,
      lastMs > firstMs ? (ready - 1) / (lastMs - firstMs) : 0,
      ready,
    )
    if (largest > MOST_INSERTED) this.#sortLargeBuckets(ready)
    this.#insertionSort(ready)
    return ready
  }

  /** @returns the rows of the largest bucket */
  #spread(beforeMs: number, firstMs: number, perMs: number, ready: number): number {
    const rows = this.#rows
    const starts = this.#startMs
    const order = this.#order
    const orderMs = this.#orderMs
    const ends = this.#bucketEnd.fill(0, 0, ready + 1)
    for (let row = 0; row < rows; row++) {
      const start = starts[row]!
      if (start < beforeMs) ends[(((start - firstMs) * perMs) | 0) + 1]!++
    }
    let largest = 0
    let end = 0
    for (let bucket = 1; bucket <= ready; bucket++) {
      const count = ends[bucket]!
      if (count > largest) largest = count
      end += count
      ends[bucket] = end
    }
    for (let row = 0; row < rows; row++) {
      const start = starts[row]!
      if (start >= beforeMs) continue
      const at = ends[((start - firstMs) * perMs) | 0]!++
      order[at] = row
      orderMs[at] = start
    }
    return largest
  }

  #sortLargeBuckets(ready: number): void {
    const ends = this.#bucketEnd
    for (let bucket = 0, from = 0; bucket < ready; bucket++) {
      const end = ends[bucket]!
      if (end - from > MOST_INSERTED) {
        const order = this.#order.subarray(from, end).sort(this.#compare)
        for (let i = 0; i < order.length; i++) this.#orderMs[from + i] = this.#startMs[order[i]!]!
      }
      from = end
    }
  }

  readonly #compare = (a: number, b: number): number =>
    this.#startMs[a]! - this.#startMs[b]! || this.#rank[a]! - this.#rank[b]! || a - b

  /** Only rows of one bucket change places: what is before it is smaller. */
  #insertionSort(end: number): void {
    const order = this.#order
    const orderMs = this.#orderMs
    const ranks = this.#rank
    let beforeMs = Number.NEGATIVE_INFINITY
    for (let i = 0; i < end; i++) {
      const start = orderMs[i]!
      if (start > beforeMs) {
        beforeMs = start
        continue
      }
      const row = order[i]!
      let at = i
      for (; at > 0; at--) {
        const otherMs = orderMs[at - 1]!
        if (otherMs < start || (otherMs === start && ranks[order[at - 1]!]! <= ranks[row]!)) break
        order[at] = order[at - 1]!
        orderMs[at] = otherMs
      }
      if (at === i) continue
      order[at] = row
      orderMs[at] = start
    }
  }

  #grow(): void {
    const size = this.#startMs.length * 2
    this.#startMs = grown(this.#startMs, size)
    this.#rank = grown(this.#rank, size)
    this.#gapMs = grown(this.#gapMs, size)
    this.#count = grown(this.#count, size)
  }
}
