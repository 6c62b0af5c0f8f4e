interface TimedRows {
  readonly count: number
  readonly startMs: Float64Array
  readonly instanceId: Int32Array
}

/**
 * Order of rows by (start, instance). They are spread over as many buckets of time as there are rows, in one go; what is out of
 * order in a bucket is moved afterwards. A merge asks at every row which instance is next, which no processor guesses.
 */
export class StartOrder {
  #order = new Int32Array(0)
  #bucketOf = new Int32Array(0)
  /** Where the next row of each bucket goes. */
  #place = new Int32Array(0)

  /** Valid until the next call. @param rows those of one instance stand in order */
  of(rows: TimedRows): Int32Array {
    const {count} = rows
    if (this.#order.length < count) this.#reserve(rows.startMs.length)
    this.#spread(rows)
    this.#putRight(rows)
    return this.#order
  }

  #reserve(rows: number): void {
    this.#order = new Int32Array(rows)
    this.#bucketOf = new Int32Array(rows)
    this.#place = new Int32Array(rows + 1)
  }

  #spread({count, startMs}: TimedRows): void {
    const order = this.#order
    const bucketOf = this.#bucketOf
    const place = this.#place.fill(0, 0, count + 1)
    const {fromMs, bucketsPerMs} = bucketsOver(startMs, count)
    for (let row = 0; row < count; row++) {
      const bucket = ((startMs[row]! - fromMs) * bucketsPerMs) | 0
      bucketOf[row] = bucket
      place[bucket + 1]!++
    }
    let before = 0
    for (let bucket = 1; bucket < count; bucket++) {
      before += place[bucket]!
      place[bucket] = before
    }
    for (let row = 0; row < count; row++) order[place[bucketOf[row]!]!++] = row
  }

  #putRight({count, startMs, instanceId}: TimedRows): void {
    const order = this.#order
    let latestMs = Number.NEGATIVE_INFINITY
    for (let i = 0; i < count; i++) {
      const row = order[i]!
      const ms = startMs[row]!
      if (latestMs < ms) {
        latestMs = ms
        continue
      }
      let at = i
      for (; at > 0; at--) {
        const other = order[at - 1]!
        const otherMs = startMs[other]!
        if (otherMs < ms || (otherMs === ms && instanceId[other]! <= instanceId[row]!)) break
        order[at] = other
      }
      order[at] = row
    }
  }
}

/** Buckets 0 … count-1 over the rows' time. */
function bucketsOver(startMs: Float64Array, count: number): {fromMs: number; bucketsPerMs: number} {
  let fromMs = startMs[0]!
  let toMs = fromMs
  for (let row = 1; row < count; row++) {
    const ms = startMs[row]!
    if (ms < fromMs) fromMs = ms
    if (ms > toMs) toMs = ms
  }
  // A little less than there are, so that the last one, rounded, is no further one.
  return {fromMs, bucketsPerMs: toMs > fromMs ? (count - 0.5) / (toMs - fromMs) : 0}
}
