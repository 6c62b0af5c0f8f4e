import {type Leaf, LeafHeap} from './leaf-heap.ts'
import {RunChildren, type RunNode} from './run-children.ts'
import type {TokenRuns} from './token-runs.ts'

/** A run of tokens in the tree: positions [start, end) of every sequence that goes through it. */
export interface RadixNode {
  readonly start: number
  readonly end: number
}

/** A node as the trees of both generations keep it; theirs add what their own counts need. */
export abstract class TreeNode<N> implements RadixNode, RunNode<N>, Leaf {
  parent: N | null
  /** A request whose tokens these are. */
  request: number
  start: number
  end: number
  children: Map<number, N> | null = null
  sibling: N | null = null
  childCount = 0
  locks = 0
  access = 0
  queued = false

  constructor(parent: N | null, request: number, start: number, end: number) {
    this.parent = parent
    this.request = request
    this.start = start
    this.end = end
  }

  get isEvictable(): boolean {
    return this.locks === 0 && this.childCount === 0 && this.parent !== null
  }
}

/**
 * Prefix cache of one SGLang-style instance: a tree of token runs, cut at page boundaries, as far as it is the same in
 * both generations. A running request *locks* the path to the node its cached prefix ends in. Unlocked leaves can be
 * evicted, least recently used first.
 *
 * "Used" is a counter of operations. A running request uses its whole path again and again; as nothing on a locked
 * path can be evicted, its last use is noted when the path is unlocked.
 */
export abstract class PrefixTree<N extends TreeNode<N>> {
  readonly #root: N
  readonly #children: RunChildren<N>
  readonly #leaves = new LeafHeap<N>()
  #operation = 0
  /** Tokens per page. */
  protected readonly page: number
  /** Tokens no request holds on to. */
  protected unlocked = 0

  /** @param page tokens per page, >= 1 */
  constructor(root: N, page: number, tokens: TokenRuns) {
    this.#root = root
    this.page = page
    this.#children = new RunChildren(page, tokens)
  }

  get root(): RadixNode {
    return this.#root
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
    let node = this.#root
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
    let node = this.#root
    for (;;) {
      const child = this.next(node, request, limit, operation)
      if (child === null) return node
      node = child
    }
  }

  /** Locks the path to a node. */
  lock(node: RadixNode): void {
    for (let at = node as N; at.parent !== null; at = at.parent) this.addLock(at)
  }

  /**
   * Takes a lock off the path to a node.
   * @param lastUse operation that used the path last
   */
  unlock(node: RadixNode, lastUse: number): void {
    for (let at = node as N; at.parent !== null; at = at.parent) {
      if (at.access < lastUse) at.access = lastUse
      if (--at.locks > 0) continue
      this.unlocked += at.end - at.start
      if (at.childCount === 0) this.offer(at)
    }
  }

  /** Evicts leaves until `wanted` tokens are free or no leaf is left; returns the tokens freed. */
  evict(wanted: number): number {
    const leaves = this.#leaves
    let freed = 0
    while (freed < wanted && leaves.size > 0) {
      const time = leaves.topTime
      const leaf = leaves.pop()
      if (!leaf.isEvictable) continue
      if (leaf.access === time) freed += this.#evictLeaf(leaf, wanted - freed)
      else leaves.push(leaf)
    }
    return freed
  }

  /** The child that follows on a sequence's way, or the part of one that the sequence follows within `limit`; null at its end. */
  protected next(node: N, request: number, limit: number, operation: number): N | null {
    const child = this.#children.find(node, request, limit)
    return child && this.descend(child, this.#children.commonEnd(child, request, limit), operation)
  }

  /** Goes to a child or, when the sequence follows it to `end` only, to the part of it before `end`. */
  protected descend(child: N, end: number, operation: number): N {
    if (end < child.end) return this.split(child, end)
    child.access = operation
    return child
  }

  /** Cuts a node in two; the lower part stays the node that requests hold on to. */
  protected split(node: N, at: number): N {
    const upper = this.createNode(node.parent, node.request, node.start, at)
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

  /** A new leaf. */
  protected append(parent: N, request: number, end: number): N {
    const leaf = this.createNode(parent, request, parent.end, end)
    parent.childCount++
    this.#children.link(parent, leaf)
    return leaf
  }

  protected addLock(node: N): void {
    if (node.locks++ === 0) this.unlocked -= node.end - node.start
  }

  /** A leaf has come to be unlocked: it can be evicted. */
  protected offer(leaf: N): void {
    this.#leaves.push(leaf)
  }

  protected abstract createNode(parent: N | null, request: number, start: number, end: number): N

  /** Tokens that go when a leaf is evicted and `wanted` are; at most its length. */
  protected abstract evictedTokens(leaf: N, wanted: number): number

  /** Whole pages for `wanted` tokens, at most the leaf's length. */
  protected tailOf(leaf: N, wanted: number): number {
    return Math.min(Math.ceil(wanted / this.page) * this.page, leaf.end - leaf.start)
  }

  #evictLeaf(leaf: N, wanted: number): number {
    const freed = this.evictedTokens(leaf, wanted)
    leaf.end -= freed
    this.unlocked -= freed
    if (leaf.end > leaf.start) this.#leaves.push(leaf)
    else this.#remove(leaf)
    return freed
  }

  #remove(leaf: N): void {
    const parent = leaf.parent!
    this.#children.unlink(parent, leaf)
    parent.childCount--
    if (parent.isEvictable) this.offer(parent)
  }
}
