import {fail, ok, type Result} from '../core/result.ts'

/** Part `index` of `count`, from 1. */
export interface Shard {
  readonly index: number
  readonly count: number
}

export const WHOLE: Shard = {index: 1, count: 1}

/** `i/n`, 1 <= i <= n. */
export function parseShard(text: string): Result<Shard> {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text)
  const index = Number(match?.[1])
  const count = Number(match?.[2])
  if (match === null || index < 1 || index > count) {
    return fail(`--shard must be i/n with 1 <= i <= n, got '${text.slice(0, 40)}'`, '--shard')
  }
  return ok({index, count})
}

/** The shard's points: every n-th, because neighbours cost alike and long runs lie at one end of most sweeps. */
export function pointsOfShard<T>(points: readonly T[], {index, count}: Shard): readonly T[] {
  return points.filter((_, i) => i % count === index - 1)
}
