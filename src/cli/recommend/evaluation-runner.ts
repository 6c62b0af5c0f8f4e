import {fail, ok, type Result} from '../../core/result.ts'
import {amount, percent} from '../../report/findings/words.ts'
import {type Evaluation, workOf} from '../../search/evaluation.ts'
import type {Evaluate} from '../../search/run-search.ts'
import type {TimeLimit} from '../../search/time-limit.ts'
import {isFinished, type PointFigures, type SweepRow} from '../../sweep/points.ts'
import {longestFirst} from '../../sweep/schedule/run-order.ts'
import {RunsUnderWay} from '../../sweep/schedule/runs-under-way.ts'
import {readFinishedRow} from '../sweep/sweep-folder.ts'
import type {PointTask} from '../sweep/sweep-point.ts'
import type {PointPool} from '../sweep/sweep-pool.ts'
import type {RecommendPlan} from './recommend-plan.ts'

interface OpenRun extends PointTask {
  readonly evaluation: Evaluation
}

/** Runs what a search asks for in the threads of a sweep; what the folder holds already is not run again. */
export class EvaluationRunner {
  readonly #plan: RecommendPlan
  readonly #pool: PointPool
  readonly #folder: string
  readonly #time: TimeLimit | undefined
  /** By run: two names of one run share it. */
  readonly #known = new Map<string, SweepRow>()
  readonly #underWay = new RunsUnderWay<SweepRow>()
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
    const open: OpenRun[] = []
    const shared: Promise<void>[] = []
    const tell = (id: string, outcome: Result<PointFigures>) => {
      this.last = `${id}: ${describe(outcome)}`
      settle(id, outcome)
    }
    for (const evaluation of evaluations) {
      const {id} = evaluation
      const task = this.#plan.taskOf(evaluation)
      if (!task.ok) {
        tell(id, task)
        continue
      }
      const {key} = task.value.facts
      const row = this.#readKept(task.value)
      const other = row === null ? this.#underWay.join(key) : undefined
      if (row !== null) tell(id, outcomeOf(row))
      else if (other === undefined) open.push({...task.value, evaluation})
      else shared.push(other.then(found => (found === null ? undefined : tell(id, outcomeOf(found)))))
    }
    await this.#run(open, ({id}, row) => tell(id, outcomeOf(row)))
    await Promise.all(shared)
  }

  async #run(
    open: readonly OpenRun[],
    onRow: (evaluation: Evaluation, row: SweepRow) => void,
  ): Promise<void> {
    const asked = new Map(open.map(({facts, evaluation}) => [facts.key, evaluation]))
    const take = (row: SweepRow) => {
      const evaluation = asked.get(row.key)!
      this.#known.set(row.key, row)
      this.#time?.made(evaluation.weight)
      onRow(evaluation, row)
      this.#underWay.end(row.key, row)
    }
    const tasks = longestFirst(open, ({evaluation}) => workOf(evaluation))
    try {
      await this.#pool.run(
        tasks.map(({evaluation: _, ...task}) => task),
        ({row}) => take(row),
        () => this.#time?.isOver ?? false,
      )
    } finally {
      for (const {facts} of open) this.#underWay.end(facts.key, null)
    }
  }

  /** The run of an evaluation that the folder holds, from a shard or an earlier search; null = there is none. */
  readonly readKept = (evaluation: Evaluation): SweepRow | null => {
    const task = this.#plan.taskOf(evaluation)
    return task.ok ? this.#readKept(task.value) : null
  }

  #readKept({facts}: PointTask): SweepRow | null {
    const known = this.#known.get(facts.key)
    if (known !== undefined) return known
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
