import type {Scenario} from '../config/scenario.ts'
import type {Result} from '../core/result.ts'
import type {PointFigures} from '../sweep/points.ts'
import {computeBand, repeatsOf} from '../sweep/repeats.ts'
import {expectedWork} from '../sweep/schedule/run-order.ts'
import type {PaidHours} from './prices.ts'
import {type TraceWindow, withinWindow} from './windows.ts'

/** What a run costs: the GPU-hours that are paid for, start-up, draining and a warm pool included, or money where prices are known. */
export type CostOf = (scenario: Scenario, paid: PaidHours) => number

/** What can be run: a candidate of the space, today's setting, or a fleet that nobody scales. */
export interface Setting {
  readonly id: string
  readonly scenario: Scenario
}

/** One run that a search asks for. */
export interface Evaluation {
  /** Unique in a search: the setting's id, then the phase or the window. */
  readonly id: string
  readonly scenario: Scenario
  /** What it costs of the budget: 1 = a run of the whole trace. */
  readonly weight: number
  readonly isPartial: boolean
}

/** How long it takes beside others of the same search. */
export function workOf({scenario, weight}: Evaluation): number {
  return weight * expectedWork(scenario)
}

/** Finished runs by the id of their evaluation; a run that failed has its reason. */
export type Results = ReadonlyMap<string, Result<PointFigures>>

/** In how many runs a setting is judged, and whether the trace is generated anew for each. */
export interface RunsPerSetting {
  readonly phases: number
  /** Seed the trace was generated with: run n of a setting replays the trace generated with the n-th seed from it. Absent = one trace. */
  readonly firstSeed?: number
}

/**
 * The runs of a whole trace that a setting is judged by: one for each phase of its policy, one where there is none; with
 * seeds as many traces of the kind, each at another phase.
 */
export function wholeRuns(
  {id, scenario}: Setting,
  {phases, firstSeed}: RunsPerSetting,
): readonly Evaluation[] {
  const shifted = repeatsOf(scenario, {of: 'phase', count: phases}, null)
  const repeats =
    firstSeed === undefined
      ? shifted
      : Array.from({length: phases}, (_, i) => withTraceSeed(shifted[i] ?? scenario, i, firstSeed))
  return repeats.map((own, phase) => ({id: `${id}@${phase}`, scenario: own, weight: 1, isPartial: false}))
}

/** The first run replays the trace as it is. */
function withTraceSeed(scenario: Scenario, run: number, firstSeed: number): Scenario {
  if (run === 0) return scenario
  const seed = (firstSeed + run) % 2 ** 32
  const {synthetic} = scenario
  return synthetic === undefined
    ? {...scenario, traceSeed: seed}
    : {...scenario, synthetic: {...synthetic, arrival_seed: seed}}
}

export function windowRuns({id, scenario}: Setting, windows: readonly TraceWindow[]): readonly Evaluation[] {
  return windows.map((window, i) => ({
    id: `${id}@w${i}`,
    scenario: withinWindow(scenario, window),
    weight: window.share,
    isPartial: true,
  }))
}

/** What is known of a setting from its runs of the whole trace. */
export interface Standing {
  /** Share of requests that met the objective, run by run, in the order of the phases. */
  readonly shares: readonly number[]
  /** Medians over the runs: no lucky phase speaks for a setting. */
  readonly share: number
  readonly gpuHours: number
  /** Paid for, whatever a planner counts. */
  readonly billedGpuHours: number
  /** What each run decided and measured, as a checksum: equal ones are of equal runs. */
  readonly digests: readonly string[]
  /** By which settings are compared: of each run, and the median. */
  readonly costs: readonly number[]
  readonly cost: number
  /** Runs it takes to be sure. */
  readonly of: number
  /** Runs in which the objective holds. */
  readonly holds: number
  /** So many have failed that the median cannot hold any more. */
  readonly isLost: boolean
}

/** null before the first run; a setting that cannot be run at all is lost. */
export function standingOf(
  runs: readonly Evaluation[],
  results: Results,
  {share, costOf}: {readonly share: number; readonly costOf: CostOf},
): Standing | null {
  const finished = runs.flatMap(({id}) => results.get(id) ?? [])
  if (finished.length === 0) return null
  const figures = finished.flatMap(one => (one.ok ? [one.value] : []))
  const shares = figures.map(({sla_attainment}) => sla_attainment ?? 0)
  const holds = shares.filter(one => one >= share).length
  const misses = finished.length - holds
  const gpuHours = computeBand(figures.map(gpuHoursOf))?.median ?? Number.POSITIVE_INFINITY
  const costs = figures.map(one => costOf(runs[0]!.scenario, one))
  return {
    shares,
    share: computeBand(shares)?.median ?? 0,
    gpuHours,
    billedGpuHours: computeBand(figures.map(one => one.billed_gpu_hours))?.median ?? gpuHours,
    digests: figures.map(({digest}) => digest),
    costs,
    cost: computeBand(costs)?.median ?? Number.POSITIVE_INFINITY,
    of: runs.length,
    holds,
    isLost: 2 * misses >= runs.length || figures.length < finished.length,
  }
}

/** Cost over its first runs alone: settings with unequal numbers of runs are compared phase by phase. */
export function costOver({costs}: Standing, runs: number): number {
  return computeBand(costs.slice(0, runs))?.median ?? Number.POSITIVE_INFINITY
}

export function isVerified({shares, of}: Standing): boolean {
  return shares.length === of
}

/** A planner whose config names no GPUs counts none; then what one pays for. */
function gpuHoursOf({gpu_hours, billed_gpu_hours}: PointFigures): number {
  return gpu_hours > 0 ? gpu_hours : billed_gpu_hours
}
