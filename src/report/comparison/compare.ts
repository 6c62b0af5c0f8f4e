import type {ComparedFigures, Pricing} from './compared-figures.ts'
import {COMPARED_METRICS, type Metric} from './compared-metrics.ts'

export interface ComparedRow {
  readonly metric: Metric
  /** One per run, in their order. */
  readonly cells: readonly ComparedCell[]
}

/** How a value stands against the first run's, by what the metric says is better. */
/** `same` = they differ by less than luck makes them, or by next to nothing. */
export type Verdict = 'base' | 'better' | 'worse' | 'same' | 'equal' | 'neither'

export interface ComparedCell {
  /** null = this run has no such figure. */
  readonly value: number | null
  /** To the first run; null for the first itself, and where either has no figure. */
  readonly difference: number | null
  /** Share of the first run's value; null also where that is 0. */
  readonly relative: number | null
  readonly verdict: Verdict
  /** No run is better, and at least one is worse. */
  readonly isBest: boolean
}

/** Every metric of every run, with differences to the first; rows without any figure are left out. */
export function compareRuns(
  runs: readonly ComparedFigures[],
  pricing: Pricing,
  isLuck: IsLuck = () => false,
): readonly ComparedRow[] {
  return COMPARED_METRICS.map(metric => ({
    metric,
    cells: compareValues(
      metric,
      runs.map(run => finiteOrNull(metric.read(run, pricing))),
    ).map((cell, i) =>
      isVerdict(cell) && isLuck(metric.key, i) ? {...cell, verdict: 'same' as const} : cell,
    ),
  })).filter(row => row.cells.some(cell => cell.value !== null))
}

/** Whether a figure of a run, by its place, differs from the first's by no more than repeats of both do. */
export type IsLuck = (key: string, run: number) => boolean

function isVerdict({verdict}: ComparedCell): boolean {
  return verdict === 'better' || verdict === 'worse'
}

/** Part of the first's value below which nobody would act. */
const LEAST_SHARE = 0.005

export function compareValues(
  {better}: Pick<Metric, 'better'>,
  values: readonly (number | null)[],
): readonly ComparedCell[] {
  const base = values[0] ?? null
  const known = values.filter(value => value !== null)
  const best = better === 'lower' ? Math.min(...known) : Math.max(...known)
  const hasLoser = known.some(value => value !== best)
  return values.map((value, i) => {
    const difference = i === 0 || value === null || base === null ? null : value - base
    return {
      value,
      difference,
      relative: difference === null || base === null || base === 0 ? null : difference / Math.abs(base),
      verdict: i === 0 ? 'base' : verdictOf(better, difference, base),
      isBest: better !== null && hasLoser && value === best,
    }
  })
}

function verdictOf(better: Metric['better'], difference: number | null, base: number | null): Verdict {
  if (difference === null || better === null) return 'neither'
  if (difference === 0) return 'equal'
  if (Math.abs(difference) < LEAST_SHARE * Math.abs(base ?? 0)) return 'same'
  return difference < 0 === (better === 'lower') ? 'better' : 'worse'
}

function finiteOrNull(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : value
}
