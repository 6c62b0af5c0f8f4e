import {compareWithMeasured, fullCacheBand, type RatioBand} from '../../../report/honesty/measured.ts'
import {formatMs, formatMsBeside} from '../../kit/format.ts'
import type {ChartedRun} from '../../model/run/charted-run.ts'
import {tellRange} from './spread-words.ts'

/** Where real engines of this GPU and backend would have come out, by public measurements: a tenth below, a tenth above. */
export interface Whisker {
  readonly lowMs: number
  readonly highMs: number
  /** A first token is never simulated too slow by so much: what is drawn begins at the figure itself. */
  readonly isLowerBound: boolean
  /** Short enough for a line of a card. */
  readonly words: string
  /** From end to end. */
  readonly range: string
}

/** null where nothing was measured that compares: of a full KV cache the latency from end to end alone. */
export function measuredWhisker(
  run: ChartedRun,
  latency: 'ttft' | 'itl' | 'e2e',
  valueMs: number,
): Whisker | null {
  const {honesty} = run.outcome.pictures
  const measured = honesty?.measured ?? compareWithMeasured(run.scenario)
  if (measured.kind === 'none' || !(valueMs > 0)) return null
  const full = fullCacheBand(measured.release, honesty?.preemptions ?? 0)
  if (full !== null && latency !== 'e2e') return null
  const [p10, , p90]: RatioBand = full?.e2e ?? measured.band[latency]
  const isLowerBound = latency === 'ttft'
  const [lowMs, highMs] = [valueMs * (isLowerBound ? 1 : p10), valueMs * p90]
  const range = tellRange(formatMsBeside(lowMs, highMs), formatMs(highMs))
  const words = isLowerBound ? `${formatMs(lowMs)} or more` : range
  return {lowMs, highMs, isLowerBound, words, range}
}
