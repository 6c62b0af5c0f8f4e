import {empty} from '../../core/empty.ts'
import {grown} from '../../core/grown.ts'
import type {ForwardPasses} from '../observation.ts'
import {PassColumns} from './pass-columns.ts'
import {NO_FIGURES, type PassFigures} from './pass-figures.ts'
import {StartOrder} from './start-order.ts'

/**
 * Forward-pass snapshots of one pool, emptied after each observation.
 *
 * An instance may run several passes ahead of the others (`Cluster`), so rows arrive in order per instance only.
 * `inExecutionOrder` says how they follow each other by (start, instance), as one global clock would have run them.
 */
export class PassBuffer {
  readonly #rows = new TimedPasses()
  /** Rows with other figures than those of a pass that only decodes: all others have zeros there, now and for the next window. */
  readonly #withMore: number[] = []
  readonly #order = new StartOrder()
  /** Rows are not in execution order. */
  #mixed = false

  get count(): number {
    return this.#rows.count
  }

  add(instanceId: number, startMs: number, endMs: number, figures: PassFigures): void {
    const at = this.#append(instanceId, startMs, endMs)
    this.#rows.setFigures(at, figures)
    this.#withMore.push(at)
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
    this.#rows.numDecodeRequests[at] = requests
    this.#rows.sumDecodeKvTokens[at] = kvTokens
  }

  /** Such passes one after the other, the ends of which stand in a column; `kvTokens` are the first one's. */
  addDecodesOnly(
    instanceId: number,
    startMs: number,
    endMs: Float64Array,
    passes: number,
    requests: number,
    kvTokens: number,
  ): void {
    const rows = this.#rows
    let at = rows.count
    rows.reserve(at + passes)
    if (at > 0 && rows.startMs[at - 1]! > startMs) this.#mixed = true
    const {instanceId: ids, startMs: starts, wallTimeS, numDecodeRequests, sumDecodeKvTokens} = rows
    let fromMs = startMs
    let tokens = kvTokens
    for (let pass = 0; pass < passes; pass++) {
      ids[at] = instanceId
      starts[at] = fromMs
      wallTimeS[at] = (endMs[pass]! - fromMs) / 1000
      numDecodeRequests[at] = requests
      sumDecodeKvTokens[at++] = tokens
      fromMs = endMs[pass]!
      tokens += requests
    }
    rows.count = at
  }

  clear(): void {
    for (const row of this.#withMore) this.#rows.setFigures(row, NO_FIGURES)
    empty(this.#withMore)
    this.#rows.count = 0
    this.#mixed = false
  }

  inExecutionOrder(): ForwardPasses {
    const rows = this.#rows
    rows.order = this.#mixed ? this.#order.of(rows) : null
    return rows
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
