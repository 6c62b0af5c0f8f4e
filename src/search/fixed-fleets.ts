import {type Fleet, poolsOf, type Scenario} from '../config/scenario.ts'
import {isVerified, type Setting, type Standing} from './evaluation.ts'
import type {SearchSpace} from './space.ts'

/** Instances per pool, in the order of the pools. */
type Counts = readonly number[]
type StandingOf = (setting: Setting) => Standing | null

/** A fleet that needs more than so many times today's instances is not what anybody would compare with. */
const MOST_TIMES = 64

/**
 * The smallest fleet of today's engines that holds the objective without anybody scaling it: grown until it holds, then
 * halved towards the last that does not, pool by pool. More instances never serve worse here but by a hair, and cost
 * what they are.
 */
export class FixedFleets {
  /** Whether there is a policy to hold against them, and the space has none of them itself. */
  readonly isAsked: boolean
  readonly #today: Scenario
  readonly #start: Counts

  constructor(today: Scenario, {knobs}: SearchSpace) {
    this.isAsked = today.scaling.policy !== 'fixed' && knobs.every(({key}) => key.path !== 'planner')
    this.#today = today
    this.#start = poolsOf(today.fleet).map(([, {initialWorkers}]) => initialWorkers)
  }

  /** Fleets to run next; none once the smallest is found. */
  next(standingOf: StandingOf): readonly Setting[] {
    if (!this.isAsked) return []
    const outcome = this.#walk(standingOf)
    return Array.isArray(outcome) ? outcome.map(counts => this.#setting(counts)) : []
  }

  /** Every fleet that was run, in the order it was asked for. */
  tried(standingOf: StandingOf): readonly {readonly setting: Setting; readonly standing: Standing}[] {
    if (!this.isAsked) return []
    const seen = new Map<string, {setting: Setting; standing: Standing}>()
    this.#walk(setting => {
      const standing = standingOf(setting)
      if (standing !== null) seen.set(setting.id, {setting, standing})
      return standing
    })
    return [...seen.values()]
  }

  /** Instances per pool of the smallest that holds, as far as the walk has come; null before one does. */
  found(standingOf: StandingOf): Counts | null {
    const holding = this.tried(standingOf).filter(({standing}) => isVerified(standing) && !standing.isLost)
    const [least] = holding.sort((a, b) => a.standing.cost - b.standing.cost)
    return least === undefined
      ? null
      : poolsOf(least.setting.scenario.fleet).map(([, own]) => own.initialWorkers)
  }

  /** Counts whose outcome is needed to go on; null when nothing is. */
  #walk(standingOf: StandingOf): readonly Counts[] | null {
    const holds = (counts: Counts) => {
      const standing = standingOf(this.#setting(counts))
      return standing === null ? null : !standing.isLost
    }
    let counts: Counts | null = null
    for (let times = 1; times <= MOST_TIMES && counts === null; times *= 2) {
      const grown = this.#start.map(count => count * times)
      const outcome = holds(grown)
      if (outcome === null) return [grown]
      if (outcome) counts = grown
    }
    if (counts === null) return null
    for (const pool of counts.keys()) {
      const least = leastThatHolds(counts[pool]!, count => holds((counts as Counts).with(pool, count)))
      if (least.open !== null) return [counts.with(pool, least.open)]
      counts = counts.with(pool, least.found)
    }
    return null
  }

  #setting(counts: Counts): Setting {
    const {fleet} = this.#today
    const names = poolsOf(fleet).map(([name], i) => `${name === 'agg' ? 'workers' : name}=${counts[i]}`)
    return {
      id: `fixed:${names.join(',')}`,
      scenario: {...this.#today, scaling: {policy: 'fixed'}, fleet: withCounts(fleet, counts)},
    }
  }
}

/** Bisection between none, which holds nothing, and a count that holds. */
function leastThatHolds(
  from: number,
  holds: (count: number) => boolean | null,
): {readonly open: number | null; readonly found: number} {
  let found = from
  let below = 0
  while (found - below > 1) {
    const middle = Math.floor((found + below) / 2)
    const outcome = holds(middle)
    if (outcome === null) return {open: middle, found}
    if (outcome) found = middle
    else below = middle
  }
  return {open: null, found}
}

function withCounts(fleet: Fleet, [first = 1, second = 1]: Counts): Fleet {
  if (fleet.topology === 'agg') return {...fleet, workers: {...fleet.workers, initialWorkers: first}}
  return {
    ...fleet,
    prefill: {...fleet.prefill, initialWorkers: first},
    decode: {...fleet.decode, initialWorkers: second},
  }
}
