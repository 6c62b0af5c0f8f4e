import {candidatesOf} from '../../answers/answer-run.ts'
import type {Scenario} from '../../config/scenario.ts'
import type {RunResult} from '../../run/run.ts'

/** What keeps a setting from holding the objective, in sentences, the weightiest first. */
export function whyNot(scenario: Scenario, result: RunResult): readonly string[] {
  return candidatesOf(scenario, result)
    .slice(0, MOST_REASONS)
    .map(({finding}) => finding.text)
}

const MOST_REASONS = 3
