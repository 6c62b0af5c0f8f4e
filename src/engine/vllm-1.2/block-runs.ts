import {grown} from '../../core/grown.ts'
import {NumberedKeys} from './numbered-keys.ts'

/** In place of a release order: the blocks are referenced. */
export const ACTIVE = -1
/** In place of a release order: the run is gone. */
const GONE = -2

/** What is known of a run, in `facts`. */
export const FIELDS = 4
/** Blocks it has. */
export const LIVE = 0
/** Holders; 0 while it is inactive. */
export const REFERENCES = 1
/** The run whose last block comes before the first of this one; -1 if there is none. */
export const PARENT = 2
/** Inactive runs that come after its last block. */
export const INACTIVE_CHILDREN = 3

/**
 * Where the blocks of a KV cache stand. A *run* is a stretch of a prompt whose blocks have consecutive identities and are held by the
 * same requests: everyone who holds any of it holds it whole. It is found by the identity of its first block: whoever follows a
 * prompt comes to it there, since a block is registered only while those before it are.
 */
export class BlockRuns {
  readonly #table = new NumberedKeys()
  /** Over runs, `FIELDS` to each. */
  facts = new Int32Array(this.#table.room * FIELDS)
  /** Over runs: release order of the first block of one that is inactive. Each block after it was released one before. */
  firstOrder = new Float64Array(this.#table.room)

  /** Runs are 0 … count - 1, those that are gone included. */
  get count(): number {
    return this.#table.count
  }

  /** @returns the run that begins with a block, or -1 */
  find(identity: number): number {
    return this.#table.find(identity)
  }

  /** Identity of a run's first block. */
  first(run: number): number {
    return this.#table.keyOf(run)
  }

  live(run: number): number {
    return this.facts[run * FIELDS + LIVE]!
  }

  /** Release order of the last block of an inactive run, or ACTIVE. */
  tailOrder(run: number): number {
    const at = run * FIELDS
    return this.facts[at + REFERENCES]! > 0 ? ACTIVE : this.firstOrder[run]! - this.facts[at + LIVE]! + 1
  }

  /** A run that one holder has, of no block yet. */
  add(identity: number, parent: number): number {
    const run = this.#table.add(identity)
    const at = run * FIELDS
    if (at >= this.facts.length) this.#grow()
    this.facts[at + LIVE] = 0
    this.facts[at + REFERENCES] = 1
    this.facts[at + PARENT] = parent
    this.facts[at + INACTIVE_CHILDREN] = 0
    return run
  }

  /** The run has no block any more. */
  drop(run: number): void {
    this.facts[run * FIELDS + REFERENCES] = 0
    this.firstOrder[run] = GONE
    this.#table.drop(run)
  }

  /**
   * Makes the first `length` blocks of a run, fewer than all, a run of their own. The others keep the number: those who hold them, and
   * what comes after them, know it.
   * @returns the new run
   */
  splitHead(run: number, length: number): number {
    const identity = this.first(run)
    this.#table.rename(run, identity + length)
    const head = this.add(identity, this.facts[run * FIELDS + PARENT]!)
    const {facts} = this
    const references = facts[run * FIELDS + REFERENCES]!
    facts[head * FIELDS + LIVE] = length
    facts[head * FIELDS + REFERENCES] = references
    facts[head * FIELDS + INACTIVE_CHILDREN] = references > 0 ? 0 : 1
    facts[run * FIELDS + LIVE]! -= length
    facts[run * FIELDS + PARENT] = head
    this.firstOrder[head] = this.firstOrder[run]!
    this.firstOrder[run]! -= length
    return head
  }

  #grow(): void {
    const {room} = this.#table
    this.facts = grown(this.facts, room * FIELDS)
    this.firstOrder = grown(this.firstOrder, room)
  }
}

/** End of the identities from `i` on, before `to`, that follow each other. A chain that has left a row does not come to it again. */
export function endOfRun(blocks: Int32Array, i: number, to: number): number {
  const difference = blocks[i]! - i
  if (blocks[to - 1]! - (to - 1) === difference) return to
  let inside = i
  let outside = to - 1
  for (let step = 1; inside + step < outside; step *= 2) {
    if (blocks[inside + step]! - (inside + step) === difference) inside += step
    else outside = inside + step
  }
  while (outside - inside > 1) {
    const middle = (inside + outside) >> 1
    if (blocks[middle]! - middle === difference) inside = middle
    else outside = middle
  }
  return outside
}
