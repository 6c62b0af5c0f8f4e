import type {BlockLog} from '../block-log.ts'
import type {Prompts} from '../prompts.ts'

/** The request whose blocks changed, and the identity of its first block, which the others follow. */
interface BlockHolder {
  readonly request: number
  readonly fresh: number
}

/** Blocks with the same content after the same prefix, on whichever instances. */
interface Node {
  readonly children: Map<number, Node>
  /** Instances that said they have it, by their ids. */
  readonly holders: Set<number>
}

/**
 * What a KV router knows of instances without prefix caching (engine.md 8.8). They tell it of every block they fill, by
 * content, although none will be used twice, and so it believes in hits that never happen.
 *
 * Each use of a prompt is a block of its own there, and the index keeps one entry for all with the same content: when
 * the first of them goes, the instance is struck from the entry, even if it has others. An entry without instances
 * forgets what comes after it.
 */
export class RouterIndex {
  readonly #prompts: Prompts
  readonly #root: Node = createNode()
  /** Entries of the blocks of each instance, by the blocks' own identities. */
  readonly #entries = new Map<number, Map<number, Node>>()
  /** All instances are asked about one request after another. */
  #lookedUp = -1
  #scores: ReadonlyMap<number, number> = new Map()

  constructor(prompts: Prompts) {
    this.#prompts = prompts
  }

  /** Leading prompt blocks of a request an instance is believed to have. */
  cachedBlocks(request: number, instance: number): number {
    if (request !== this.#lookedUp) {
      this.#lookedUp = request
      this.#scores = this.#match(request)
    }
    return this.#scores.get(instance) ?? 0
  }

  /**
   * Follows a prompt with the instances that have all of it so far. As in the reference they are only compared with the
   * holders of the next entry where the two differ in number: in its own view entries further on have fewer holders.
   * Where an instance has lost an entry and kept those after it, that is not so, and it may pass for another one.
   */
  #match(request: number): ReadonlyMap<number, number> {
    const {blocks, blockStart} = this.#prompts
    const from = blockStart[request]!
    const scores = new Map<number, number>()
    const following = new Set<number>()
    let node: Node | undefined = this.#root
    let depth = 0
    for (; from + depth < blockStart[request + 1]!; depth++) {
      node = node.children.get(blocks[from + depth]!)
      if (node === undefined) break
      const {holders} = node
      if (depth === 0) for (const instance of holders) following.add(instance)
      else if (holders.size !== following.size) {
        for (const instance of following) {
          if (holders.has(instance)) continue
          following.delete(instance)
          scores.set(instance, depth)
        }
      }
      if (following.size === 0) break
    }
    for (const instance of following) scores.set(instance, depth)
    return scores
  }

  /** Takes in what a call of the KV cache for `holder` changed: first what it stored, then what it gave up for that. */
  apply(instance: number, holder: BlockHolder, log: BlockLog): void {
    if (log.registered.length === 0 && log.evicted.length === 0) return
    this.#lookedUp = -1
    if (log.registered.length > 0) this.#store(instance, holder, log.registered)
    const entries = this.#entriesOf(instance)
    for (const block of log.evicted) {
      const node = entries.get(block)
      if (node === undefined) continue
      entries.delete(block)
      node.holders.delete(instance)
      if (node.holders.size === 0) node.children.clear()
    }
    log.clear()
  }

  /** Blocks a request generated have no prompt to be found by, so they are left out. */
  #store(instance: number, {request, fresh}: BlockHolder, registered: readonly number[]): void {
    const entries = this.#entriesOf(instance)
    const from = this.#prompts.blockStart[request]!
    const count = this.#prompts.blockStart[request + 1]! - from
    const first = registered[0]! - fresh
    let node = first > 0 ? entries.get(fresh + first - 1) : this.#root
    for (let i = first; i < Math.min(first + registered.length, count) && node !== undefined; i++) {
      const content = this.#prompts.blocks[from + i]!
      let child = node.children.get(content)
      if (child === undefined) {
        child = createNode()
        node.children.set(content, child)
      }
      child.holders.add(instance)
      entries.set(fresh + i, child)
      node = child
    }
  }

  #entriesOf(instance: number): Map<number, Node> {
    const known = this.#entries.get(instance)
    if (known !== undefined) return known
    const entries = new Map<number, Node>()
    this.#entries.set(instance, entries)
    return entries
  }
}

function createNode(): Node {
  return {children: new Map(), holders: new Set()}
}
