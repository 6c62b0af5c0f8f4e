import {PrefixTree, type RadixNode, TreeNode} from '../sglang-1.2/prefix-tree.ts'
import type {TokenRuns} from '../sglang-1.2/token-runs.ts'

/**
 * Prefix cache of one SGLang-style instance, generation 1.6 (sglang-trtllm-1.6.md 1.10). Against 1.2 every unlocked token
 * counts as evictable, a leaf is evicted from its tail as far as needed, and a leaf is lengthened in place where nobody
 * else holds on to it.
 */
export class RadixTree extends PrefixTree<Node> {
  /** Tokens the last `insert` put into the tree; the others were there. */
  inserted = 0

  /** @param page tokens per page, >= 1 */
  constructor(page: number, tokens: TokenRuns) {
    super(new Node(null, -1, 0, 0), page, tokens)
  }

  /** Tokens no request holds on to: what evictions could free. */
  get evictableTokens(): number {
    return this.unlocked
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
      const child = this.next(at, request, end, operation)
      if (child === null) return this.#append(at, start, request, end, operation)
      at = child
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

  protected override createNode(parent: Node | null, request: number, start: number, end: number): Node {
    return new Node(parent, request, start, end)
  }

  protected override evictedTokens(leaf: Node, wanted: number): number {
    return this.tailOf(leaf, wanted)
  }

  /** Nothing follows `at` on the sequence's way: it is lengthened if nobody but the caller holds it, else gets a child. */
  #append(at: Node, start: Node, request: number, end: number, operation: number): Node {
    const added = end - at.end
    this.inserted = added
    if (at.parent !== null && at.childCount === 0 && (at.locks === 0 || (at === start && at.locks === 1))) {
      if (at.locks === 0) this.unlocked += added
      at.request = request
      at.end = end
      return at
    }
    const leaf = this.append(at, request, end)
    leaf.access = operation + 1
    this.unlocked += added
    this.offer(leaf)
    return leaf
  }
}

class Node extends TreeNode<Node> {}
