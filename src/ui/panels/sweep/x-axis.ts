import {scaleLinear, scaleLog, scalePoint} from 'd3-scale'
import type {FieldValue} from '../../../config/field-text.ts'
import type {SweepAxis} from '../../../sweep/axis.ts'
import {titleOfKnob} from '../../../sweep/keys.ts'
import {type Axis, type Tick, ticksWithRoom} from '../../kit/charts/base/axis.ts'
import {plotRange} from '../../kit/charts/base/geometry.ts'
import {logTicks} from '../../kit/charts/base/value-scale.ts'
import {formatCompact} from '../../kit/format.ts'

/** The swept knob as the horizontal axis all charts of a sweep share. */
export interface XAxis {
  readonly name: string
  /** In words, with name and unit. */
  readonly title: string
  /** Behind a value, with its space; '' = none. */
  readonly unit: string
  readonly kind: 'linear' | 'log' | 'words'
  /** Every planned position in rising order, whether its run is finished or not. */
  readonly xs: readonly number[]
  /** Text of a position, without unit. */
  label(x: number): string
}

/** Values that spread this far, unevenly, would crowd at one end of a linear axis. */
const LOG_FROM_RATIO = 20

export function makeXAxis(axis: SweepAxis): XAxis {
  const {key, values} = axis
  const isNumeric = values.every(value => typeof value === 'number')
  const xs = isNumeric ? [...(values as readonly number[])].sort((a, b) => a - b) : values.map((_, i) => i)
  return {
    name: key.name,
    title: titleOfKnob(key),
    unit: key.unit === null ? '' : ` ${key.unit}`,
    kind: isNumeric ? (spreadsWide(xs) ? 'log' : 'linear') : 'words',
    xs,
    label: x => (isNumeric ? String(x) : textOf(values[x] ?? null)),
  }
}

function textOf(value: FieldValue): string {
  if (value === null) return 'none'
  return String(value)
}

function spreadsWide(xs: readonly number[]): boolean {
  const low = xs[0] ?? 0
  const high = xs.at(-1) ?? 0
  if (xs.length < 3 || low <= 0 || high / low < LOG_FROM_RATIO) return false
  const step = (xs[1] ?? 0) - low
  return !xs.every((x, i) => Math.abs(x - (low + i * step)) < step * 1e-6)
}

export interface XScale {
  (x: number): number
  readonly axis: Axis
}

/** Marks at the ends keep off the edges. */
const INSET_PX = 6
const LABEL_PX = 56

/** Every planned value is a tick where there is room for all: a knob of 1, 2, 4 and 8 has no 3. */
export function xScale(axis: XAxis, width: number): XScale {
  const [left, right] = plotRange(width)
  const range: [number, number] = [left + INSET_PX, Math.max(right - INSET_PX, left + INSET_PX + 1)]
  const place = placeOf(axis, range)
  const planned = axis.xs.map((x): Tick => ({px: place(x), label: axis.label(x)}))
  const fitting = ticksWithRoom(planned, width)
  const ticks =
    fitting.length === planned.length || axis.kind === 'words' ? fitting : roundTicks(axis, range, place)
  return Object.assign(place, {axis: {ticks, title: axis.title, hasGrid: false}})
}

function placeOf({kind, xs}: XAxis, range: [number, number]): (x: number) => number {
  const [low, high] = [xs[0] ?? 0, xs.at(-1) ?? 1]
  if (kind === 'words') {
    const scale = scalePoint(xs, range).padding(0.5)
    return x => scale(x) ?? range[0]
  }
  if (low === high) return () => (range[0] + range[1]) / 2
  const scale = kind === 'log' ? scaleLog([low, high], range) : scaleLinear([low, high], range)
  return x => scale(x)
}

function roundTicks({kind, xs}: XAxis, range: [number, number], place: (x: number) => number): Tick[] {
  const [low, high] = [xs[0] ?? 0, xs.at(-1) ?? 1]
  const wanted = Math.max(Math.floor((range[1] - range[0]) / LABEL_PX), 2)
  const values =
    kind === 'log'
      ? logTicks(low, high, {wanted, unit: 'count'})
      : scaleLinear([low, high], range).ticks(wanted)
  return values.map(x => ({px: place(x), label: x < 10_000 ? String(x) : formatCompact(x)}))
}
