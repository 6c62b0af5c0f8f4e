import type {PoolName} from '../../config/scenario.ts'
import type {EngineRecord} from '../../engine/record/record.ts'

/** How the instances of one pool spent the time in which they served. */
export interface PoolUse {
  readonly pool: PoolName
  /** Seconds, over all its instances. */
  readonly servingS: number
  readonly busyS: number
  /** Seconds in which their KV cache was full, by `FULL`. */
  readonly fullS: number
  /** When the first and the last of those seconds were. */
  readonly fullFromS: number
  readonly fullToS: number
}

/** Share of KV blocks from which an instance has no room for another prompt. */
const FULL = 0.95

/** Use of each pool between the first and the last arrival, seconds. */
export function computePoolUse(
  record: EngineRecord,
  firstArrivalS: number,
  lastArrivalS: number,
): readonly PoolUse[] {
  const {binMs, firstBin, offset, busyMs, kvShare} = record.loads
  const uses = new Map<PoolName, {-readonly [K in keyof PoolUse]: PoolUse[K]}>()
  record.workers.forEach((life, i) => {
    const pool = life.component
    const use = uses.get(pool) ?? {
      pool,
      servingS: 0,
      busyS: 0,
      fullS: 0,
      fullFromS: Number.POSITIVE_INFINITY,
      fullToS: 0,
    }
    uses.set(pool, use)
    const fromS = Math.max(firstArrivalS, (life.readyMs ?? Number.POSITIVE_INFINITY) / 1000)
    const toS = Math.min(lastArrivalS, (life.drainMs ?? life.exitMs ?? Number.POSITIVE_INFINITY) / 1000)
    use.servingS += Math.max(toS - fromS, 0)
    for (let bin = offset[i]!; bin < offset[i + 1]!; bin++) {
      const atS = ((firstBin[i]! + bin - offset[i]!) * binMs) / 1000
      if (atS < fromS || atS >= toS) continue
      use.busyS += busyMs[bin]! / 1000
      if (kvShare[bin]! < FULL) continue
      use.fullS += binMs / 1000
      use.fullFromS = Math.min(use.fullFromS, atS)
      use.fullToS = Math.max(use.fullToS, atS + binMs / 1000)
    }
  })
  return [...uses.values()]
}
