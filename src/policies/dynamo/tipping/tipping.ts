import type {PlannerRules, ReplicaPair} from '../rules.ts'
import type {Dial, TippingInput} from './dial.ts'

/** The smallest change of one input that would have made a decision come out otherwise. */
export interface TippingChange {
  readonly input: TippingInput
  readonly pool: 'agg' | 'prefill' | 'decode' | null
  /** The one instance whose load changes; null = every instance of the pool, or no instance's load at all. */
  readonly instanceId: number | null
  /** null = there was no limit. Loads: tokens of the instances concerned, added up. */
  readonly from: number | null
  readonly to: number
  /** Loads: tokens more (or fewer) on each instance concerned; otherwise the difference. */
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
export function computeTipping<Config, Grounds, Decisions>(
  rules: PlannerRules<Config, Grounds, Decisions>,
  config: Config,
  grounds: Grounds,
): TickTipping {
  const tips = (outcomeOf: Outcome<Grounds, Decisions>) => tip({rules, config, grounds, outcomeOf})
  return {
    fleet: rules.decidesFleet(config, grounds) ? tips(rules.fleetOutcome) : [],
    bounds: rules.setsBounds(config, grounds) ? tips(rules.boundsOutcome) : [],
  }
}

type Outcome<Grounds, Decisions> = (grounds: Grounds, decisions: Decisions) => ReplicaPair | null

interface Tip<Config, Grounds, Decisions> {
  readonly rules: PlannerRules<Config, Grounds, Decisions>
  readonly config: Config
  readonly grounds: Grounds
  readonly outcomeOf: Outcome<Grounds, Decisions>
}

/** One change per input and pool: of the ways to turn it, the one with the smallest relative change. */
function tip<Config, Grounds, Decisions>(asked: Tip<Config, Grounds, Decisions>): TippingChange[] {
  const {rules, config, grounds, outcomeOf} = asked
  const base = outcomeOf(grounds, rules.decide(config, grounds))
  const best = new Map<string, TippingChange>()
  for (const dial of rules.dials(config, grounds, base)) {
    const change = turn(asked, dial, base)
    if (change === null) continue
    const key = `${dial.input} ${dial.pool} ${isUp(dial) ? 'up' : 'down'}`
    const known = best.get(key)
    if (known === undefined || change.relativeChange < known.relativeChange) best.set(key, change)
  }
  return [...best.values()].sort((a, b) => a.relativeChange - b.relativeChange)
}

function isUp(dial: Pick<Dial<unknown, unknown>, 'direction'>): boolean {
  return dial.direction > 0
}

/** How much further the next try goes. */
const GROWTH = 1.5

function turn<Config, Grounds, Decisions>(
  {rules, outcomeOf}: Tip<Config, Grounds, Decisions>,
  dial: Dial<Config, Grounds>,
  base: ReplicaPair | null,
): TippingChange | null {
  const at = (steps: number) => {
    const {config, grounds} = dial.apply(steps)
    return outcomeOf(grounds, rules.decide(config, grounds))
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
    instanceId: dial.instanceId,
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
