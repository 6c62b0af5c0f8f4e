import {CachedSequence} from '../sglang-1.2/cached-sequence.ts'

/** A request of generation 1.6 (sglang-trtllm-1.6.md 1.2). `allocated` counts its own pages and the tree's. */
export class SglangSequence extends CachedSequence {
  /** Its prompt came from a prefill instance. */
  isHandedOff = false
  isRetracted = false

  /** Tokens it may still generate. */
  get left(): number {
    return Math.max(this.maxOutput - this.generated, 0)
  }
}
