import {LANE_STEPS, type StepLane} from '../step-lane.ts'
import {lowerBound} from './curve.ts'
import type {GridReader} from './grid.ts'
import type {Grid} from './grid-shape.ts'
import type {OutsideFlag} from './outside.ts'

/** Lengths averaged per decode step: sequences of a batch differ, five lengths within 10 % stand for the spread. */
const SAMPLES = 5

/** Batch sizes remembered; running batches stay far below. */
const MAX_LINES = 8192

/**
 * Decode attention over batch and length. Where the heads were measured, the two neighbouring batch sizes are
 * found once per batch and only the lengths are left to interpolate; every other case goes through
 * the general reader. Both give the same bits.
 */
export class DecodeLines {
  private readonly grid: Grid
  private readonly heads: number
  private readonly reader: GridReader
  /** By batch size: an array, because looking up a Map would cost as much as the interpolation. */
  private readonly lines: (DecodeLine | undefined)[] = []

  constructor(grid: Grid, heads: number, reader: GridReader) {
    this.grid = grid
    this.heads = heads
    this.reader = reader
  }

  /** Mean time over five lengths around `length`, ms. */
  at(batch: number, length: number): number {
    const line = this.lines[batch] ?? this.add(batch)
    return line.mean(lowEnd(length), highEnd(length))
  }

  /** Adds `count` times the mean times around rising lengths to the steps of a lane. */
  addLane(steps: LaneSteps, lane: StepLane): void {
    const line = this.lines[steps.batch] ?? this.add(steps.batch)
    line.addLane(steps, lane)
  }

  private add(batch: number): DecodeLine {
    const line = this.build(batch)
    if (batch >= MAX_LINES) return line
    while (this.lines.length <= batch) this.lines.push(undefined)
    this.lines[batch] = line
    return line
  }

  private build(batch: number): DecodeLine {
    const {grid, heads, reader} = this
    const node = grid.keys0.indexOf(heads)
    const start = node < 0 ? 0 : grid.start1[node]!
    const end = node < 0 ? 0 : grid.start1[node + 1]!
    const upper = lowerBound(grid.keys1, start, end, batch)
    const general = new DecodeLine(grid, reader, {heads, batch, nodeA: 0, nodeB: 0, weight: 0, common: 0})
    if (upper === end) return general
    const k1 = grid.keys1[upper]!
    if (k1 !== batch && upper === start) return general
    const nodeA = k1 === batch ? upper : upper - 1
    const k0 = grid.keys1[nodeA]!
    const weight = nodeA === upper ? 0 : (batch - k0) / (k1 - k0)
    const common = commonKeys(grid, nodeA, upper)
    return new DecodeLine(grid, reader, {heads, batch, nodeA, nodeB: upper, weight, common})
  }
}

interface LaneSteps {
  readonly batch: number
  readonly firstLength: number
  /** Of each latency beside the table's. */
  readonly extraMs: number
  readonly count: number
  /** Raised by lookups. */
  readonly outside: OutsideFlag
}

/** Around a length, which is no shorter than 1. */
function lowEnd(length: number): number {
  return Math.max(1, Math.trunc(length * 0.9))
}

function highEnd(length: number): number {
  return Math.max(lowEnd(length), Math.trunc(length * 1.1))
}

interface Neighbours {
  readonly heads: number
  readonly batch: number
  /** Branches of the batch sizes below and above; equal when the batch size was measured. */
  readonly nodeA: number
  readonly nodeB: number
  readonly weight: number
  /** Leading lengths both branches were measured at. */
  readonly common: number
}

class DecodeLine {
  private readonly keys: Float64Array
  private readonly values: Float64Array
  /** Of any length. */
  private readonly general: (length: number) => number
  private readonly start: number
  private readonly end: number
  /** From a leaf of branch A to the same length in branch B. */
  private readonly offset: number
  private readonly weight: number
  /** Where the last lookup began: the next one is seldom far from it. */
  private last: number

  constructor(grid: Grid, reader: GridReader, {heads, batch, nodeA, nodeB, weight, common}: Neighbours) {
    this.keys = grid.keys2
    this.values = grid.values
    this.general = reader.line(heads, batch)
    this.start = grid.start2[nodeA]!
    this.end = this.start + common
    this.offset = grid.start2[nodeB]! - this.start
    this.weight = weight
    this.last = this.start
  }

  addLane({firstLength, extraMs, count, outside}: LaneSteps, lane: StepLane): void {
    const {ms, isOutside} = lane
    for (let step = 0; step < LANE_STEPS; step++) {
      const length = firstLength + step
      outside.hit = false
      ms[step]! += Math.max(0, this.mean(lowEnd(length), highEnd(length)) + extraMs) * count
      if (outside.hit) isOutside[step] = 1
    }
  }

  mean(low: number, high: number): number {
    const {keys, end, start} = this
    let at = this.last
    while (at < end && keys[at]! < low) at++
    while (at > start && keys[at - 1]! >= low) at--
    this.last = at
    if (at > start && at < end && high < keys[at]!) return this.meanBetween(at, low, high)
    let total = 0
    for (let i = 0; i < SAMPLES; i++) {
      const length = low + Math.floor(((high - low) * i) / (SAMPLES - 1))
      while (at < end && keys[at]! < length) at++
      const covered = at < end && (at > start || keys[at] === length)
      total += covered ? this.interpolate(at, length) : this.general(length)
    }
    return total / SAMPLES
  }

  /** All five lengths between the same two measured ones: what they share is read once. */
  private meanBetween(at: number, low: number, high: number): number {
    const {keys, values, offset, weight} = this
    const k0 = keys[at - 1]!
    const span = keys[at]! - k0
    const a0 = values[at - 1]!
    const riseA = values[at]! - a0
    const b0 = values[at - 1 + offset]!
    const riseB = values[at + offset]! - b0
    let total = 0
    for (let i = 0; i < SAMPLES; i++) {
      const share = (low + Math.floor(((high - low) * i) / (SAMPLES - 1)) - k0) / span
      const a = a0 + riseA * share
      total += offset === 0 ? a : a + (b0 + riseB * share - a) * weight
    }
    return total / SAMPLES
  }

  /** @param at first common length not below the wanted one */
  private interpolate(at: number, length: number): number {
    const {keys, values, offset, weight} = this
    const k1 = keys[at]!
    let a = values[at]!
    let b = values[at + offset]!
    if (k1 !== length) {
      const k0 = keys[at - 1]!
      const share = (length - k0) / (k1 - k0)
      const a0 = values[at - 1]!
      const b0 = values[at - 1 + offset]!
      a = a0 + (a - a0) * share
      b = b0 + (b - b0) * share
    }
    return offset === 0 ? a : a + (b - a) * weight
  }
}

function commonKeys(grid: Grid, nodeA: number, nodeB: number): number {
  const startA = grid.start2[nodeA]!
  const startB = grid.start2[nodeB]!
  const most = Math.min(grid.start2[nodeA + 1]! - startA, grid.start2[nodeB + 1]! - startB)
  let common = 0
  while (common < most && grid.keys2[startA + common] === grid.keys2[startB + common]) common++
  return common
}
