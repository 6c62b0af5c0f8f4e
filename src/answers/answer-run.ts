import {objectiveOf} from '../config/objective.ts'
import type {Scenario} from '../config/scenario.ts'
import type {Result} from '../core/result.ts'
import {computeCandidates} from '../report/findings/compute-findings.ts'
import type {Candidate, Finding} from '../report/findings/finding.ts'
import type {RunResult} from '../run/run.ts'
import {computeFigures, type PointFigures} from '../sweep/points.ts'
import type {RepeatKind} from '../sweep/repeats.ts'
import {computeSpread, type Spread} from './spread.ts'
import {askAll, tryCures} from './try-cures.ts'

/** What is said of a result beside its figures. */
export interface Answer {
  readonly findings: readonly Finding[]
  /** null for a single run. */
  readonly spread: Spread | null
}

/** Findings of one run; none where nothing says what it should be judged by, or where a sample is all that is left of the requests. */
export function candidatesOf(scenario: Scenario, {engine, scaling}: RunResult): readonly Candidate[] {
  const objective = objectiveOf(scenario)
  if (objective === null || engine.requests.sampled !== undefined) return []
  return computeCandidates({scenario, objective, record: engine, scaling})
}

export interface Question {
  readonly scenario: Scenario
  readonly result: RunResult
  readonly candidates: readonly Candidate[]
  readonly of: RepeatKind
  /** The other repeats, without the run itself. */
  readonly repeats: readonly Scenario[]
  /** May be asked again before it has answered: who has several threads uses them. */
  readonly run: (scenario: Scenario) => Promise<Result<PointFigures>>
  /** Also replay what might help: pair by pair with the repeats, or against the one run where nothing varies. */
  readonly triesCures: boolean
}

/**
 * Replays the repeats, then what might help, pair by pair with them. Yields what is known after each step, so that a host
 * can show the first result at once and the rest as it comes. A repeat that fails is left out of the spread.
 */
export async function* answerRun(question: Question): AsyncGenerator<Answer, Answer> {
  const {scenario, result, candidates, of, run} = question
  const share = objectiveOf(scenario)?.share ?? 1
  // A single run has no spread, and its figures stand in the report.
  if (question.repeats.length === 0) return {findings: candidates.map(({finding}) => finding), spread: null}
  const repeats = [{scenario, figures: computeFigures(result)}]
  let findings = candidates.map(({finding}) => finding)
  const answer = (): Answer => ({
    findings,
    spread:
      repeats.length < 2
        ? null
        : computeSpread(
            repeats.map(({figures}) => figures),
            {of, share},
          ),
  })
  const asked = askAll(question.repeats, run)
  for (const [i, repeat] of question.repeats.entries()) {
    const figures = await asked[i]!
    if (figures.ok) repeats.push({scenario: repeat, figures: figures.value})
    yield answer()
  }
  if (!question.triesCures) return answer()
  const cures = tryCures({candidates, repeats, share, run})
  for (;;) {
    const step = await cures.next()
    findings = [...step.value]
    if (step.done) return answer()
    yield answer()
  }
}
