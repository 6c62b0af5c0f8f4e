import {ok} from '../core/result.ts'
import type {PointFigures} from '../sweep/points.ts'
import type {Belief} from './belief.ts'
import type {Results} from './evaluation.ts'
import {type Ground, isPartial} from './ground.ts'

/**
 * What is known and, of the candidates' runs under way, what they are thought to come to: as the candidate's other runs, or
 * as is believed of it. Runs of other settings are left open.
 * @param underWay ids in the order they were asked for
 */
export function foresee(
  ground: Ground,
  {
    results,
    underWay,
    belief,
  }: {readonly results: Results; readonly underWay: readonly string[]; readonly belief: Belief},
): Results {
  const like = firstFinished(results)
  const foreseen = new Map(results)
  if (like === null) return foreseen
  for (const id of underWay) {
    const candidate = ground.candidates.find(id.slice(0, id.lastIndexOf('@')))
    const setting = candidate === null ? null : ground.setting(candidate)
    if (candidate === null || setting === null || isPartial(id)) continue
    const {share, cost} = ground.standing(setting, results) ?? belief.expected(candidate.at)
    const hours = cost / (ground.costOf(setting.scenario, {billed_gpu_hours: 1}) || 1)
    foreseen.set(id, ok(thoughtOf(id, like, {share, hours})))
  }
  return foreseen
}

/** Of a run's figures those that a search goes by; the others are another run's. Nothing ran alike with it. */
function thoughtOf(
  id: string,
  {billed_gpu_hours_by_pool: _, ...like}: PointFigures,
  {share, hours}: {readonly share: number; readonly hours: number},
): PointFigures {
  return {...like, sla_attainment: share, gpu_hours: hours, billed_gpu_hours: hours, digest: `foreseen ${id}`}
}

function firstFinished(results: Results): PointFigures | null {
  for (const [id, one] of results) if (one.ok && !isPartial(id)) return one.value
  return null
}
