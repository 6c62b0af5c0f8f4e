import {fail, ok, type Result} from '../../core/result.ts'
import {amount, percent} from '../../report/findings/words.ts'
import {type Evaluation, workOf} from '../../search/evaluation.ts'
import type {Evaluate} from '../../search/run-search.ts'
import type {TimeLimit} from '../../search/time-limit.ts'
import {isFinished, type PointFigures, type SweepRow} from '../../sweep/points.ts'
import {longestFirst} from '../../sweep/schedule/run-order.ts'
import {readFinishedRow} from '../sweep/sweep-folder.ts'
import type {PointTask} from '../sweep/sweep-point.ts'
import type {PointPool} from '../sweep/sweep-pool.ts'
import type {RecommendPlan} from './recommend-plan.ts'

/** Runs what a search asks for in the threads of a sweep; what the folder holds already is not run again. */
export class EvaluationRunner {
  readonly #plan: RecommendPlan
  readonly #pool: PointPool
  readonly #folder: string
  readonly #time: TimeLimit | undefined
  /** By run: two names of one run share it. */
  readonly #known = new Map<string, SweepRow>()
  /** The run that was finished last, for a line of progress. */
  last = ''
  /** Runs that were there before. */
  kept = 0

  constructor(plan: RecommendPlan, pool: PointPool, folder: string, time?: TimeLimit) {
    this.#time = time
    this.#plan = plan
    this.#pool = pool
    this.#folder = folder
  }

  readonly evaluate: Evaluate = async (evaluations, settle) => {
    const open = new Map<string, PointTask>()
    const waiting = new Map<string, Evaluation[]>()
    const tell = (evaluation: Evaluation, outcome: Result<PointFigures>) => {
      this.last = `${evaluation.id}: ${describe(outcome)}`
      settle(evaluation.id, outcome)
    }
    for (const evaluation of evaluations) {
      const task = this.#plan.taskOf(evaluation)
      if (!task.ok) tell(evaluation, task)
      else {
        const {key} = task.value.facts
        const row = this.#known.get(key) ?? this.#readKept(task.value)
        if (row !== null) tell(evaluation, outcomeOf(row))
        else {
          open.set(key, task.value)
          waiting.set(key, [...(waiting.get(key) ?? []), evaluation])
        }
      }
    }
    const onRow = (row: SweepRow) => {
      const asked = waiting.get(row.key) ?? []
      this.#known.set(row.key, row)
      this.#time?.made(asked[0]?.weight ?? 0)
      for (const evaluation of asked) tell(evaluation, outcomeOf(row))
    }
    await this.#pool.run(
      longestFirst([...open.values()], ({facts}) => workOf(waiting.get(facts.key)![0]!)),
      ({row}) => onRow(row),
      () => this.#time?.isOver ?? false,
    )
  }

  #readKept({facts}: PointTask): SweepRow | null {
    const row = readFinishedRow(this.#folder, facts)
    if (row === null) return null
    this.kept++
    this.#known.set(facts.key, row)
    return row
  }
}

function outcomeOf(row: SweepRow): Result<PointFigures> {
  return isFinished(row) ? ok(row) : fail(row.error)
}

function describe(outcome: Result<PointFigures>): string {
  if (!outcome.ok) return `failed: ${outcome.error.message}`
  return `${percent(outcome.value.sla_attainment ?? 0)} for ${amount(outcome.value.billed_gpu_hours)} GPU-hours`
}
