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

export interface SearchNews {
  readonly results: Results
  /** Runs under way or waiting. */
  readonly asked: number
}

export interface SearchEnd {
  readonly results: Results
  readonly reason: Extract<SearchStep, {kind: 'done'}>['reason']
}

export interface RunSearchOptions {
  readonly onNews?: (news: SearchNews) => void
  /** What is known before the first run, as from the shards of a search. */
  readonly given?: Results
  /** Absent = the search takes as long as it takes. */
  readonly time?: TimeLimit
}

/**
 * A search from its first run to its answer. It is always gone through from the start: a host that kept results answers
 * with them at once, so an interrupted search takes the same way again and goes on where it stopped.
 */
export async function runSearch(
  search: Search,
  evaluate: Evaluate,
  {onNews = () => {}, given = new Map(), time}: RunSearchOptions = {},
): Promise<SearchEnd> {
  const results = new Map(given)
  for (;;) {
    const runsLeft = time?.runsLeft ?? Number.POSITIVE_INFINITY
    const step = search.next(results, search.spent(results).weight + runsLeft)
    if (step.kind === 'done') return {results, reason: step.reason}
    const settled = new Map<string, Result<PointFigures>>()
    await evaluate(step.evaluations, (id, outcome) => {
      settled.set(id, outcome)
      onNews({results: new Map([...results, ...settled]), asked: step.evaluations.length - settled.size})
    })
    // In the order asked for, whoever was first: what comes next depends on nothing else.
    for (const {id} of step.evaluations) {
      const outcome = settled.get(id)
      if (outcome !== undefined) results.set(id, outcome)
    }
  }
}
