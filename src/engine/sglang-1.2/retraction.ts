import type {CachedSequence} from './cached-sequence.ts'
import type {SglangSequence} from './sglang-sequence.ts'

/** Whom to retract: the one whose work is lost the least; the first of equals. */
export function indexOfLeastOutput(sequences: readonly CachedSequence[]): number {
  let least = 0
  for (let i = 1; i < sequences.length; i++) {
    if (sequences[i]!.generated < sequences[least]!.generated) least = i
  }
  return least
}

/** Removes one element; the last takes its place. */
export function swapRemove(sequences: SglangSequence[], at: number): void {
  const last = sequences.pop()!
  if (at < sequences.length) sequences[at] = last
}
