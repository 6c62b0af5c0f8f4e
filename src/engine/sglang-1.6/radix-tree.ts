import {type Leaf, LeafHeap} from '../sglang-1.2/leaf-heap.ts'
import {RunChildren, type RunNode} from '../sglang-1.2/run-children.ts'
import type {TokenRuns} from '../sglang-1.2/token-runs.ts'

/** A run of tokens in the tree: positions [start, end) of every sequence that goes through it. */
export interface RadixNode {
  readonly start: number
  readonly end: number
}

/**
 * Prefix cache of one SGLang-style instance, generation 1.6 (sglang-trtllm-1.6.md 1.10): a tree of token runs, cut at
 * page boundaries. Against 1.2 every unlocked token counts as evictable, a leaf is evicted from its tail as far as
 * needed, and a leaf is lengthened in place where nobody else holds on to it.
 *
 * "Used" is a counter of operations. What a request holds is locked and cannot be evicted, so its last use is noted when
 * it lets go.
 */
export class RadixTree {
  readonly root: RadixNode = new Node(null, -1, 0, 0)
  readonly #page: number
  readonly #children: RunChildren<Node>
  readonly #leaves = new LeafHeap<Node>()
  #unlocked = 0
  #operation = 0
  /** Tokens the last `insert` put into the tree; the others were there. */
  inserted = 0

  /** @param page tokens per page, >= 1 */
  constructor(page: number, tokens: TokenRuns) {
    this.#page = page
    this.#children = new RunChildren(page, tokens)
  }

  /** Tokens no request holds on to: what evictions could free. */
  get evictableTokens(): number {
    return this.#unlocked
  }

  /** Numbers `count` operations; returns the first. */
  nextOperations(count: number): number {
    const first = this.#operation + 1
    this.#operation += count
    return first
  }

  /** Cached leading tokens of a sequence, in whole pages; changes nothing. */
  cachedTokens(request: number, length: number): number {
    const limit = this.#children.wholePages(length)
    let node = this.root as Node
    for (;;) {
      const child = this.#children.find(node, request, limit)
      if (child === null) return node.end
      const common = this.#children.commonEnd(child, request, limit)
      if (common < child.end) return common
      node = child
    }
  }

  /** The node that ends the cached prefix of the first `length` tokens, splitting one if it must; counts as a use. */
  match(request: number, length: number): RadixNode {
    const operation = this.nextOperations(1)
    const limit = this.#children.wholePages(length)
    let node = this.root as Node
    for (;;) {
      const child = this.#children.find(node, request, limit)
      if (child === null) return node
      node = this.#descend(child, this.#children.commonEnd(child, request, limit), operation)
    }
  }

  /** Locks the path to a node. */
  lock(node: RadixNode): void {
    for (let at = node as Node; at.parent !== null; at = at.parent) {
      if (at.locks++ === 0) this.#unlocked -= at.end - at.start
    }
  }

  /**
   * Takes a lock off the path to a node.
   * @param lastUse operation that used the path last
   */
  unlock(node: RadixNode, lastUse: number): void {
    for (let at = node as Node; at.parent !== null; at = at.parent) {
      if (at.access < lastUse) at.access = lastUse
      if (--at.locks > 0) continue
      this.#unlocked += at.end - at.start
      if (at.childCount === 0) this.#leaves.push(at)
    }
  }

  /**
   * Inserts tokens [node.end, end) of a sequence below `node`, which the caller has locked once or is the root. Tokens that
   * are there already stay as they are; `inserted` tells how many were not.
   * @param end a multiple of the page
   * @returns the node that ends at `end`, not locked by this
   */
  insert(node: RadixNode, request: number, end: number): RadixNode {
    const operation = this.nextOperations(2)
    const start = node as Node
    let at = start
    this.inserted = 0
    while (at.end < end) {
      const child = this.#children.find(at, request, end)
      if (child === null) return this.#append(at, start, request, end, operation)
      at = this.#descend(child, this.#children.commonEnd(child, request, end), operation)
    }
    return at
  }

  /** Whether what a request generates below its locked node just lengthens that node. */
  growsInPlace(node: RadixNode, request: number): boolean {
    const at = node as Node
    return at.locks === 1 && at.childCount === 0 && at.request === request
  }

  /** Lengthens a node for which `growsInPlace`; the caller notes the use. */
  grow(node: RadixNode, end: number): void {
    ;(node as Node).end = end
  }

  /** Evicts until `wanted` tokens are free or nothing unlocked is left; returns the tokens freed. */
  evict(wanted: number): number {
    const leaves = this.#leaves
    let freed = 0
    while (freed < wanted && leaves.size > 0) {
      const time = leaves.topTime
      const leaf = leaves.pop()
      if (!isEvictable(leaf)) continue
      if (leaf.access === time) freed += this.#evictLeaf(leaf, wanted - freed)
      else leaves.push(leaf)
    }
    return freed
  }

  #evictLeaf(leaf: Node, wanted: number): number {
    const length = leaf.end - leaf.start
    const freed = Math.min(Math.ceil(wanted / this.#page) * this.#page, length)
    leaf.end -= freed
    this.#unlocked -= freed
    if (freed < length) this.#leaves.push(leaf)
    else this.#remove(leaf)
    return freed
  }

  #remove(leaf: Node): void {
    const parent = leaf.parent!
    this.#children.unlink(parent, leaf)
    parent.childCount--
    if (isEvictable(parent)) this.#leaves.push(parent)
  }

  /** Goes to a child or, when the sequence follows it to `end` only, to the part of it before `end`. */
  #descend(child: Node, end: number, operation: number): Node {
    if (end < child.end) return this.#split(child, end)
    child.access = operation
    return child
  }

  /** Cuts a node in two; the lower part stays the node that requests hold on to. */
  #split(node: Node, at: number): Node {
    const upper = new Node(node.parent, node.request, node.start, at)
    this.#children.unlink(node.parent!, node)
    upper.locks = node.locks
    upper.access = node.access
    upper.childCount = 1
    this.#children.link(upper.parent!, upper)
    node.start = at
    node.parent = upper
    this.#children.link(upper, node)
    return upper
  }

  /** Nothing follows `at` on the sequence's way: it is lengthened if nobody but the caller holds it, else gets a child. */
  #append(at: Node, start: Node, request: number, end: number, operation: number): Node {
    const added = end - at.end
    this.inserted = added
    if (at.parent !== null && at.childCount === 0 && (at.locks === 0 || (at === start && at.locks === 1))) {
      if (at.locks === 0) this.#unlocked += added
      at.request = request
      at.end = end
      return at
    }
    const leaf = new Node(at, request, at.end, end)
    leaf.access = operation + 1
    at.childCount++
    this.#unlocked += added
    this.#children.link(at, leaf)
    this.#leaves.push(leaf)
    return leaf
  }
}

class Node implements RadixNode, RunNode<Node>, Leaf {
  parent: Node | null
  /** A request whose tokens these are. */
  request: number
  start: number
  end: number
  children: Map<number, Node> | null = null
  sibling: Node | null = null
  childCount = 0
  locks = 0
  access = 0
  queued = false

  constructor(parent: Node | null, request: number, start: number, end: number) {
    this.parent = parent
    this.request = request
    this.start = start
    this.end = end
  }
}

function isEvictable(node: Node): boolean {
  return node.locks === 0 && node.childCount === 0 && node.parent !== null
}
