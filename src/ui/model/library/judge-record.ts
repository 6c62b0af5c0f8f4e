import {objectiveOf} from '../../../config/objective.ts'
import type {RunSummary} from '../../../store/saved-run.ts'

export interface JudgedRecord {
  readonly isMet: boolean
  readonly share: number
  /** What was asked, for a tooltip. */
  readonly asked: string
}

/** A saved run by its objective, whatever release wrote its report; null = nobody said what it is judged by. */
export function judgeRecord({
  scenario,
  report,
}: Pick<RunSummary, 'scenario' | 'report'>): JudgedRecord | null {
  const objective = objectiveOf(scenario)
  const share = report.planner_replay.sla_attainment
  if (objective === null || share === null) return null
  const {ttftMs, itlMs, share: needed} = objective
  const asked = `TTFT ≤ ${ttftMs} ms and ITL ≤ ${itlMs} ms for ${Number((needed * 100).toFixed(3))} % of requests`
  return {isMet: share >= needed, share, asked}
}
