import type {TokenRuns} from './token-runs.ts'

/** A node of a tree of token runs as its parent knows it: positions [start, end) of a request whose tokens they are. */
export interface RunNode<N> {
  readonly request: number
  readonly start: number
  readonly end: number
  /** By their first token; several children whose first pages differ only later are linked by `sibling`. */
  children: Map<number, N> | null
  sibling: N | null
}

/** Finds, hangs in and takes out the children of a node, by the page they begin with; runs are cut at page boundaries. */
export class RunChildren<N extends RunNode<N>> {
  readonly #page: number
  readonly #tokens: TokenRuns

  /** @param page tokens per page, >= 1 */
  constructor(page: number, tokens: TokenRuns) {
    this.#page = page
    this.#tokens = tokens
  }

  /** The child that begins with the sequence's next page, if that page ends within `limit`. */
  find(node: N, request: number, limit: number): N | null {
    const at = node.end
    const pageEnd = at + this.#page
    if (node.children === null || pageEnd > limit) return null
    let child = node.children.get(this.#tokens.tokenAt(request, at)) ?? null
    while (child !== null && this.#tokens.firstDifference(request, child.request, at, pageEnd) < pageEnd) {
      child = child.sibling
    }
    return child
  }

  /** How far a sequence follows a node, in whole pages. */
  commonEnd(node: N, request: number, limit: number): number {
    const end = Math.min(node.end, limit)
    return this.wholePages(this.#tokens.firstDifference(request, node.request, node.start, end))
  }

  wholePages(tokens: number): number {
    return tokens - (tokens % this.#page)
  }

  link(parent: N, child: N): void {
    parent.children ??= new Map()
    const token = this.#tokens.tokenAt(child.request, child.start)
    child.sibling = parent.children.get(token) ?? null
    parent.children.set(token, child)
  }

  unlink(parent: N, child: N): void {
    const token = this.#tokens.tokenAt(child.request, child.start)
    const first = parent.children!.get(token)!
    if (first === child) {
      if (child.sibling === null) parent.children!.delete(token)
      else parent.children!.set(token, child.sibling)
    } else {
      let before = first
      while (before.sibling !== child) before = before.sibling!
      before.sibling = child.sibling
    }
    child.sibling = null
  }
}
