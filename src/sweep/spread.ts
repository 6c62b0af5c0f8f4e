import {findCliff} from './cliff.ts'
import type {Curve} from './curves.ts'
import {computeBand, REPEAT_WORDS, type RepeatKind} from './repeats.ts'

interface SpreadOptions {
  /** Every repeat of one series. */
  readonly curves: readonly Curve[]
  readonly of: RepeatKind
  readonly targetMs: number
  /** Unit behind a swept value, e.g. ` s`; '' = none. */
  readonly unit: string
}

/** Where the cliff lies over the repeats, in a sentence: one curve is ragged. None without repeats. */
export function describeSpread({curves, of, targetMs, unit}: SpreadOptions): readonly string[] {
  if (curves.length < 2) return []
  const runs = `${curves.length} ${REPEAT_WORDS[of]}`
  const cliffs = curves.flatMap(({points}) => {
    const curve = points.map(({x, row}) => ({x, ttftMsP90: row.p90_ttft_ms}))
    return findCliff(curve, targetMs)?.at ?? []
  })
  const band = computeBand(cliffs)
  if (band === null) return [`None of ${runs} has a cliff.`]
  const where = band.min === band.max ? `at ${band.min}${unit}` : `between ${band.min} and ${band.max}${unit}`
  const share = cliffs.length === curves.length ? 'all' : String(cliffs.length)
  return [`Over ${runs}, ${share} have a cliff, ${where}.`]
}
