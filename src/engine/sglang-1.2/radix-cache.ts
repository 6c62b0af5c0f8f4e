import {PrefixTree, type RadixNode, TreeNode} from './prefix-tree.ts'
import type {TokenRuns} from './token-runs.ts'

/**
 * Prefix cache of one SGLang-style instance, generation 1.2 (engine.md 7.4). It knows how many tokens it holds, not
 * which memory slots they have; slots have no influence on anything.
 *
 * A leaf is evicted whole. A request that generates adds a node of one page at a time, each below the one before. Such a
 * chain is kept in one node, marked `pages`: only its last page is a leaf, and it is evicted page by page.
 */
export class RadixCache extends PrefixTree<Node> {
  #tokenCount = 0
  #evictable = 0
  #version = 0

  /** @param page tokens per page, >= 1 */
  constructor(page: number, tokens: TokenRuns) {
    super(new Node(null, -1, 0, 0), page, tokens)
  }

  /** Tokens in the tree. */
  get tokenCount(): number {
    return this.#tokenCount
  }

  /** Tokens no request holds on to: what evictions could free in all. */
  get unlockedTokens(): number {
    return this.unlocked
  }

  /** Tokens in unlocked leaves: what the reference takes for all that can be freed. */
  get evictableTokens(): number {
    return this.#evictable
  }

  /** Changes whenever the cached prefix of a sequence may have become longer or shorter. */
  get version(): number {
    return this.#version
  }

  /**
   * Inserts tokens [node.end, end) of a sequence below `node`, which the caller has locked or is the root, and moves
   * the caller's lock down. Tokens that are there already stay as they are.
   * @param end a multiple of the page
   * @returns the node that ends at `end`, locked
   */
  insert(node: RadixNode, request: number, end: number): RadixNode {
    const operation = this.nextOperations(1)
    let at = node as Node
    while (at.end < end) {
      const child = this.next(at, request, end, operation)
      if (child === null) return this.#append(at, request, end, operation)
      at = child
      this.addLock(at)
    }
    return at
  }

  /** Whether pages the request generates below its locked node just lengthen that node. */
  growsInPlace(node: RadixNode, request: number): boolean {
    const at = node as Node
    return at.pages && at.locks === 1 && at.request === request && at.childCount === 0
  }

  /** Lengthens a node for which `growsInPlace`; the caller notes the use. */
  grow(node: RadixNode, end: number): void {
    const at = node as Node
    this.#tokenCount += end - at.end
    at.end = end
  }

  protected override createNode(parent: Node | null, request: number, start: number, end: number): Node {
    return new Node(parent, request, start, end)
  }

  protected override evictedTokens(leaf: Node, wanted: number): number {
    const length = leaf.end - leaf.start
    const freed = leaf.pages ? this.tailOf(leaf, wanted) : length
    this.#version++
    this.#tokenCount -= freed
    if (freed === length) this.#evictable -= leaf.counted
    return freed
  }

  protected override offer(leaf: Node): void {
    leaf.counted = leaf.pages ? this.page : leaf.end - leaf.start
    this.#evictable += leaf.counted
    super.offer(leaf)
  }

  protected override addLock(node: Node): void {
    if (node.isEvictable) this.#evictable -= node.counted
    super.addLock(node)
  }

  protected override descend(child: Node, end: number, operation: number): Node {
    // The pages of a chain before the cut are nodes of their own, followed whole; a single run followed in part is not.
    const isCutChain = child.pages && end < child.end
    const node = super.descend(child, end, operation)
    if (isCutChain) node.access = operation
    return node
  }

  protected override split(node: Node, at: number): Node {
    const length = at - node.start
    if (node.isEvictable && !node.pages) {
      this.#evictable -= length
      node.counted -= length
    }
    const upper = super.split(node, at)
    upper.pages = node.pages || length === this.page
    node.pages ||= node.end - at === this.page
    return upper
  }

  #append(parent: Node, request: number, end: number, operation: number): Node {
    const added = end - parent.end
    if (added === this.page && this.growsInPlace(parent, request)) {
      this.grow(parent, end)
      return parent
    }
    this.#tokenCount += added
    this.#version++
    const leaf = this.append(parent, request, end)
    leaf.pages = added === this.page
    leaf.locks = 1
    leaf.access = operation
    return leaf
  }
}

class Node extends TreeNode<Node> {
  /** A chain of nodes of one page each. */
  pages = false
  /** Its share of the evictable tokens while it is an unlocked leaf. */
  counted = 0
}
