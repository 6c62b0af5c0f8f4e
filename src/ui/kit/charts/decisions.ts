import {MARGIN} from './base/geometry.ts'
import type {Span} from './base/time-axis.svelte.ts'
import {pointAt, type TimeSeries} from './base/timeline.ts'
import type {ChartTable} from './frame/chart-table.ts'

/** One kind of decision over time, a lane per reason that occurred. */
export interface Decisions {
  readonly id: string
  readonly title: string
  readonly note: string
  readonly summary: string
  /** Width of a mark: one decision holds until the next. */
  readonly intervalS: number
  readonly lanes: readonly Lane[]
  /** Every decision in order, for walking with the keyboard. */
  readonly walk: TimeSeries
  at(seconds: number): {readonly timeS: number; readonly label: string} | null
  table(view: Span | null): ChartTable
}

export interface Lane {
  readonly reason: string
  readonly label: string
  readonly colour: string
  readonly x: Float64Array
  /** When a baseline decided so; absent without one. */
  readonly ghostX?: Float64Array
}

export interface ReasonStyle {
  readonly label: string
  readonly colour: string
}

export interface Decision<Reason extends string> {
  readonly timeS: number
  readonly reason: Reason
  /** Where it is drawn, if not among those of its reason. */
  readonly lane?: Reason
}

/**
 * A track of decisions with one lane for every reason that occurred, in the order of `styles`.
 * @returns null where nothing was decided
 */
export function decisionTrack<Reason extends string>(
  named: Pick<Decisions, 'id' | 'title' | 'note'>,
  made: readonly Decision<Reason>[],
  styles: Readonly<Record<Reason, ReasonStyle>>,
): Decisions | null {
  if (made.length === 0) return null
  const order = Object.keys(styles) as Reason[]
  const laneOf = ({lane, reason}: Decision<Reason>) => lane ?? reason
  const x = Float64Array.from(made, decision => decision.timeS)
  const y = Float64Array.from(made, decision => order.indexOf(laneOf(decision)))
  const walk: TimeSeries = {key: 'decisions', label: 'decisions', x, y, shape: 'step', slot: 0}
  const lanes = order.flatMap(reason => {
    const times = made.filter(decision => laneOf(decision) === reason).map(({timeS}) => timeS)
    return times.length === 0 ? [] : [{reason, ...styles[reason], x: Float64Array.from(times)}]
  })
  return {
    ...named,
    summary: lanes.map(lane => `${lane.label} ${lane.x.length}`).join(', '),
    intervalS: x.length > 1 ? medianGap(x) : 1,
    lanes,
    walk,
    at(seconds) {
      const decision = made[pointAt(walk, seconds)]
      return decision === undefined ? null : {timeS: decision.timeS, label: styles[laneOf(decision)].label}
    },
    table(view) {
      const shown = made.filter(({timeS}) => view === null || (timeS >= view[0] && timeS <= view[1]))
      return {columns: ['time_s', 'reason'], rows: shown.map(({timeS, reason}) => [timeS, reason])}
    },
  }
}

function medianGap(x: Float64Array): number {
  const gaps = Float64Array.from({length: x.length - 1}, (_, i) => x[i + 1]! - x[i]!).sort()
  return gaps[gaps.length >> 1] ?? 1
}

/** A line of text over a row of marks: names beside the marks would need a margin the other charts do not have. */
export const LANE_PX = 30

export function decisionPlotHeight({lanes}: Decisions): number {
  return lanes.length * LANE_PX + MARGIN.top + MARGIN.bottom
}
