import type {RadixNode} from './prefix-tree.ts'

/** One request on one SGLang-style instance, and what it has of the memory. All counts are tokens. */
export class CachedSequence {
  readonly request: number
  /** Its tokens, as `TokenRuns` knows them. */
  readonly name: number
  readonly promptLength: number
  readonly maxOutput: number
  generated = 0
  /** Tokens that have a memory slot: the cached prefix, then its own. */
  materialized = 0
  /** Tokens reserved, in whole pages. */
  allocated = 0
  /** Leading tokens whose slots belong to the prefix cache. */
  cached = 0
  /** End of its cached prefix in the tree, locked; null while it holds nothing there. */
  node: RadixNode | null = null
  /** Operation of the tree that used its path last. */
  lastUse = 0

  constructor(
    {request, name}: {readonly request: number; readonly name: number},
    promptLength: number,
    maxOutput: number,
  ) {
    this.request = request
    this.name = name
    this.promptLength = promptLength
    this.maxOutput = maxOutput
  }

  get length(): number {
    return this.promptLength + this.generated
  }
}
