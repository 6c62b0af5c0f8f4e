import {type Leaf, LeafHeap} from './leaf-heap.ts'
import {RunChildren, type RunNode} from './run-children.ts'
import type {TokenRuns} from './token-runs.ts'

/** A run of tokens in the tree: positions [start, end) of every sequence that goes through it. */
export interface RadixNode {
  readonly start: number
  readonly end: number
}

/**
 * Prefix cache of one SGLang-style instance (engine.md 7.4): a tree of token runs, cut at page boundaries. It knows how
 * many tokens it holds, not which memory slots they have; slots have no influence on anything.
 *
 * A running request *locks* the path to the node its cached prefix ends in. Unlocked leaves can be evicted, whole and
 * least recently used first. A request that generates adds a node of one page at a time, each below the one before.
 * Such a chain is kept in one node, marked `pages`: only its last page is a leaf, and it is evicted page by page.
 *
 * "Used" is a counter of operations. A running request uses its whole path again and again; as nothing on a locked
 * path can be evicted, its last use is noted when the path is unlocked.
 */
export class RadixCache {
  readonly root: RadixNode = new Node(null, -1, 0, 0)
  readonly #page: number
  readonly #children: RunChildren<Node>
  readonly #leaves = new LeafHeap<Node>()
  #tokenCount = 0
  #unlocked = 0
  #evictable = 0
  #operation = 0
  #version = 0

  /** @param page tokens per page, >= 1 */
  constructor(page: number, tokens: TokenRuns) {
    this.#page = page
    this.#children = new RunChildren(page, tokens)
  }

  /** Tokens in the tree. */
  get tokenCount(): number {
    return this.#tokenCount
  }

  /** Tokens no request holds on to: what evictions could free in all. */
  get unlockedTokens(): number {
    return this.#unlocked
  }

  /** Tokens in unlocked leaves: what the reference takes for all that can be freed. */
  get evictableTokens(): number {
    return this.#evictable
  }

  /** Changes whenever the cached prefix of a sequence may have become longer or shorter. */
  get version(): number {
    return this.#version
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
    for (let at = node as Node; at.parent !== null; at = at.parent) this.#addLock(at)
  }

  /**
   * Takes a lock off the path to a node.
   * @param lastUse operation that used the path last
   */
  unlock(node: RadixNode, lastUse: number): void {
    for (let at = node as Node; at.parent !== null; at = at.parent) {
      at.locks--
      if (at.access < lastUse) at.access = lastUse
      if (at.locks === 0) this.#unlocked += at.end - at.start
      if (isEvictable(at)) this.#addLeaf(at)
    }
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
      const child = this.#children.find(at, request, end)
      if (child === null) return this.#append(at, request, end, operation)
      at = this.#descend(child, this.#children.commonEnd(child, request, end), operation)
      this.#addLock(at)
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

  /** Evicts leaves until `wanted` tokens are free or no leaf is left; returns the tokens freed. */
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
    this.#version++
    const length = leaf.end - leaf.start
    const freed = leaf.pages ? Math.min(Math.ceil(wanted / this.#page) * this.#page, length) : length
    leaf.end -= freed
    this.#tokenCount -= freed
    this.#unlocked -= freed
    if (freed < length) this.#leaves.push(leaf)
    else this.#remove(leaf)
    return freed
  }

  #remove(leaf: Node): void {
    this.#evictable -= leaf.counted
    const parent = leaf.parent!
    this.#children.unlink(parent, leaf)
    parent.childCount--
    if (isEvictable(parent)) this.#addLeaf(parent)
  }

  #addLeaf(leaf: Node): void {
    leaf.counted = leaf.pages ? this.#page : leaf.end - leaf.start
    this.#evictable += leaf.counted
    this.#leaves.push(leaf)
  }

  #addLock(node: Node): void {
    if (isEvictable(node)) this.#evictable -= node.counted
    if (node.locks++ === 0) this.#unlocked -= node.end - node.start
  }

  /** Goes to a child or, when the sequence follows it to `end` only, to the part of it before `end`. */
  #descend(child: Node, end: number, operation: number): Node {
    if (end === child.end) {
      child.access = operation
      return child
    }
    // The pages of a chain before the cut are nodes of their own, followed whole; a single run followed in part is not.
    const isChain = child.pages
    const upper = this.#split(child, end)
    if (isChain) upper.access = operation
    return upper
  }

  /** Cuts a node in two; the lower part stays the node that requests hold on to. */
  #split(node: Node, at: number): Node {
    const upper = new Node(node.parent, node.request, node.start, at)
    this.#children.unlink(node.parent!, node)
    upper.pages = node.pages || at - node.start === this.#page
    upper.locks = node.locks
    upper.access = node.access
    upper.childCount = 1
    this.#children.link(upper.parent!, upper)
    if (isEvictable(node) && !node.pages) {
      this.#evictable -= at - node.start
      node.counted -= at - node.start
    }
    node.start = at
    node.parent = upper
    node.pages ||= node.end - at === this.#page
    this.#children.link(upper, node)
    return upper
  }

  #append(parent: Node, request: number, end: number, operation: number): Node {
    if (end - parent.end === this.#page && this.growsInPlace(parent, request)) {
      this.grow(parent, end)
      return parent
    }
    this.#tokenCount += end - parent.end
    this.#version++
    const leaf = new Node(parent, request, parent.end, end)
    leaf.pages = end - parent.end === this.#page
    leaf.locks = 1
    leaf.access = operation
    parent.childCount++
    this.#children.link(parent, leaf)
    return leaf
  }
}

class Node implements RadixNode, RunNode<Node>, Leaf {
  parent: Node | null
  /** A request whose tokens these are. */
  readonly request: number
  start: number
  end: number
  children: Map<number, Node> | null = null
  sibling: Node | null = null
  childCount = 0
  locks = 0
  access = 0
  queued = false
  /** A chain of nodes of one page each. */
  pages = false
  /** Its share of the evictable tokens while it is an unlocked leaf. */
  counted = 0

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
