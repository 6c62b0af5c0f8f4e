import type {SyntheticSpec} from '../../config/scenario.ts'
import {ChaCha12} from '../../core/chacha.ts'
import {exactLog} from '../../core/exact-math.ts'

/** Seed of the groups that sessions get; the reference fixes it. */
const GROUP_SEED = 42
const LEAST_NORMAL = 2.2250738585072014e-308

/** Arrival times of sessions in 1.6.1: running sums of gaps, equal or sampled (engine-1.6.md 2.1). */
export function arrivals16(spec: SyntheticSpec, count: number, ratio: number): Float64Array {
  const nextMs = nextArrival16(spec, ratio)
  return new Float64Array(count).map(nextMs)
}

/** The same, one at each call. */
export function nextArrival16(spec: SyntheticSpec, ratio: number): () => number {
  const nextGap = gapsOf(spec)
  let clock = Number.NaN
  return () => {
    clock = Number.isNaN(clock) ? 0 : clock + nextGap()
    return clock / ratio
  }
}

function gapsOf({request_rate: rate, arrival_seed, arrival_interval_ms: interval}: SyntheticSpec) {
  if (rate === undefined) {
    const gapMs = interval > 0 ? 1000 / (1000 / interval) : 0
    return () => gapMs
  }
  const random = new ChaCha12(arrival_seed ?? 42)
  return () => -(1000 / rate) * exactLog(Math.max(1 - random.next(), LEAST_NORMAL))
}

/**
 * Hash ids of sessions in 1.6.1, `blocks` to a turn: each session gets a group by chance, whose prefix all its turns have; in
 * 1.2.1 all groups were one.
 */
export function sessionHashIds(spec: SyntheticSpec, turns: number, blocks: number): Uint32Array {
  const shared = sharedBlocks(spec, blocks)
  const nextGroup = groups16(spec)
  const hashIds = new Uint32Array(spec.request_count * turns * blocks)
  let fresh = spec.num_prefix_groups * shared
  let at = 0
  for (let session = 0; session < spec.request_count; session++) {
    const group = nextGroup()
    for (let turn = 0; turn < turns; turn++)
      for (let i = 0; i < blocks; i++) hashIds[at++] = i < shared ? group * shared + i : fresh++
  }
  return hashIds
}

/** The groups of the sessions of 1.6.1, one at each call. */
export function groups16({shared_prefix_ratio, num_prefix_groups}: SyntheticSpec): () => number {
  if (shared_prefix_ratio === 0 || num_prefix_groups === 0) return () => 0
  const random = new ChaCha12(GROUP_SEED)
  return () => random.nextBelow(num_prefix_groups)
}

/** Blocks that the prompts of a group have in common, of so many. */
export function sharedBlocks(
  {shared_prefix_ratio, num_prefix_groups}: SyntheticSpec,
  blocks: number,
): number {
  const isShared = shared_prefix_ratio > 0 && num_prefix_groups > 0
  return isShared ? Math.min(blocks, Math.floor(blocks * shared_prefix_ratio + 0.5)) : 0
}
