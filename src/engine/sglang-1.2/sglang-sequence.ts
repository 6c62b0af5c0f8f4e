import type {RadixNode} from './prefix-tree.ts'

/** One request on one SGLang-style instance (engine.md 7.2). All counts are tokens. */
export class SglangSequence {
  readonly request: number
  readonly promptLength: number
  readonly maxOutput: number
  generated = 0
  /** Tokens that have a memory slot: the cached prefix, then its own. */
  materialized = 0
  /** Leading tokens whose slots it knows to belong to the prefix cache: 0 until it first adds to the cache. */
  cached = 0
  /** Tokens reserved, in whole pages. */
  allocated = 0
  /** End of its cached prefix in the tree, locked; null while nothing is materialized. */
  node: RadixNode | null = null
  /** Operation of the tree that used its path last. */
  lastUse = 0
  /** Length of its cached prefix when the tree was at `matchVersion`. */
  matched = 0
  matchVersion = -1

  constructor(request: number, promptLength: number, maxOutput: number) {
    this.request = request
    this.promptLength = promptLength
    this.maxOutput = maxOutput
  }

  get length(): number {
    return this.promptLength + this.generated
  }

  get isMaterialized(): boolean {
    return this.materialized === this.length
  }
}
