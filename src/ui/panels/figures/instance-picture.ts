import type {InstanceLoads} from '../../../engine/record/record.ts'
import {MARGIN} from '../../kit/charts/base/geometry.ts'
import type {LegendEntry} from '../../kit/charts/base/legend.ts'
import type {Span} from '../../kit/charts/base/time-axis.svelte.ts'
import type {ChartTable} from '../../kit/charts/frame/chart-table.ts'
import type {InstanceLife} from './instance-lanes.ts'
import {describeHeat, type HeatMeasure} from './load-heat.ts'

export const INSTANCES = {
  id: 'instances',
  title: 'Instances',
  note: 'Every instance from its start request to its exit; a fuller bar was busy for more of its time.',
} as const

const LANE_PX = {least: 16, most: 56} as const
/** As much as the charts beside it have: a few lanes share it, many push on. */
const ROOM_PX = 140
/** Between two bars. */
export const LANE_GAP_PX = 5
/** More lanes would push everything else off the screen. */
export const MAX_LANES = 40

export function laneCount(lives: readonly InstanceLife[]): number {
  return lives.reduce((most, life) => Math.max(most, life.lane + 1), 0)
}

export function lanePx(lives: readonly InstanceLife[]): number {
  const share = Math.floor(ROOM_PX / Math.max(laneCount(lives), 1))
  return Math.min(Math.max(share, LANE_PX.least), LANE_PX.most)
}

export function instancePlotHeight(lives: readonly InstanceLife[]): number {
  return Math.min(laneCount(lives), MAX_LANES) * lanePx(lives) + MARGIN.top + MARGIN.bottom
}

/** The lives drawn within a view. */
export function livesIn(lives: readonly InstanceLife[], [from, to]: Span): InstanceLife[] {
  return lives.filter(life => life.lane < MAX_LANES && life.exitS >= from && life.requestedS <= to)
}

/** What the picture is and what it says, for those who do not see it. */
export function instanceWords(
  lives: readonly InstanceLife[],
  loads: InstanceLoads,
  measure: HeatMeasure | null,
): string {
  const note = measure === null ? INSTANCES.note : `${measure.note} ${describeHeat(loads, lives, measure)}`
  return `${note} ${lives.length} instances, at most ${laneCount(lives)} at a time.`
}

export function livesTable(lives: readonly InstanceLife[]): ChartTable {
  return {
    columns: ['time_s', 'component', 'id', 'started_s', 'drain_s', 'exit_s', 'busy_share'],
    rows: lives.map(life => [
      life.requestedS,
      life.component,
      life.id,
      life.startedS,
      life.drainS,
      life.exitS,
      life.busyShare ?? Number.NaN,
    ]),
  }
}

/** Which pool the lanes belong to, written where its first one stands. */
export function poolLabels(
  lives: readonly InstanceLife[],
): {readonly label: string; readonly lane: number}[] {
  const first = new Map<string, number>()
  for (const {component, lane} of lives) {
    if (lane < (first.get(component) ?? MAX_LANES)) first.set(component, lane)
  }
  return [...first].map(([label, lane]) => ({label, lane}))
}

/** What the bars' colours mean: levels of a measure, or the phases of a life. */
export function instanceLegend(measure: HeatMeasure | null): readonly LegendEntry[] {
  const phase = (key: string, slot: number): LegendEntry => ({
    key,
    label: key,
    colour: `var(--series-${slot})`,
    mark: 'box',
  })
  const levels = measure?.words.map(
    (label, level): LegendEntry => ({
      ...{key: `level ${level}`, label},
      ...{colour: `var(--heat-${level})`, mark: 'box'},
    }),
  )
  return [...(levels ?? [phase('serving', 0)]), phase('starting', 1), phase('draining', 3)]
}
