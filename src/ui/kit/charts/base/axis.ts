import {formatClock, formatCompact, type Unit} from '../../format.ts'
import {formatDurationTick} from './duration-ticks.ts'
import type {TimeScale} from './geometry.ts'
import type {Span} from './time-axis.svelte.ts'
import {timeTicks} from './time-ticks.ts'
import type {ValueScale} from './value-scale.ts'

export interface Tick {
  readonly px: number
  readonly label: string
}

/** One axis of a picture as it is drawn. */
export interface Axis {
  readonly ticks: readonly Tick[]
  /** What it counts, with its unit; '' = the chart's own title says it, or the corner does. */
  readonly title: string
  /** The same in a word, before the first label: where a line of its own would cost the plot its height. */
  readonly corner?: string
  readonly hasGrid: boolean
}

/** Room for one label of the clock. */
const CLOCK_LABEL_PX = 84

/** How the clock's labels read in a view; short, because it stands before the first of them. */
export function clockUnit([, to]: Span): string {
  return to >= 3600 ? 'h:m:s' : 'min:s'
}

/** The simulated clock along the bottom. */
export function clockAxis(view: Span, x: TimeScale, width: number): Axis {
  const ticks = timeTicks(view, Math.max(Math.floor(width / CLOCK_LABEL_PX), 2))
  return {
    ticks: ticks.map(tick => ({px: x(tick), label: formatClock(tick)})),
    title: '',
    corner: clockUnit(view),
    hasGrid: true,
  }
}

export interface ValueAxisOptions {
  readonly title?: string
  readonly hasGrid?: boolean
}

export function valueAxis(
  scale: ValueScale,
  unit: Unit,
  {title = '', hasGrid = true}: ValueAxisOptions = {},
): Axis {
  const labels = tickLabels(scale.ticks, unit)
  return {ticks: scale.ticks.map((tick, i) => ({px: scale(tick), label: labels[i]!})), title, hasGrid}
}

/** Each with as many digits as tell it from the next: a wide picture has ticks closer than numbers are read to. */
export function tickLabels(ticks: readonly number[], unit: Unit): string[] {
  const labels = ticks.map(tick => formatTick(tick, unit))
  const stepOf = (a = 0, b = 0) => Math.abs(b - a) * (unit === 'share' ? 100 : 1)
  const step = stepOf(ticks[0], ticks[1])
  if (unit === 'ms' || new Set(labels).size === labels.length || !(step > 0)) return labels
  const digits = Math.max(Math.ceil(-Math.log10(step) - 1e-9), 0)
  const written = (value: number) => trimmed(value.toFixed(digits))
  return ticks.map(tick => (unit === 'share' ? `${written(tick * 100)} %` : written(tick)))
}

/** Times and shares bring their unit along; that of all others stands once, in the title. */
export function formatTick(value: number, unit: Unit): string {
  if (unit === 'ms') return formatDurationTick(value)
  if (unit === 'share') return `${trimmed(formatCompact(value * 100))} %`
  return trimmed(formatCompact(value))
}

/** `100.0k` and `1.20M` are for reading off; an axis has round numbers. */
function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+(?=[kMG]?$)/, '') : text
}

/** Of a label; the axes are set in 11 px figures. */
const CHARACTER_PX = 6.6
const LABEL_GAP_PX = 6

/** Where a label under its tick begins and ends: centred, but at the right edge it ends there rather than be cut. */
export function labelSpan({px, label}: Tick, width: number): readonly [from: number, to: number] {
  const wide = label.length * CHARACTER_PX
  const to = Math.min(px + wide / 2, Math.max(width, px))
  return [to - wide, to]
}

/** Of labels along the bottom those that neither touch nor run out of the picture; the first come first. */
export function ticksWithRoom(ticks: readonly Tick[], width: number): Tick[] {
  const taken: {readonly tick: Tick; readonly from: number; readonly to: number}[] = []
  for (const tick of ticks) {
    const [from, to] = labelSpan(tick, width)
    const touches = taken.some(other => from < other.to + LABEL_GAP_PX && to > other.from - LABEL_GAP_PX)
    if (!touches && from >= 0 && to <= width) taken.push({tick, from, to})
  }
  return taken.map(({tick}) => tick).sort((a, b) => a.px - b.px)
}
