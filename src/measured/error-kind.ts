import {median, percentileOf, slopeOf} from './robust.ts'
import {formatFactor, formatLatency} from './words.ts'

/** What sort of error a simulated latency has. */
export interface ErrorKind {
  readonly kind:
    | 'none'
    | 'offset'
    | 'factor'
    | 'offset-or-factor'
    | 'offset-and-factor'
    | 'queueing'
    | 'scatter'
    | 'unknown'
  /** A simulated latency times the factor, plus the offset, is the measured one as nearly as any can foretell it. */
  readonly offsetMs: number
  readonly factor: number
  readonly text: string
}

/** Latencies side by side, ms: of paired requests, or of the same percentiles of both. */
export interface Points {
  readonly measuredMs: Float64Array
  readonly simulatedMs: Float64Array
}

/** Nine tenths of the points agree within this: there is no error to name. */
const AGREES_WITHIN = 0.1
/** An explanation leaves nine tenths of the points within this, or halves what they were off by. */
const EXPLAINS_WITHIN = 0.1
/** Two explanations this near to each other cannot be told apart. */
const TIE = 0.02
const LEAST_POINTS = 3
/** The slowest tenth is off by so much more, or less, than the middle. */
const TAIL_RATIO = 1.5

interface Line {
  readonly offsetMs: number
  readonly factor: number
}

/**
 * Tries an offset, a factor and both, each fitted by medians, and names the simplest that explains the points. Where none does and
 * the slowest tenth is off otherwise than the middle, requests queued more, or less, than they were simulated to.
 */
export function computeErrorKind(points: Points): ErrorKind {
  const {measuredMs, simulatedMs} = points
  const asIs: Line = {offsetMs: 0, factor: 1}
  if (measuredMs.length < LEAST_POINTS)
    return {...asIs, kind: 'unknown', text: 'too few figures to tell what kind of error it is'}
  const before = missBy(points, asIs)
  if (before <= AGREES_WITHIN)
    return {...asIs, kind: 'none', text: `nine tenths agree within ${AGREES_WITHIN * 100} %`}
  const offset: Line = {offsetMs: median(measuredMs.map((ms, i) => ms - simulatedMs[i]!)), factor: 1}
  const factor: Line = {offsetMs: 0, factor: median(measuredMs.map((ms, i) => ms / simulatedMs[i]!))}
  const both = lineOf(points)
  const [byOffset, byFactor, byBoth] = [missBy(points, offset), missBy(points, factor), missBy(points, both)]
  const enough = Math.max(EXPLAINS_WITHIN, before / 2)
  const simple = Math.min(byOffset, byFactor)
  if (Math.min(simple, byBoth) > enough) return unexplained(points, factor)
  if (byBoth < simple - 2 * TIE) return named('offset-and-factor', both)
  if (Math.abs(byOffset - byFactor) <= TIE) {
    const text = `${words(offset)} or ${words(factor)}: these requests do not tell which`
    return {...factor, kind: 'offset-or-factor', text}
  }
  return byOffset < byFactor ? named('offset', offset) : named('factor', factor)
}

function named(kind: ErrorKind['kind'], line: Line): ErrorKind {
  return {...line, kind, text: `${words(line)}, the same throughout`}
}

function words({offsetMs, factor}: Line): string {
  const parts = [
    ...(factor === 1 ? [] : [`a factor of ${formatFactor(factor)}`]),
    ...(offsetMs === 0 ? [] : [`an offset of ${formatLatency(offsetMs)}`]),
  ]
  return parts.join(' and ')
}

/** What nine tenths of the points are off by at most once the line is drawn. */
function missBy({measuredMs, simulatedMs}: Points, {offsetMs, factor}: Line): number {
  const misses = measuredMs.map((ms, i) => Math.abs((simulatedMs[i]! * factor + offsetMs) / ms - 1))
  return percentileOf(misses.sort(), 90)
}

function lineOf(points: Points): Line {
  const {measuredMs, simulatedMs} = points
  const factor = slopeOf(points)
  return {factor, offsetMs: median(measuredMs.map((ms, i) => ms - simulatedMs[i]! * factor))}
}

function unexplained({measuredMs, simulatedMs}: Points, fit: Line): ErrorKind {
  const slowest = percentileOf(measuredMs.slice().sort(), 90)
  const ratios = measuredMs.map((ms, i) => ms / simulatedMs[i]!)
  const tail = median(ratios.filter((_, i) => measuredMs[i]! >= slowest))
  const ratio = tail / fit.factor
  const how = `measured ÷ simulated is ${formatFactor(fit.factor)} in the middle and ${formatFactor(tail)} in the slowest tenth`
  if (ratio < TAIL_RATIO && ratio > 1 / TAIL_RATIO)
    return {
      ...fit,
      kind: 'scatter',
      text: `single requests differ both ways from any offset or factor (${how})`,
    }
  const more = ratio > 1 ? 'longer' : 'shorter'
  return {...fit, kind: 'queueing', text: `queueing: ${how}, so that requests wait ${more} than simulated`}
}
