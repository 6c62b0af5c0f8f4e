import type {FieldValue} from '../config/field-text.ts'
import type {FinishedRow} from '../sweep/points.ts'
import {computeBand} from '../sweep/repeats.ts'

/** One point of a sweep with all its repeats: its figures are medians, so that no lucky run speaks for it. */
export interface Configuration {
  /** Id of its first run, e.g. `num_workers=3`. */
  readonly id: string
  readonly axes: Readonly<Record<string, FieldValue>>
  readonly rows: readonly FinishedRow[]
  /** Share of requests that met the objective, over the repeats. */
  readonly share: number
  readonly gpuHours: number
  readonly ttftMs: number
  readonly p90TtftMs: number
  /** A policy scaled it. */
  readonly isScaled: boolean
}

/** Rows of the same values together, in the order the values first appear. Runs nobody judged are left out. */
export function configurationsOf(rows: readonly FinishedRow[]): readonly Configuration[] {
  const groups = new Map<string, FinishedRow[]>()
  for (const row of rows) {
    if (row.sla_attainment === null) continue
    const key = JSON.stringify(row.axes)
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return [...groups.values()].map(group => {
    const median = (figure: (row: FinishedRow) => number) => computeBand(group.map(figure))!.median
    const [first] = group as [FinishedRow, ...FinishedRow[]]
    return {
      id: first.id,
      axes: first.axes,
      rows: group,
      share: median(row => row.sla_attainment!),
      gpuHours: median(row => row.gpu_hours),
      ttftMs: median(row => row.mean_ttft_ms),
      p90TtftMs: median(row => row.p90_ttft_ms),
      isScaled: group.some(row => row.total_ticks > 0),
    }
  })
}

/** Repeats in which a configuration holds the objective. */
export function holdsIn({rows}: Configuration, share: number): number {
  return rows.filter(row => row.sla_attainment! >= share).length
}

/** The cheapest whose median holds the objective; of equal cost the one that holds it best. */
export function cheapestHolding(all: readonly Configuration[], share: number): Configuration | null {
  const holding = all.filter(one => one.share >= share)
  return holding.reduce<Configuration | null>(
    (best, one) => (best === null || isCheaper(one, best) ? one : best),
    null,
  )
}

/** The one nearest to the objective, where none holds it; of equal share the cheapest. */
export function nearestHolding(all: readonly Configuration[]): Configuration | null {
  return all.reduce<Configuration | null>((best, one) => {
    if (best === null || one.share > best.share) return one
    return one.share === best.share && one.gpuHours < best.gpuHours ? one : best
  }, null)
}

function isCheaper(a: Configuration, b: Configuration): boolean {
  return a.gpuHours < b.gpuHours || (a.gpuHours === b.gpuHours && a.share > b.share)
}
