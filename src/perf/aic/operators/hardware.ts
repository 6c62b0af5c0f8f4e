import type {BackendName, GpuSystem} from '../../../config/gpus.ts'
import type {Estimator} from '../request/estimator.ts'
import type {StepLane} from '../step-lane.ts'
import type {OutsideFlag} from '../tables/outside.ts'
import type {TableSet} from '../tables/tables.ts'
import type {Phase} from './ops.ts'
import type {QuantModes} from './quant-modes.ts'

/** Where and on what an operator runs. */
export interface Hardware {
  readonly estimator: Estimator
  readonly system: GpuSystem
  readonly backend: BackendName
  readonly tables: TableSet
  readonly modes: QuantModes
  readonly phase: Phase
  readonly outside: OutsideFlag
}

/** Latency in ms of one operator with `x` tokens; `count` and the floor at 0 are applied outside. */
export type TokenCost = (x: number) => number

/**
 * Adds the latency of one operator, in ms, to each step of a lane: `count` times, and 0 at the least; says which of them left the
 * measured data.
 */
export type LaneCost = (batch: number, firstLength: number, lane: StepLane, count: number) => void

/** Latency in ms of one operator whose work depends on the sequences. Decode passes prefix 0. */
export type SequenceCost = (batch: number, length: number, prefix: number) => number
