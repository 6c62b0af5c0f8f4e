import {candidatesOf} from '../../answers/answer-run.ts'
import {objectiveOf} from '../../config/objective.ts'
import type {Scenario} from '../../config/scenario.ts'
import type {RunResult} from '../../run/run.ts'
import {tellMisses} from './misses.ts'

/** What keeps a setting from holding the objective, in sentences: which requests miss, then why, the weightiest first. */
export function whyNot(scenario: Scenario, result: RunResult): readonly string[] {
  const objective = objectiveOf(scenario)
  const misses = objective === null ? [] : tellMisses(result.engine, objective)
  const findings = candidatesOf(scenario, result)
    .slice(0, MOST_REASONS)
    .map(({finding}) => finding.text)
  return [...misses, ...findings]
}

const MOST_REASONS = 3
