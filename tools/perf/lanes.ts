import {type BackendName, SYSTEMS, type SystemName} from '../../src/config/gpus.ts'
import type {Leaf} from './nested-table.ts'

/** Attention kernels by the names SGLang's tables use. */
const KNOWN_LANES = ['fa3', 'fla', 'flashinfer', 'triton', 'trtllm_mha']

interface LaneTable {
  readonly system: SystemName
  readonly backend: BackendName
  /** Kernel -> slice -> leaves, in load order. */
  readonly lanes: ReadonlyMap<string, ReadonlyMap<string, readonly Leaf[]>>
  /** Kernels in the wanted version's own files. */
  readonly own: ReadonlySet<string>
}

/** Kernels in the order a slice is looked for (perf-model-012.md 7.3). */
export function resolvedLanes({system, backend, lanes, own}: LaneTable): string[] {
  const loaded = [...lanes.keys()]
  const ranking = SYSTEMS[system].attentionRanking[backend]
  if (ranking === undefined) return loaded
  const ranked = loaded.filter(lane => own.has(lane)).sort((a, b) => byCoverage(lanes, a, b))
  const pinned = ranking === 'coverage' ? [] : [ranking]
  const known = ranked.filter(lane => KNOWN_LANES.includes(lane))
  return [...new Set([...pinned, ...known, ...ranked, ...loaded])].filter(lane => lanes.has(lane))
}

/** More slices first, then more measurements, then the name. */
function byCoverage(lanes: LaneTable['lanes'], a: string, b: string): number {
  const slices = (lane: string) => lanes.get(lane)!.size
  const leaves = (lane: string) =>
    [...lanes.get(lane)!.values()].reduce((count, slice) => count + slice.length, 0)
  return slices(b) - slices(a) || leaves(b) - leaves(a) || (a < b ? -1 : 1)
}
