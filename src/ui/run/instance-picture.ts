import {MARGIN} from '../charts/geometry.ts'
import type {ChartTable} from '../charts/table.ts'
import type {Span} from '../state/time-axis.svelte.ts'
import type {InstanceLife} from './instance-lanes.ts'

export const INSTANCES = {
  id: 'instances',
  title: 'Instances',
  note: 'Every instance from its start request to its exit; a fuller bar was busy for more of its time.',
} as const

export const LANE_PX = 16
/** More lanes would push everything else off the screen. */
export const MAX_LANES = 40

export function laneCount(lives: readonly InstanceLife[]): number {
  return lives.reduce((most, life) => Math.max(most, life.lane + 1), 0)
}

export function instancePlotHeight(lives: readonly InstanceLife[]): number {
  return Math.min(laneCount(lives), MAX_LANES) * LANE_PX + MARGIN.top + MARGIN.bottom
}

/** The lives drawn within a view. */
export function livesIn(lives: readonly InstanceLife[], [from, to]: Span): InstanceLife[] {
  return lives.filter(life => life.lane < MAX_LANES && life.exitS >= from && life.requestedS <= to)
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
