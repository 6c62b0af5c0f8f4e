import type {ServiceObjective} from '../config/scenario.ts'
import type {PoolHours} from '../report/gpu-hours.ts'
import {type Band, computeBand} from '../sweep/repeats.ts'
import type {BenchKind} from './bench-choice.ts'
import type {BenchFigures} from './bench-figures.ts'
import type {FleetSize} from './fleet-plan.ts'
import type {Hindsight} from './hindsight-options.ts'
import type {WorkBound} from './work-bound.ts'

/** A run of the bench that is over. */
export interface BenchRun {
  readonly policyId: string
  readonly phase: number
  readonly figures: BenchFigures
}

/** One line of the table: a policy over its phases. */
export interface BenchLine {
  readonly id: string
  readonly label: string
  readonly kind: BenchKind
  readonly size: FleetSize | null
  /** Phases that ran, and those of them that hold the objective. */
  readonly runs: number
  readonly holds: number
  readonly share: Band
  readonly ttftMsP50: Band
  readonly ttftMsP90: Band
  readonly gpuHours: Band
  /** Of all its runs together; null for a fleet of one pool. */
  readonly gpuHoursByPool?: PoolHours | null
  /** What an hour of them cost in the mean; absent = what the result says. */
  readonly pricePerGpuHour?: number | null
  readonly scalings: Band
  readonly outOfObjectiveS: Band
  /** Of the medians against the schedule found in hindsight; null where there is none. */
  readonly regret: {readonly gpuHours: number; readonly share: number} | null
}

export interface BenchResult {
  readonly objective: ServiceObjective
  readonly lines: readonly BenchLine[]
  /** null = not looked for, or nothing holds. */
  readonly hindsight: (Omit<Hindsight, 'outcome'> & {readonly figures: BenchFigures}) | null
  readonly bound: WorkBound | null
  readonly phases: number
  /** In any currency, of two pools the dearer; null = nobody said. */
  readonly pricePerGpuHour: number | null
  /** The same of the bound, by what it takes of prompts and of answers; absent = as above. */
  readonly boundPricePerGpuHour?: number | null
}

export interface LinePolicy {
  readonly id: string
  readonly label: string
  readonly kind: BenchKind
  readonly size: FleetSize | null
}

/** The line of a policy as far as its runs are over; null before the first is. */
export function benchLine(
  {id, label, kind, size}: LinePolicy,
  runs: readonly BenchRun[],
  hindsight: BenchFigures | null,
): BenchLine | null {
  const own = runs.filter(({policyId}) => policyId === id).map(({figures}) => figures)
  if (own.length === 0) return null
  const band = (figure: (figures: BenchFigures) => number) => computeBand(own.map(figure))!
  const share = band(figures => figures.share)
  const gpuHours = band(figures => figures.gpuHours)
  return {
    id,
    label,
    kind,
    size,
    runs: own.length,
    holds: own.filter(({holds}) => holds).length,
    share,
    gpuHours,
    gpuHoursByPool: hoursByPool(own),
    ttftMsP50: band(figures => figures.ttftMsP50),
    ttftMsP90: band(figures => figures.ttftMsP90),
    scalings: band(figures => figures.scalings),
    outOfObjectiveS: band(figures => figures.outOfObjectiveS),
    regret:
      hindsight === null
        ? null
        : {
            gpuHours: gpuHours.median - hindsight.gpuHours,
            share: hindsight.share - share.median,
          },
  }
}

function hoursByPool(runs: readonly BenchFigures[]): PoolHours | null {
  const hours = runs.flatMap(({gpuHoursByPool}) => gpuHoursByPool ?? [])
  if (hours.length < runs.length) return null
  const sumOf = (pool: keyof PoolHours) => hours.reduce((sum, own) => sum + own[pool], 0)
  return {prefill: sumOf('prefill'), decode: sumOf('decode')}
}
