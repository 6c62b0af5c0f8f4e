import type {PlannerConfig} from '../../../config/scenario.ts'
import {decideTick, type TickDecisions, type TickGrounds} from '../rules-1.2/tick-decision.ts'
import {type Dial, dialsOf, type TippingInput} from './tipping-dials.ts'

export type {TippingInput} from './tipping-dials.ts'

/** Replicas per pool; an aggregated fleet has only `decode`, as everywhere in the planner. */
export interface ReplicaPair {
  readonly prefill: number | null
  readonly decode: number
}

/** The smallest change of one input that would have made a decision come out otherwise. */
export interface TippingChange {
  readonly input: TippingInput
  readonly pool: 'agg' | 'prefill' | 'decode' | null
  /** The one engine whose load changes; null = every engine of the pool, or no engine's load at all. */
  readonly workerId: number | null
  /** null = there was no limit. Loads: tokens of the engines concerned, added up. */
  readonly from: number | null
  readonly to: number
  /** Loads: tokens more (or fewer) on each engine concerned; otherwise the difference. */
  readonly delta: number
  /** Size of the change as a share of what it started from; ranks changes of unlike inputs. */
  readonly relativeChange: number
  /** null = no decision at all. */
  readonly newDecision: ReplicaPair | null
  /** Every larger change that was tried ends the same. */
  readonly holdsBeyond: boolean
}

export interface TickTipping {
  /** Changes that would have led to other replica counts, smallest relative change first. */
  readonly fleet: readonly TippingChange[]
  /** Likewise for the lower bounds that throughput scaling set; empty where it set none. */
  readonly bounds: readonly TippingChange[]
}

/**
 * What would have tipped the decisions of a tick, found by taking them again with one input changed (planner.md 5, 6).
 * Inputs move on a grid (see `Dial`): steps grow by half until the outcome differs, then bisection finds the
 * grid value that differs while the one before it does not. An outcome that comes and goes between two tries can
 * be missed; what is returned always flips, and one grid unit less does not.
 */
export function computeTipping(config: PlannerConfig, grounds: TickGrounds): TickTipping {
  const setsBounds = grounds.throughput !== null && config.enable_load_scaling
  const decidesFleet = grounds.load !== null || !setsBounds
  return {
    fleet: decidesFleet ? tip(config, grounds, fleetOutcome) : [],
    bounds: setsBounds ? tip(config, grounds, boundsOutcome) : [],
  }
}

/** Replicas a tick leaves behind; `null` where it decides on none and the counts are not known. */
export function fleetOutcome(grounds: TickGrounds, {load, throughput}: TickDecisions): ReplicaPair | null {
  const scaleTo = load?.scaleTo ?? throughput?.scaleTo ?? null
  const ready = readyOf(grounds)
  if (scaleTo === null) return ready
  const decode = scaleTo.num_decode ?? ready?.decode
  if (decode === undefined) return null
  return {prefill: scaleTo.num_prefill ?? ready?.prefill ?? null, decode}
}

export function boundsOutcome(_grounds: TickGrounds, {throughput}: TickDecisions): ReplicaPair | null {
  const bounds = throughput?.bounds ?? null
  return bounds && {prefill: bounds.prefill ?? null, decode: bounds.decode}
}

type Outcome = (grounds: TickGrounds, decisions: TickDecisions) => ReplicaPair | null

function readyOf({load}: TickGrounds): ReplicaPair | null {
  if (load === null) return null
  return load.topology === 'agg'
    ? {prefill: null, decode: load.pool.ready}
    : {prefill: load.prefill.ready, decode: load.decode.ready}
}

/** One change per input and pool: of the ways to turn it, the one with the smallest relative change. */
function tip(config: PlannerConfig, grounds: TickGrounds, outcomeOf: Outcome): TippingChange[] {
  const base = outcomeOf(grounds, decideTick(config, grounds))
  const best = new Map<string, TippingChange>()
  for (const dial of dialsOf(config, grounds, base)) {
    const change = turn(dial, base, outcomeOf)
    if (change === null) continue
    const key = `${dial.input} ${dial.pool} ${isUp(dial) ? 'up' : 'down'}`
    const known = best.get(key)
    if (known === undefined || change.relativeChange < known.relativeChange) best.set(key, change)
  }
  return [...best.values()].sort((a, b) => a.relativeChange - b.relativeChange)
}

function isUp(dial: Dial): boolean {
  return dial.direction > 0
}

/** How much further the next try goes. */
const GROWTH = 1.5

function turn(dial: Dial, base: ReplicaPair | null, outcomeOf: Outcome): TippingChange | null {
  const at = (steps: number) => {
    const {config, grounds} = dial.apply(steps)
    return outcomeOf(grounds, decideTick(config, grounds))
  }
  const tries = ladder(dial.maxSteps)
  const first = tries.findIndex(steps => !isSame(at(steps), base))
  if (first < 0) return null
  const steps = bisect(tries[first - 1] ?? 0, tries[first]!, middle => !isSame(at(middle), base))
  const newDecision = at(steps)
  const to = dial.valueAt(steps)
  return {
    input: dial.input,
    pool: dial.pool,
    workerId: dial.workerId,
    from: dial.from,
    to,
    delta: dial.deltaAt(steps),
    relativeChange: Math.abs(to - dial.anchor) / dial.scale,
    newDecision,
    holdsBeyond: tries.slice(first).every(further => isSame(at(further), newDecision)),
  }
}

/** 1, 2, 3, 4, 6, 9, 13 … up to and including the last step. */
function ladder(maxSteps: number): number[] {
  const tries: number[] = []
  for (let steps = 1; steps < maxSteps; steps = Math.max(steps + 1, Math.floor(steps * GROWTH))) {
    tries.push(steps)
  }
  if (maxSteps >= 1) tries.push(maxSteps)
  return tries
}

/** @returns the least step above `same` that differs, given that `differing` does */
function bisect(same: number, differing: number, differs: (steps: number) => boolean): number {
  let low = same
  let high = differing
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (differs(middle)) high = middle
    else low = middle
  }
  return high
}

function isSame(a: ReplicaPair | null, b: ReplicaPair | null): boolean {
  if (a === null || b === null) return a === b
  return a.prefill === b.prefill && a.decode === b.decode
}
