import type {FinishedRow} from './points.ts'
import {computeBand} from './repeats.ts'

/**
 * The repeats of one point as one row: every figure the median over them, the rest of the first of them, which is the
 * scenario itself. Figures that a repeat has not are those of the others.
 */
export function medianRow(rows: readonly [FinishedRow, ...FinishedRow[]]): FinishedRow {
  const [first] = rows
  const medians = Object.keys(first).flatMap(key => {
    if (FACTS.has(key)) return []
    const values = rows.map(row => row[key as keyof FinishedRow]).filter(value => typeof value === 'number')
    const band = computeBand(values)
    return band === null ? [] : [[key, band.median] as const]
  })
  return {...first, ...Object.fromEntries(medians)}
}

/** Numbers that are no result. */
const FACTS: ReadonlySet<string> = new Set(['repeat', 'phase_shift_s', 'trace_seed', 'sample_order_seed'])
