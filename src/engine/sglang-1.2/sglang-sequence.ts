import {CachedSequence} from './cached-sequence.ts'

/** A request of generation 1.2 (engine.md 7.2). `cached` stays 0 until it first adds to the prefix cache. */
export class SglangSequence extends CachedSequence {
  /** Length of its cached prefix when the tree was at `matchVersion`. */
  matched = 0
  matchVersion = -1

  get isMaterialized(): boolean {
    return this.materialized === this.length
  }
}
