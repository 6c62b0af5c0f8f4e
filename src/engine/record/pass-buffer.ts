import {grown} from '../../core/grown.ts'
import type {ForwardPasses} from '../observation.ts'
import type {PassOutcome} from '../scheduler.ts'

/**
 * Forward-pass snapshots of one pool, emptied after each observation.
 *
 * An instance may run several passes ahead of the others (`Cluster`), so rows arrive in order per instance only.
 * `inExecutionOrder` says how they follow each other by (start, instance), as one global clock would have run them.
 */
export class PassBuffer {
  #rows = new PassColumns()
  #order = new Int32Array(0)
  /** Scratch of `#chain`. */
  #next = new Int32Array(0)
  /** Rows are not in execution order. */
  #mixed = false

  get count(): number {
    return this.#rows.count
  }

  add(instanceId: number, startMs: number, endMs: number, outcome: PassOutcome): void {
    const at = this.#append(instanceId, startMs, endMs)
    const rows = this.#rows
    rows.numPrefillRequests[at] = outcome.numPrefillRequests
    rows.sumPrefillTokens[at] = outcome.sumPrefillTokens
    rows.numDecodeRequests[at] = outcome.numDecodeRequests
    rows.sumDecodeKvTokens[at] = outcome.sumDecodeKvTokens
    rows.numQueuedPrefill[at] = outcome.numQueuedPrefill
    rows.sumQueuedPrefillTokens[at] = outcome.sumQueuedPrefillTokens
    rows.numQueuedDecode[at] = outcome.numQueuedDecode
    rows.sumQueuedDecodeKvTokens[at] = outcome.sumQueuedDecodeKvTokens
  }

  /** A pass that only decodes, with nothing queued. */
  addDecodeOnly(
    instanceId: number,
    startMs: number,
    endMs: number,
    requests: number,
    kvTokens: number,
  ): void {
    const at = this.#append(instanceId, startMs, endMs)
    const rows = this.#rows
    rows.numPrefillRequests[at] = 0
    rows.sumPrefillTokens[at] = 0
    rows.numDecodeRequests[at] = requests
    rows.sumDecodeKvTokens[at] = kvTokens
    rows.numQueuedPrefill[at] = 0
    rows.sumQueuedPrefillTokens[at] = 0
    rows.numQueuedDecode[at] = 0
    rows.sumQueuedDecodeKvTokens[at] = 0
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
    const first = new Map<number, number>()
    for (let row = count - 1; row >= 0; row--) {
      const id = instanceId[row]!
      next[row] = first.get(id) ?? -1
      first.set(id, row)
    }
    return {next, heads: [...first.values()]}
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
function siftDown(heads: number[], from: number, rows: PassColumns): void {
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

function isBefore(a: number, b: number, {startMs, instanceId}: PassColumns): boolean {
  const difference = startMs[a]! - startMs[b]!
  return difference < 0 || (difference === 0 && instanceId[a]! < instanceId[b]!)
}

const INITIAL = 1024

class PassColumns implements ForwardPasses {
  count = 0
  order: Int32Array | null = null
  instanceId = new Int32Array(INITIAL)
  startMs = new Float64Array(INITIAL)
  wallTimeS = new Float64Array(INITIAL)
  numPrefillRequests = new Int32Array(INITIAL)
  sumPrefillTokens = new Float64Array(INITIAL)
  numDecodeRequests = new Int32Array(INITIAL)
  sumDecodeKvTokens = new Float64Array(INITIAL)
  numQueuedPrefill = new Int32Array(INITIAL)
  sumQueuedPrefillTokens = new Float64Array(INITIAL)
  numQueuedDecode = new Int32Array(INITIAL)
  sumQueuedDecodeKvTokens = new Float64Array(INITIAL)

  reserve(count: number): void {
    if (count <= this.instanceId.length) return
    const size = Math.max(count, this.instanceId.length * 2)
    this.instanceId = grown(this.instanceId, size)
    this.startMs = grown(this.startMs, size)
    this.wallTimeS = grown(this.wallTimeS, size)
    this.numPrefillRequests = grown(this.numPrefillRequests, size)
    this.sumPrefillTokens = grown(this.sumPrefillTokens, size)
    this.numDecodeRequests = grown(this.numDecodeRequests, size)
    this.sumDecodeKvTokens = grown(this.sumDecodeKvTokens, size)
    this.numQueuedPrefill = grown(this.numQueuedPrefill, size)
    this.sumQueuedPrefillTokens = grown(this.sumQueuedPrefillTokens, size)
    this.numQueuedDecode = grown(this.numQueuedDecode, size)
    this.sumQueuedDecodeKvTokens = grown(this.sumQueuedDecodeKvTokens, size)
  }
}
