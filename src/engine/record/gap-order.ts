import {grown} from '../../core/grown.ts'

/** Where gaps go once their place is known. */
export interface GapSink {
  /** An instance stops at this moment, or the clock does. */
  stop(atMs: number): void
  gaps(gapMs: number, count: number): void
}

/** Pieces at which it is worth while to put them in order; more of them, where most must wait. */
const FIRST_LIMIT = 1 << 16
const INITIAL = 1 << 12
/** Pieces of one bucket that are sorted by insertion. */
const MOST_INSERTED = 48

/**
 * Puts gaps between tokens into the order in which one global clock would have told them, though an instance may tell
 * many stops at once, long after the first of them. Gaps come in pieces, one for each stop of an instance; pieces are
 * ordered by (moment, rank), and those of one rank by when they were told.
 */
export class GapOrder {
  readonly #sink: GapSink
  #limit = FIRST_LIMIT
  // Columns over pieces.
  #pieces = 0
  #startMs = new Float64Array(INITIAL)
  #rank = new Float64Array(INITIAL)
  /** Where the piece's gaps begin; they end where the next one's begin. */
  #from = new Int32Array(INITIAL + 1)
  // Columns over gaps.
  #length = 0
  #gapMs = new Float64Array(INITIAL)
  #count = new Uint32Array(INITIAL)
  // Scratch of `#sorted`.
  #order = new Int32Array(0)
  #bucketOf = new Int32Array(0)
  #bucketEnd = new Int32Array(0)

  constructor(sink: GapSink) {
    this.#sink = sink
  }

  /** When the passes began that are told of; NaN before the first. */
  get latestMs(): number {
    return this.#pieces > 0 ? this.#startMs[this.#pieces - 1]! : Number.NaN
  }

  get isFull(): boolean {
    return this.#pieces >= this.#limit
  }

  /** What follows belongs to passes that an instance of this rank began at this moment, which may lie back. */
  begin(startMs: number, rank: number): void {
    const at = this.#pieces++
    if (at === this.#startMs.length) this.#growPieces()
    this.#startMs[at] = startMs
    this.#rank[at] = rank
    this.#from[at] = this.#length
  }

  add(gapMs: number, count: number): void {
    const at = this.#length
    if (at > this.#from[this.#pieces - 1]! && this.#gapMs[at - 1] === gapMs) {
      this.#count[at - 1]! += count
      return
    }
    if (at === this.#gapMs.length) {
      this.#gapMs = grown(this.#gapMs, at * 2)
      this.#count = grown(this.#count, at * 2)
    }
    this.#gapMs[at] = gapMs
    this.#count[at] = count
    this.#length = at + 1
  }

  /** Hands over all that was told of moments before this one; nobody may tell of those any more. */
  flushBefore(beforeMs: number): void {
    const ready = this.#sorted(beforeMs)
    const from = this.#from
    from[this.#pieces] = this.#length
    for (let i = 0; i < ready; i++) {
      const piece = this.#order[i]!
      this.#sink.stop(this.#startMs[piece]!)
      const end = from[piece + 1]!
      for (let at = from[piece]!; at < end; at++) this.#sink.gaps(this.#gapMs[at]!, this.#count[at]!)
    }
    this.#keepFrom(beforeMs)
    if (this.#pieces > this.#limit / 2) this.#limit *= 2
  }

  #keepFrom(fromMs: number): void {
    let pieces = 0
    let length = 0
    for (let piece = 0; piece < this.#pieces; piece++) {
      if (this.#startMs[piece]! < fromMs) continue
      const from = this.#from[piece]!
      const end = this.#from[piece + 1]!
      this.#startMs[pieces] = this.#startMs[piece]!
      this.#rank[pieces] = this.#rank[piece]!
      this.#from[pieces++] = length
      for (let at = from; at < end; at++) {
        this.#gapMs[length] = this.#gapMs[at]!
        this.#count[length++] = this.#count[at]!
      }
    }
    this.#pieces = pieces
    this.#length = length
  }

  /**
   * Writes the pieces before a moment to `#order` as they are to be handed over; how many there are. They are spread over as
   * many buckets of time as there are pieces, so that little is left to sort.
   */
  #sorted(beforeMs: number): number {
    const count = this.#pieces
    const starts = this.#startMs
    let firstMs = Number.POSITIVE_INFINITY
    let lastMs = Number.NEGATIVE_INFINITY
    let ready = 0
    for (let piece = 0; piece < count; piece++) {
      const start = starts[piece]!
      if (start >= beforeMs) continue
      ready++
      if (start < firstMs) firstMs = start
      if (start > lastMs) lastMs = start
    }
    if (this.#order.length < ready) {
      this.#order = new Int32Array(this.#startMs.length)
      this.#bucketEnd = new Int32Array(this.#startMs.length + 1)
    }
    if (this.#bucketOf.length < count) this.#bucketOf = new Int32Array(this.#startMs.length)
    const perMs = lastMs > firstMs ? (ready - 1) / (lastMs - firstMs) : 0
    const ends = this.#bucketEnd.fill(0, 0, ready + 1)
    for (let piece = 0; piece < count; piece++) {
      if (starts[piece]! >= beforeMs) continue
      const bucket = Math.floor((starts[piece]! - firstMs) * perMs)
      this.#bucketOf[piece] = bucket
      ends[bucket + 1]!++
    }
    for (let bucket = 1; bucket <= ready; bucket++) ends[bucket]! += ends[bucket - 1]!
    for (let piece = 0; piece < count; piece++) {
      if (starts[piece]! >= beforeMs) continue
      const bucket = this.#bucketOf[piece]!
      this.#order[ends[bucket]!++] = piece
    }
    for (let bucket = 0, from = 0; bucket < ready; bucket++) {
      const end = ends[bucket]!
      if (end - from > MOST_INSERTED) this.#order.subarray(from, end).sort(this.#compare)
      else if (end - from > 1) this.#insertionSort(from, end)
      from = end
    }
    return ready
  }

  readonly #compare = (a: number, b: number): number =>
    this.#startMs[a]! - this.#startMs[b]! || this.#rank[a]! - this.#rank[b]! || a - b

  #insertionSort(from: number, end: number): void {
    const order = this.#order
    const starts = this.#startMs
    const ranks = this.#rank
    for (let i = from + 1; i < end; i++) {
      const piece = order[i]!
      const start = starts[piece]!
      let at = i
      for (; at > from; at--) {
        const other = order[at - 1]!
        if (starts[other]! < start || (starts[other] === start && ranks[other]! <= ranks[piece]!)) break
        order[at] = other
      }
      order[at] = piece
    }
  }

  #growPieces(): void {
    const size = this.#startMs.length * 2
    this.#startMs = grown(this.#startMs, size)
    this.#rank = grown(this.#rank, size)
    this.#from = grown(this.#from, size + 1)
  }
}
