import {grown} from '../../core/grown.ts'
import type {ForwardPasses} from '../observation.ts'
import type {PassOutcome} from '../scheduler.ts'

/**
 * Forward-pass snapshots of one pool, emptied after each observation.
 *
 * An instance may run several passes ahead of the others (`Cluster`), so rows arrive in order per instance only.
 * `inExecutionOrder` merges them by (start, instance), the order in which one global clock would have run them.
 */
export class PassBuffer {
  #rows = new PassColumns()
  #merged = new PassColumns()
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
    if (!this.#mixed) return this.#rows
    const rows = this.#rows
    this.#merged.reserve(rows.count)
    const streams = streamsByInstance(rows)
    for (let at = (streams.length >> 1) - 1; at >= 0; at--) siftDown(streams, at, rows.startMs)
    for (let to = 0; to < rows.count; to++) {
      const first = streams[0]!
      this.#merged.copyRow(to, rows, first.rows[first.next++]!)
      if (first.next === first.rows.length) {
        const last = streams.pop()!
        if (streams.length > 0) streams[0] = last
      }
      siftDown(streams, 0, rows.startMs)
    }
    this.#merged.count = rows.count
    return this.#merged
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

interface Stream {
  readonly instanceId: number
  readonly rows: number[]
  next: number
}

function streamsByInstance(rows: PassColumns): Stream[] {
  const byInstance = new Map<number, Stream>()
  for (let i = 0; i < rows.count; i++) {
    const instanceId = rows.instanceId[i]!
    const stream = byInstance.get(instanceId)
    if (stream) stream.rows.push(i)
    else byInstance.set(instanceId, {instanceId, rows: [i], next: 0})
  }
  return [...byInstance.values()]
}

/** Restores the heap of streams, ordered by (start of the next row, instance), below one whose next row has changed. */
function siftDown(streams: Stream[], from: number, startMs: Float64Array): void {
  const stream = streams[from]
  if (stream === undefined) return
  let at = from
  for (;;) {
    let child = 2 * at + 1
    if (child >= streams.length) break
    if (child + 1 < streams.length && isBefore(streams[child + 1]!, streams[child]!, startMs)) child++
    if (!isBefore(streams[child]!, stream, startMs)) break
    streams[at] = streams[child]!
    at = child
  }
  streams[at] = stream
}

function isBefore(a: Stream, b: Stream, startMs: Float64Array): boolean {
  const startA = startMs[a.rows[a.next]!]!
  const startB = startMs[b.rows[b.next]!]!
  return startA < startB || (startA === startB && a.instanceId < b.instanceId)
}

const INITIAL = 1024

class PassColumns implements ForwardPasses {
  count = 0
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

  copyRow(to: number, from: PassColumns, row: number): void {
    this.instanceId[to] = from.instanceId[row]!
    this.startMs[to] = from.startMs[row]!
    this.wallTimeS[to] = from.wallTimeS[row]!
    this.numPrefillRequests[to] = from.numPrefillRequests[row]!
    this.sumPrefillTokens[to] = from.sumPrefillTokens[row]!
    this.numDecodeRequests[to] = from.numDecodeRequests[row]!
    this.sumDecodeKvTokens[to] = from.sumDecodeKvTokens[row]!
    this.numQueuedPrefill[to] = from.numQueuedPrefill[row]!
    this.sumQueuedPrefillTokens[to] = from.sumQueuedPrefillTokens[row]!
    this.numQueuedDecode[to] = from.numQueuedDecode[row]!
    this.sumQueuedDecodeKvTokens[to] = from.sumQueuedDecodeKvTokens[row]!
  }
}
