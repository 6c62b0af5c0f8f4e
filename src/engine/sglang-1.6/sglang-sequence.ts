import type {RadixNode} from '../sglang-1.2/prefix-tree.ts'

/** One request on one SGLang-style instance (sglang-trtllm-1.6.md 1.2). All counts are tokens. */
export class SglangSequence {
  readonly request: number
  readonly promptLength: number
  readonly maxOutput: number
  generated = 0
  /** Tokens that have a memory slot. */
  materialized = 0
  /** Tokens whose pages it has, its own or the tree's. */
  allocated = 0
  /** Leading tokens whose pages are the tree's; whole pages. */
  cached = 0
  /** End of that prefix in the tree, locked; null while it holds nothing there. */
  node: RadixNode | null = null
  /** Operation of the tree that used its path last. */
  lastUse = 0
  /** Its prompt came from a prefill instance. */
  isHandedOff = false
  isRetracted = false

  constructor(request: number, promptLength: number, maxOutput: number) {
    this.request = request
    this.promptLength = promptLength
    this.maxOutput = maxOutput
  }

  get length(): number {
    return this.promptLength + this.generated
  }

  /** Tokens it may still generate. */
  get left(): number {
    return Math.max(this.maxOutput - this.generated, 0)
  }
}
