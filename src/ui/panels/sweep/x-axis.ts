import {scaleLinear, scaleLog, scalePoint} from 'd3-scale'
import type {FieldValue} from '../../../config/field-text.ts'
import type {SweepAxis} from '../../../sweep/axis.ts'
import {logTicks, MARGIN} from '../../kit/charts/geometry.ts'
import {formatCompact} from '../../kit/format.ts'

/** The swept knob as the horizontal axis all charts of a sweep share. */
export interface XAxis {
  readonly name: string
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
    unit: key.unit === null ? '' : ` ${key.unit}`,
    kind: isNumeric ? (spreadsWide(xs) ? 'log' : 'linear') : 'words',
    xs,
    label: x => (isNumeric ? String(x) : textOf(values[x] ?? null)),
  }
}

export function textOf(value: FieldValue): string {
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
  readonly ticks: readonly {readonly x: number; readonly label: string}[]
}

const LABEL_PX = 56

export function xScale(axis: XAxis, width: number): XScale {
  const range: [number, number] = [MARGIN.left + 6, Math.max(width - MARGIN.right - 6, MARGIN.left + 7)]
  const room = Math.max(Math.floor((range[1] - range[0]) / LABEL_PX), 2)
  const low = axis.xs[0] ?? 0
  const high = axis.xs.at(-1) ?? 1
  if (axis.kind === 'words') return wordScale(axis, range)
  if (low === high) {
    const middle = (range[0] + range[1]) / 2
    return Object.assign(() => middle, {ticks: [{x: low, label: axis.label(low)}]})
  }
  const scale = axis.kind === 'log' ? scaleLog([low, high], range) : scaleLinear([low, high], range)
  const at = axis.kind === 'log' ? logTicks(low, high, room) : scaleLinear([low, high], range).ticks(room)
  const ticks = at.map(x => ({x, label: x < 10_000 ? String(x) : formatCompact(x)}))
  return Object.assign((x: number) => scale(x), {ticks})
}

/** Labels that would run into each other are left out; the readout and the table have them all. */
function wordScale(axis: XAxis, range: [number, number]): XScale {
  const scale = scalePoint(axis.xs, range).padding(0.5)
  const longest = axis.xs.reduce((length, x) => Math.max(length, axis.label(x).length), 1)
  const room = Math.max(Math.floor((range[1] - range[0]) / Math.max(longest * 7, LABEL_PX)), 1)
  const every = Math.ceil(axis.xs.length / room)
  const ticks = axis.xs.filter((_, i) => i % every === 0).map(x => ({x, label: axis.label(x)}))
  return Object.assign((x: number) => scale(x) ?? range[0], {ticks})
}
