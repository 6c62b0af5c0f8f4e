import {assert} from '../core/assert.ts'
import type {Result} from '../core/result.ts'
import type {PointFigures} from '../sweep/points.ts'
import type {Evaluation, Results} from './evaluation.ts'
import type {Search, SearchStep} from './search.ts'
import type {TimeLimit} from './time-limit.ts'

/**
 * Runs what is asked for, in any order and as many at a time as the host can; settles each by its id. What the host has no
 * time for any more is not settled.
 */
export type Evaluate = (
  evaluations: readonly Evaluation[],
  settle: (id: string, outcome: Result<PointFigures>) => void,
) => Promise<void>

export interface UnderWay {
  /** In the order they were asked for. */
  readonly ids: readonly string[]
  /** Weight of those that are finished: a decision does not see how they came out, but its host has no time left for them. */
  readonly finished: number
}

/** What to run next, knowing what is in and what is under way. */
export type NextStep = (results: Results, underWay: UnderWay) => SearchStep | Promise<SearchStep>

export interface RunSearchOptions {
  readonly onNews?: (results: Results) => void
  /** What is known before the first run, as from the shards of a search. */
  readonly given?: Results
  /** Absent = the search takes as long as it takes. */
  readonly time?: TimeLimit
}

export interface SearchEnd {
  readonly results: Results
  readonly reason: Extract<SearchStep, {kind: 'done'}>['reason']
}

/** A search from its first run to its answer, in the thread that asks. */
export function runSearch(
  search: Search,
  evaluate: Evaluate,
  {time, ...options}: RunSearchOptions = {},
): Promise<SearchEnd> {
  const next: NextStep = (results, {ids, finished}) => {
    const runsLeft = finished + (time?.runsLeft ?? Number.POSITIVE_INFINITY)
    return search.next(results, search.spent(results).weight + runsLeft, ids)
  }
  return takeSteps(next, evaluate, options)
}

/** Batches under way at a time: while the last run of one is waited for, the next has work for everybody else. */
const BATCHES = 2

interface Batch {
  readonly evaluations: readonly Evaluation[]
  readonly settled: Map<string, Result<PointFigures>>
  readonly done: Promise<void>
}

/**
 * Step after step, each decided by the results of all batches but the last: which these are does not depend on who runs
 * them, how many at a time and who is first. It is always gone through from the start: a host that kept results answers
 * with them at once, so an interrupted search takes the same way again and goes on where it stopped.
 */
export async function takeSteps(
  next: NextStep,
  evaluate: Evaluate,
  {onNews = () => {}, given = new Map()}: Omit<RunSearchOptions, 'time'> = {},
): Promise<SearchEnd> {
  const results = new Map(given)
  const batches: Batch[] = []
  const tell = () => onNews(new Map([...results, ...batches.flatMap(({settled}) => [...settled])]))
  for (;;) {
    const step = await next(results, underWayOf(batches))
    if (step.kind === 'done') return {results, reason: step.reason}
    if (step.kind === 'run') batches.push(begin(step.evaluations, evaluate, tell))
    if (step.kind === 'run' && batches.length < BATCHES) continue
    const first = batches[0]
    assert(first !== undefined, 'a step that waits has something under way')
    await first.done
    batches.shift()
    // In the order asked for, whoever was first: what comes next depends on nothing else.
    for (const {id} of first.evaluations) {
      const outcome = first.settled.get(id)
      if (outcome !== undefined) results.set(id, outcome)
    }
  }
}

function underWayOf(batches: readonly Batch[]): UnderWay {
  const all = batches.flatMap(({evaluations, settled}) =>
    evaluations.map(({id, weight}) => ({id, finished: settled.has(id) ? weight : 0})),
  )
  return {ids: all.map(({id}) => id), finished: all.reduce((sum, {finished}) => sum + finished, 0)}
}

function begin(evaluations: readonly Evaluation[], evaluate: Evaluate, tell: () => void): Batch {
  const settled = new Map<string, Result<PointFigures>>()
  const done = evaluate(evaluations, (id, outcome) => {
    settled.set(id, outcome)
    tell()
  })
  // Whoever waits for the batch hears of it; where nobody does any more, an earlier one failed already.
  done.catch(() => {})
  return {evaluations, settled, done}
}
