import type {InstanceLoads} from '../../../engine/record/record.ts'
import type {Span} from '../../kit/charts/base/time-axis.svelte.ts'
import type {ChartTable} from '../../kit/charts/frame/chart-table.ts'
import {formatClock, formatCount, formatValue} from '../../kit/format.ts'
import {type InstanceLife, nameOf} from './instance-lanes.ts'

export type HeatId = 'busy' | 'queue' | 'kv'

/** One way to colour the lanes: how full an instance was in each bin of time, in steps that mean something. */
export interface HeatMeasure {
  readonly id: HeatId
  readonly label: string
  readonly title: string
  readonly note: string
  /** Lowest value of each step above idle; the first is open: anything above zero. */
  readonly steps: readonly number[]
  /** One word per step, idle first. */
  readonly words: readonly string[]
}

const SHARE_STEPS = [0, 0.25, 0.5, 0.75, 0.95]
const SHARE_WORDS = ['< 25 %', '25–50 %', '50–75 %', '75–95 %', '≥ 95 %']

/** Steps do not follow the run, so that the same colour means the same load in any two runs. */
export const HEAT_MEASURES: readonly HeatMeasure[] = [
  {
    id: 'busy',
    label: 'busy',
    title: 'Instances, busy',
    note: 'Share of the time that each instance spent in passes.',
    steps: SHARE_STEPS,
    words: ['idle', ...SHARE_WORDS],
  },
  {
    id: 'queue',
    label: 'queue',
    title: 'Instances, queue',
    note: 'Most requests left waiting on each instance after a pass.',
    steps: [0, 5, 20, 100, 500],
    words: ['none', '1–4', '5–19', '20–99', '100–499', '≥ 500'],
  },
  {
    id: 'kv',
    label: 'KV use',
    title: 'Instances, KV use',
    note: 'Highest share of its KV blocks that requests held on each instance after a pass.',
    steps: SHARE_STEPS,
    words: ['empty', ...SHARE_WORDS],
  },
]

/** One step per colour, idle included. */
export const HEAT_LEVELS = 6

export function heatLevel({steps}: HeatMeasure, value: number): number {
  if (!(value > 0)) return 0
  let level = 1
  while (level < steps.length && value >= steps[level]!) level++
  return level
}

export interface BinLoad {
  readonly busyShare: number
  readonly queued: number
  readonly kvShare: number
}

/**
 * What an instance carried between two moments; peaks are those of all bins touched, busy time is shared out evenly
 * within a bin. Null while it neither served nor drained.
 */
export function loadBetween(loads: InstanceLoads, life: InstanceLife, [fromS, toS]: Span): BinLoad | null {
  const from = Math.max(fromS, life.startedS) * 1000
  const to = Math.min(toS, life.exitS) * 1000
  if (!(to > from)) return null
  const {binMs} = loads
  const start = loads.offset[life.index]!
  const count = loads.offset[life.index + 1]! - start
  const first = loads.firstBin[life.index]!
  let busyMs = 0
  let queued = 0
  let kvShare = 0
  for (let bin = Math.max(Math.floor(from / binMs), first); bin * binMs < to; bin++) {
    if (bin - first >= count) break
    const at = start + bin - first
    busyMs += loads.busyMs[at]! * shareOfBin(bin * binMs, binMs, {from, to, life})
    queued = Math.max(queued, loads.queued[at]!)
    kvShare = Math.max(kvShare, loads.kvShare[at]!)
  }
  return {busyShare: Math.min(busyMs / (to - from), 1), queued, kvShare}
}

/** How much of a bin's life lies within a window: the bin in which it began to serve is shorter. */
function shareOfBin(
  binStartMs: number,
  binMs: number,
  {from, to, life}: {readonly from: number; readonly to: number; readonly life: InstanceLife},
): number {
  const aliveFrom = Math.max(binStartMs, life.startedS * 1000)
  const aliveTo = Math.min(binStartMs + binMs, life.exitS * 1000)
  const alive = aliveTo - aliveFrom
  return alive <= 0 ? 0 : Math.max(Math.min(to, aliveTo) - Math.max(from, aliveFrom), 0) / alive
}

function amountOf(load: BinLoad, measure: HeatId): number {
  return measure === 'busy' ? load.busyShare : measure === 'queue' ? load.queued : load.kvShare
}

interface HeatPicture {
  readonly loads: InstanceLoads
  readonly lives: readonly InstanceLife[]
  readonly measure: HeatMeasure
  readonly view: Span
  /** Pixels of a moment. */
  readonly x: (seconds: number) => number
  readonly topOf: (lane: number) => number
  readonly barPx: number
}

/** Narrower cells than this cannot be told apart. */
const CELL_PX = 2

/** One path per colour: thousands of cells, six elements. Neighbours of one colour are one rectangle. */
export function heatPaths({loads, lives, measure, view, x, topOf, barPx}: HeatPicture): string[] {
  const paths: string[][] = Array.from({length: HEAT_LEVELS}, () => [])
  const secondsPerPx = (view[1] - view[0]) / Math.max(x(view[1]) - x(view[0]), 1)
  const binS = loads.binMs / 1000
  // Whole bins, counted from zero, so that cells keep their place and colour while the view moves.
  const cellS = binS * Math.max(Math.ceil((CELL_PX * secondsPerPx) / binS), 1)
  for (const life of lives) {
    const fromS = Math.max(life.startedS, view[0])
    const toS = Math.min(life.exitS, view[1])
    if (!(toS > fromS)) continue
    const y = topOf(life.lane)
    let level = -1
    let runFromS = fromS
    const close = (untilS: number) => {
      if (level < 0) return
      const left = round(x(runFromS))
      paths[level]!.push(`M${left} ${y}H${round(x(untilS))}v${barPx}H${left}z`)
    }
    for (let cell = Math.floor(fromS / cellS); cell * cellS < toS; cell++) {
      const load = loadBetween(loads, life, [cell * cellS, (cell + 1) * cellS])
      const next = load === null ? 0 : heatLevel(measure, amountOf(load, measure.id))
      if (next === level) continue
      const atS = Math.max(cell * cellS, fromS)
      close(atS)
      level = next
      runFromS = atS
    }
    close(toS)
  }
  return paths.map(parts => parts.join(''))
}

function round(px: number): number {
  return Math.round(px * 10) / 10
}

/** The load of the bin at a moment, in words. */
export function describeLoad(loads: InstanceLoads, life: InstanceLife, seconds: number): string | null {
  const binS = loads.binMs / 1000
  const bin = Math.floor(seconds / binS)
  const load = loadBetween(loads, life, [bin * binS, (bin + 1) * binS])
  if (load === null) return null
  const {busyShare, queued, kvShare} = load
  return `${nameOf(life)} busy ${formatValue(busyShare, 'share')}, queue ${formatCount(queued)}, KV ${formatValue(kvShare, 'share')}`
}

export function heatTable(
  loads: InstanceLoads,
  lives: readonly InstanceLife[],
  view: Span | null,
): ChartTable {
  const binS = loads.binMs / 1000
  const rows: [number, string, number, number, number, number][] = []
  for (const life of lives) {
    const fromS = Math.max(life.startedS, view?.[0] ?? 0)
    const toS = Math.min(life.exitS, view?.[1] ?? Number.POSITIVE_INFINITY)
    for (let bin = Math.floor(fromS / binS); bin * binS < toS; bin++) {
      const load = loadBetween(loads, life, [bin * binS, (bin + 1) * binS])
      if (load === null) continue
      rows.push([bin * binS, life.component, life.id, load.busyShare, load.queued, load.kvShare])
    }
  }
  rows.sort((a, b) => a[0] - b[0])
  return {columns: ['time_s', 'component', 'id', 'busy_share', 'queued', 'kv_share'], rows}
}

/** One sentence for those who cannot see the colours: where the load was highest. */
export function describeHeat(
  loads: InstanceLoads,
  lives: readonly InstanceLife[],
  measure: HeatMeasure,
): string {
  let peak = 0
  let at: {readonly life: InstanceLife; readonly seconds: number} | null = null
  let full = 0
  let cells = 0
  const binS = loads.binMs / 1000
  for (const life of lives) {
    for (let bin = Math.floor(life.startedS / binS); bin * binS < life.exitS; bin++) {
      const load = loadBetween(loads, life, [bin * binS, (bin + 1) * binS])
      if (load === null) continue
      const value = amountOf(load, measure.id)
      cells++
      if (heatLevel(measure, value) === HEAT_LEVELS - 1) full++
      if (value <= peak) continue
      peak = value
      at = {life, seconds: bin * binS}
    }
  }
  if (at === null) return 'Nothing was recorded.'
  const highest = measure.id === 'queue' ? `${formatCount(peak)} requests` : formatValue(peak, 'share')
  const share = formatValue(full / cells, 'share')
  return `Highest ${highest}, ${nameOf(at.life)} at ${formatClock(at.seconds)}; ${share} of the time at the top step (${measure.words[HEAT_LEVELS - 1]}).`
}
