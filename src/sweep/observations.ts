import {formatThousands} from '../core/python/python-number.ts'
import {latency} from '../report/findings/words.ts'
import type {ServiceLevel} from '../report/service-level.ts'
import type {SweepAxis} from './axis.ts'
import {type Cliff, findCliff} from './cliff.ts'
import type {CurvePoint} from './curves.ts'
import {PUBLISHED_POINTS} from './published.ts'
import {computeBand} from './repeats.ts'

/** What the guide reads off its cold-start picture, said with the figures of this sweep. */
export interface Observations {
  /** null = none is spoken of. */
  readonly cliff: Cliff | null
  /** Where TTFT leaves its level; '' where no cliff is spoken of. */
  readonly cliffSentence: string
  /** How the number of scaling events falls. */
  readonly scalingSentence: string
  /** How ITL moves below and above the cliff. */
  readonly itlSentence: string
}

export interface ObservationOptions {
  /** Points of one curve in rising order of x. */
  readonly points: readonly CurvePoint[]
  readonly targets: ServiceLevel
  /** Unit behind a swept value, e.g. ` s`; '' = none. */
  readonly unit: string
  readonly axes: readonly SweepAxis[]
}

/** The three observations; null for fewer than two points, which say nothing about a trend. */
export function computeObservations(options: ObservationOptions): Observations | null {
  const {points, targets, unit, axes} = options
  const first = points[0]
  const last = points.at(-1)
  if (first === undefined || last === undefined || first === last) return null
  const curve = points.map(({x, row}) => ({x, ttftMsP90: row.p90_ttft_ms}))
  const found = findCliff(curve, targets.ttftMs)
  // What is not introduced is not referred to either.
  const cliff = saysCliff(axes, found) ? found : null
  return {
    cliff,
    cliffSentence: describeCliff(options, cliff),
    scalingSentence: describeScaling(options, first, last),
    itlSentence: describeItl(points, cliff, unit),
  }
}

/** A cliff is measured against one target, and that there is none is news about a start-up time alone. */
function saysCliff(axes: readonly SweepAxis[], cliff: Cliff | null): boolean {
  if (axes.some(({key}) => key.path === 'planner.ttft')) return false
  return cliff !== null && (cliff.at !== null || isOverStartup(axes))
}

/** Whether the first knob is how long instances take to start. */
export function isOverStartup([axis]: readonly SweepAxis[]): boolean {
  return axis !== undefined && isStartupAxis(axis)
}

/** Whether a knob is how long instances take to start. */
export function isStartupAxis({key: {path}}: SweepAxis): boolean {
  return path === 'startup' || path.startsWith('startup.') || path.endsWith('.startup_time')
}

/** Whether the published picture varied the same knob over a range that this sweep shares. */
export function isColdStart(axes: readonly SweepAxis[]): boolean {
  return axes.length === 1 && axes[0]?.key.path === 'engine.startup_time'
}

function describeCliff({points, targets, unit}: ObservationOptions, cliff: Cliff | null): string {
  if (cliff === null) return ''
  const from = `${points[0]?.x}${unit}`
  const missed = cliff.missedFromStart
    ? ` The TTFT target of ${latency(targets.ttftMs)} is missed from the start: p90 is ${latency(cliff.firstMs)} at ${from}.`
    : ''
  if (cliff.at === null) {
    return `No cliff from ${from} to ${points.at(-1)?.x}${unit}: p90 TTFT does not stay over ${latency(cliff.thresholdMs)}.${missed}`
  }
  const before = points.find(point => point.x === cliff.lastGoodX)?.row.p90_ttft_ms
  const at = points.find(point => point.x === cliff.at)?.row.p90_ttft_ms
  const step =
    before === undefined || at === undefined ? '' : `, from ${latency(before)} to ${latency(at)} there`
  return (
    `The cliff is at ${cliff.at}${unit}: p90 TTFT goes over ${latency(cliff.thresholdMs)}, 3 times ` +
    `${cliff.missedFromStart ? 'its first value' : 'the target'}${step}.${missed}`
  )
}

function describeScaling({unit, axes}: ObservationOptions, first: CurvePoint, last: CurvePoint): string {
  const ups = (point: CurvePoint) => point.row.scale_ups
  const downs = (point: CurvePoint) => point.row.scale_downs
  const published = isColdStart(axes) ? ` (published: ${publishedEvents()})` : ''
  return (
    `From ${first.x} to ${last.x}${unit} scale-ups ${change(ups(first), ups(last))}, ` +
    `scale-downs ${change(downs(first), downs(last))}${published}.`
  )
}

function change(from: number, to: number): string {
  if (from === to) return `stay at ${from}`
  return `${to < from ? 'fall' : 'rise'} from ${from} to ${to}`
}

/** First count and lowest count of published scale-ups. */
function publishedEvents(): string {
  const counts = PUBLISHED_POINTS.map(point => point.scaleUps)
  return `scale-ups ${counts[0]} → ${Math.min(...counts)}`
}

function describeItl(points: readonly CurvePoint[], cliff: Cliff | null, unit: string): string {
  const at = cliff?.at ?? null
  if (at === null) return `ITL: ${itlOf(points)}.`
  const below = points.filter(point => point.x < at)
  const above = points.filter(point => point.x >= at)
  return `ITL below the cliff: ${itlOf(below)}; from ${at}${unit} on: ${itlOf(above)}.`
}

function itlOf(points: readonly CurvePoint[]): string {
  const mean = computeBand(points.map(({row}) => row.mean_itl_ms))
  const p90 = computeBand(points.map(({row}) => row.p90_itl_ms))
  if (mean === null || p90 === null) return 'no points'
  return `avg ${range(mean.min, mean.max)} ms, p90 ${range(p90.min, p90.max)} ms (median ${one(p90.median)} ms)`
}

function range(min: number, max: number): string {
  return one(min) === one(max) ? one(min) : `${one(min)}–${one(max)}`
}

function one(value: number): string {
  return formatThousands(value, 1)
}
