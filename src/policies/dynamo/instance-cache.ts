import {grown} from '../../core/grown.ts'
import type {ForwardPasses, PoolObservation} from '../../engine/observation.ts'
import type {PassRows} from './pass-rows.ts'
import type {InstanceLoad} from './rules-1.2/latency-side.ts'

/**
 * The last forward pass of each instance of one pool, in the order in which the instances first appeared
 * (planner.md 3.2). Entries beyond the number of serving instances are dropped from the highest id down. As ids only
 * grow, a drained instance can so outlive a new one; the reference has that flaw, and decisions depend on it.
 */
export class InstanceCache {
  /** Instance id -> row of `lastPasses`. */
  readonly #rows = new Map<number, number>()
  #freeRows: number[] = []
  #lastPasses = emptyPasses(8)
  /** Per instance id: index of its last pass in the window being read, and the window's number. */
  #lastIndex = new Int32Array(64)
  #seenInWindow = new Int32Array(64)
  #window = 0
  /** Scratch: rows given out, until the next ones are asked for. */
  #selected = new Int32Array(1024)

  /** Takes in one window of passes, for `earlierPasses`. */
  update(pool: PoolObservation): void {
    const {passes} = pool
    const {count, order, instanceId} = passes
    this.#window++
    for (let i = 0; i < count; i++) {
      const row = order ? order[i]! : i
      const instance = instanceId[row]!
      if (instance >= this.#lastIndex.length) this.#growTo(instance + 1)
      if (this.#seenInWindow[instance] !== this.#window) {
        this.#seenInWindow[instance] = this.#window
        if (!this.#rows.has(instance)) this.#rows.set(instance, this.#takeRow())
      }
      this.#lastIndex[instance] = row
    }
    for (const [instance, row] of this.#rows) {
      if (this.#seenInWindow[instance] !== this.#window) continue
      copyPass(passes, this.#lastIndex[instance]!, this.#lastPasses, row)
    }
    while (this.#rows.size > pool.activeCount) this.#dropHighestId()
  }

  /** The passes of the window last taken in, except each instance's last one and those of no duration. */
  earlierPasses(passes: ForwardPasses): PassRows {
    const {count, order, instanceId, wallTimeS} = passes
    const rows = this.#roomFor(count)
    const lastIndex = this.#lastIndex
    let found = 0
    for (let i = 0; i < count; i++) {
      const row = order ? order[i]! : i
      if (lastIndex[instanceId[row]!] !== row && wallTimeS[row]! > 0) rows[found++] = row
    }
    return {passes, rows, count: found}
  }

  /** The cached passes, in order. */
  cachedPasses(): PassRows {
    const rows = this.#roomFor(this.#rows.size)
    let count = 0
    for (const row of this.#rows.values()) rows[count++] = row
    return {passes: this.#lastPasses, rows, count}
  }

  #roomFor(count: number): Int32Array {
    if (this.#selected.length < count) this.#selected = new Int32Array(count * 2)
    return this.#selected
  }

  loads(): readonly InstanceLoad[] {
    const passes = this.#lastPasses
    return [...this.#rows].map(([instanceId, row]) => ({
      instanceId,
      scheduledPrefillTokens: passes.sumPrefillTokens[row]!,
      scheduledDecodeKvTokens: passes.sumDecodeKvTokens[row]!,
      queuedPrefillTokens: passes.sumQueuedPrefillTokens[row]!,
      queuedDecodeKvTokens: passes.sumQueuedDecodeKvTokens[row]!,
    }))
  }

  #dropHighestId(): void {
    let highest = -1
    for (const instance of this.#rows.keys()) highest = Math.max(highest, instance)
    this.#freeRows.push(this.#rows.get(highest)!)
    this.#rows.delete(highest)
  }

  #takeRow(): number {
    const freed = this.#freeRows.pop()
    if (freed !== undefined) return freed
    const row = this.#rows.size
    if (row === this.#lastPasses.wallTimeS.length) {
      const larger = emptyPasses(row * 2)
      for (let i = 0; i < row; i++) copyPass(this.#lastPasses, i, larger, i)
      this.#lastPasses = larger
    }
    return row
  }

  #growTo(instances: number): void {
    const size = Math.max(instances, this.#lastIndex.length * 2)
    this.#lastIndex = grown(this.#lastIndex, size)
    this.#seenInWindow = grown(this.#seenInWindow, size)
  }
}

export function emptyPasses(capacity: number): ForwardPasses {
  return {
    count: 0,
    instanceId: new Int32Array(capacity),
    wallTimeS: new Float64Array(capacity),
    numPrefillRequests: new Int32Array(capacity),
    sumPrefillTokens: new Float64Array(capacity),
    numDecodeRequests: new Int32Array(capacity),
    sumDecodeKvTokens: new Float64Array(capacity),
    numQueuedPrefill: new Int32Array(capacity),
    sumQueuedPrefillTokens: new Float64Array(capacity),
    numQueuedDecode: new Int32Array(capacity),
    sumQueuedDecodeKvTokens: new Float64Array(capacity),
  }
}

function copyPass(from: ForwardPasses, index: number, to: ForwardPasses, row: number): void {
  to.instanceId[row] = from.instanceId[index]!
  to.wallTimeS[row] = from.wallTimeS[index]!
  to.numPrefillRequests[row] = from.numPrefillRequests[index]!
  to.sumPrefillTokens[row] = from.sumPrefillTokens[index]!
  to.numDecodeRequests[row] = from.numDecodeRequests[index]!
  to.sumDecodeKvTokens[row] = from.sumDecodeKvTokens[index]!
  to.numQueuedPrefill[row] = from.numQueuedPrefill[index]!
  to.sumQueuedPrefillTokens[row] = from.sumQueuedPrefillTokens[index]!
  to.numQueuedDecode[row] = from.numQueuedDecode[index]!
  to.sumQueuedDecodeKvTokens[row] = from.sumQueuedDecodeKvTokens[index]!
}
