import {checkObjective} from '../config/objective.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {recommend} from '../search/answer/recommendation.ts'
import type {Results} from '../search/evaluation.ts'
import {Search} from '../search/search.ts'
import {parseSpace} from '../search/space.ts'
import type {SearchAdvance, SearchRequest} from './protocol.ts'

let kept: {readonly key: string; readonly search: Search} | null = null

/**
 * One step of a search: what to run next, and what is known by now. It depends on what is handed in alone, so any worker
 * can take it; the last problem's candidates are kept, because a search asks many times.
 */
export function searchStep({problem, results, underWay, runsLeft}: SearchRequest): Result<SearchAdvance> {
  const key = JSON.stringify(problem)
  if (kept?.key !== key) {
    const space = parseSpace(problem.space)
    if (!space.ok) return space
    const objective = checkObjective(problem.objective)
    if (!objective.ok) return objective
    kept = {key, search: new Search({...problem, space: space.value})}
  }
  const {search} = kept
  const reason = search.problemOfSpace()
  if (reason !== null) return fail(`No combination of the space can be run; the first: ${reason}`)
  const known: Results = new Map(results)
  const budget = search.spent(known).weight + (runsLeft ?? Number.POSITIVE_INFINITY)
  const step = search.next(known, budget, underWay)
  const answer = recommend(search, known, step.kind === 'done' ? step.reason : null)
  const around = answer.best ?? answer.unverified ?? answer.nearest
  return ok({step, answer, effects: around === null ? [] : search.effects(known, around.id)})
}
