import {RandomStream} from '../core/random.ts'
import type {Candidate} from './candidates.ts'

/**
 * The candidates in such an order that the first so many are always far apart: each next one is the farthest from those
 * before it. Of equals the seed decides.
 */
export function spreadOut(
  candidates: readonly Candidate[],
  choices: readonly boolean[],
  {count, seed}: {readonly count: number; readonly seed: number},
): readonly Candidate[] {
  const random = new RandomStream(seed, 'design')
  const shuffled = candidates.map(candidate => ({candidate, luck: random.next()}))
  const middle = choices.map(() => 0.5)
  let nearest = shuffled.map(({candidate}) => -distance(candidate.at, middle, choices))
  const chosen: Candidate[] = []
  while (chosen.length < Math.min(count, candidates.length)) {
    let best = 0
    for (let i = 1; i < shuffled.length; i++) {
      const gain = nearest[i]! - nearest[best]!
      if (gain > 1e-12 || (gain > -1e-12 && shuffled[i]!.luck < shuffled[best]!.luck)) best = i
    }
    const next = shuffled[best]!.candidate
    const isFirst = chosen.length === 0
    chosen.push(next)
    nearest = shuffled.map(({candidate}, i) => {
      const apart = distance(candidate.at, next.at, choices)
      return isFirst ? apart : Math.min(nearest[i]!, apart)
    })
  }
  return chosen
}

/** Of some candidates the one whose nearest among others is the farthest; of equals the first. */
export function farthest(
  candidates: readonly Candidate[],
  others: readonly Candidate[],
  choices: readonly boolean[],
): Candidate {
  let best = candidates[0]!
  let gap = Number.NEGATIVE_INFINITY
  for (const candidate of candidates) {
    const own = Math.min(...others.map(({at}) => distance(candidate.at, at, choices)))
    if (own <= gap + 1e-12) continue
    best = candidate
    gap = own
  }
  return best
}

function distance(a: readonly number[], b: readonly number[], choices: readonly boolean[]): number {
  let squared = 0
  for (let k = 0; k < choices.length; k++) {
    // The middle of a list of choices is as far from every one of them.
    squared += choices[k] ? Number(a[k] !== b[k]) : (a[k]! - b[k]!) ** 2
  }
  return squared
}
