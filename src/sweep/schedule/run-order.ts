import type {Scenario} from '../../config/scenario.ts'

/** Beside a fleet that nobody scales; of the bundled hour. A planner reads every pass, a policy of the cluster scrapes. */
const PLANNED = 1.5
const SCRAPED = 1.1
/** Beside passes timed by the polynomial. */
const ON_TABLES = 1.25

/**
 * How long a run takes beside others of the same trace, as far as it can be told beforehand. The size of the fleet says
 * little: more instances have more, but shorter passes.
 */
export function expectedWork({synthetic, scaling, engineTiming}: Scenario): number {
  const scaled = scaling.policy === 'fixed' ? 1 : scaling.policy === 'dynamo' ? PLANNED : SCRAPED
  return (synthetic?.request_count ?? 1) * scaled * (engineTiming === 'aic' ? ON_TABLES : 1)
}

/** Runs in such an order that no worker still has a long one to do when the others are through; equals stay in theirs. */
export function longestFirst<T>(runs: readonly T[], workOf: (run: T) => number): readonly T[] {
  return runs
    .map(run => ({run, work: workOf(run)}))
    .sort((a, b) => b.work - a.work)
    .map(({run}) => run)
}

/** Repeat by repeat, so that the scenario's own curve is whole first and the points of one trace come together; of each the longest first. */
export function repeatByRepeat<
  T extends {readonly facts: {readonly repeat: number}; readonly scenario: Scenario},
>(points: readonly T[]): readonly T[] {
  return longestFirst(points, ({scenario}) => expectedWork(scenario)).toSorted(
    (a, b) => a.facts.repeat - b.facts.repeat,
  )
}
