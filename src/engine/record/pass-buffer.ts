import {grown} from '../../core/grown.ts'
import type {ForwardPasses} from '../observation.ts'
import {PassColumns} from './pass-columns.ts'
import {type PassFigures, PassRow} from './pass-figures.ts'

/**
 * Forward-pass snapshots of one pool, emptied after each observation.
 *
 * An instance may run several passes ahead of the others (`Cluster`), so rows arrive in order per instance only.
 * `inExecutionOrder` says how they follow each other by (start, instance), as one global clock would have run them.
 */
export class PassBuffer {
  readonly #rows = new TimedPasses()
  readonly #decodeOnly = new PassRow()
  #order = new Int32Array(0)
  /** Scratch of `#chain`; by instance id, -1 outside it. */
  #next = new Int32Array(0)
  #firstOf = new Int32Array(64).fill(-1)
  /** Rows are not in execution order. */
  #mixed = false

  get count(): number {
    return this.#rows.count
  }

  add(instanceId: number, startMs: number, endMs: number, figures: PassFigures): void {
    this.#rows.setFigures(this.#append(instanceId, startMs, endMs), figures)
  }

  /** A pass that only decodes, with nothing queued. */
  addDecodeOnly(
    instanceId: number,
    startMs: number,
    endMs: number,
    requests: number,
    kvTokens: number,
  ): void {
    this.#decodeOnly.numDecodeRequests = requests
    this.#decodeOnly.sumDecodeKvTokens = kvTokens
    this.add(instanceId, startMs, endMs, this.#decodeOnly)
  }

  clear(): void {
    this.#rows.count = 0
    this.#mixed = false
  }

  inExecutionOrder(): ForwardPasses {
    const rows = this.#rows
    rows.order = this.#mixed ? this.#mergedOrder() : null
    return rows
  }

  #mergedOrder(): Int32Array {
    const rows = this.#rows
    if (this.#order.length < rows.count) this.#order = new Int32Array(rows.instanceId.length)
    const order = this.#order
    const {next, heads} = this.#chain()
    for (let at = (heads.length >> 1) - 1; at >= 0; at--) siftDown(heads, at, rows)
    for (let to = 0; to < rows.count; to++) {
      const row = heads[0]!
      order[to] = row
      const following = next[row]!
      if (following >= 0) heads[0] = following
      else {
        const last = heads.pop()!
        if (heads.length > 0) heads[0] = last
      }
      siftDown(heads, 0, rows)
    }
    return order
  }

  /** For each row the next one of its instance, -1 after the last; and the first row of each instance. */
  #chain(): {readonly next: Int32Array; readonly heads: number[]} {
    const {count, instanceId} = this.#rows
    if (this.#next.length < count) this.#next = new Int32Array(this.#rows.instanceId.length)
    const next = this.#next
    const ids: number[] = []
    for (let row = count - 1; row >= 0; row--) {
      const id = instanceId[row]!
      if (id >= this.#firstOf.length) this.#growTo(id + 1)
      const following = this.#firstOf[id]!
      if (following < 0) ids.push(id)
      next[row] = following
      this.#firstOf[id] = row
    }
    const heads = ids.map(id => this.#firstOf[id]!)
    for (const id of ids) this.#firstOf[id] = -1
    return {next, heads}
  }

  #growTo(instances: number): void {
    const before = this.#firstOf.length
    this.#firstOf = grown(this.#firstOf, Math.max(instances, before * 2)).fill(-1, before)
  }

  #append(instanceId: number, startMs: number, endMs: number): number {
    const rows = this.#rows
    const at = rows.count
    rows.reserve(at + 1)
    if (at > 0 && rows.startMs[at - 1]! > startMs) this.#mixed = true
    rows.instanceId[at] = instanceId
    rows.startMs[at] = startMs
    rows.wallTimeS[at] = (endMs - startMs) / 1000
    rows.count = at + 1
    return at
  }
}

/** Restores the heap of rows, ordered by (start, instance), below one that has changed. */
function siftDown(heads: number[], from: number, rows: TimedPasses): void {
  const row = heads[from]
  if (row === undefined) return
  let at = from
  for (;;) {
    let child = 2 * at + 1
    if (child >= heads.length) break
    if (child + 1 < heads.length && isBefore(heads[child + 1]!, heads[child]!, rows)) child++
    if (!isBefore(heads[child]!, row, rows)) break
    heads[at] = heads[child]!
    at = child
  }
  heads[at] = row
}

function isBefore(a: number, b: number, {startMs, instanceId}: TimedPasses): boolean {
  const difference = startMs[a]! - startMs[b]!
  return difference < 0 || (difference === 0 && instanceId[a]! < instanceId[b]!)
}

const INITIAL = 1024

class TimedPasses extends PassColumns implements ForwardPasses {
  order: Int32Array | null = null
  startMs = new Float64Array(INITIAL)

  constructor() {
    super(INITIAL)
  }

  protected override grow(size: number): void {
    super.grow(size)
    this.startMs = grown(this.startMs, size)
  }
}
