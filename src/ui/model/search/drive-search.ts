import {ok, type Result} from '../../../core/result.ts'
import {unexplained} from '../../../search/answer/recommendation.ts'
import type {WhyNot} from '../../../search/answer/recommendation-json.ts'
import {type Evaluation, wholeRuns, workOf} from '../../../search/evaluation.ts'
import {type NextStep, takeSteps} from '../../../search/run-search.ts'
import {TimeLimit} from '../../../search/time-limit.ts'
import type {PointStore} from '../../../store/point-store.ts'
import {isFinished, type PointFigures, parseFinishedRow} from '../../../sweep/points.ts'
import {longestFirst} from '../../../sweep/schedule/run-order.ts'
import {RunsUnderWay} from '../../../sweep/schedule/runs-under-way.ts'
import type {SimulatorClient} from '../../../worker/client.ts'
import type {RunPool} from '../../../worker/pool.ts'
import type {SearchAdvance, SearchRequest} from '../../../worker/protocol.ts'
import {type PlannedRun, plannedRun, type SearchPlan} from './planned-run.ts'

/** Whom a search has run and asks, and whom it tells. */
export interface DrivenSearch {
  readonly pool: RunPool
  readonly store: PointStore
  /** Part of the worker's client that a search asks. */
  readonly brain: Pick<SimulatorClient, 'searchStep' | 'run'>
  /** By run: what this page has seen, whether or not the browser stores it. */
  readonly known: Map<string, Result<PointFigures>>
  readonly signal: AbortSignal
  readonly onAdvance: (advance: SearchAdvance, evidence: SearchRequest['results']) => void
  /** Runs finished of those that were asked for and are not part of the answer yet. */
  readonly onBatch: (batch: {readonly done: number; readonly of: number}) => void
  readonly onWhy: (why: WhyNot) => void
  /** A run is not kept beyond this page, and why. */
  readonly onUnkept: (problem: string) => void
}

/** A search from its first run to its answer; fetched when the first one is asked for. */
export async function driveSearch(plan: SearchPlan, driven: DrivenSearch): Promise<void> {
  const {brain, signal} = driven
  const {timeLimitS, problem} = plan
  const time = timeLimitS === null ? null : new TimeLimit(timeLimitS, () => performance.now())
  const progress = new BatchProgress(driven)
  const underWay = new RunsUnderWay<Result<PointFigures>>()
  const answers: SearchAdvance['answer'][] = []
  const next: NextStep = async (results, {ids, finished}) => {
    progress.take(ids)
    const runsLeft = finished + (time?.runsLeft ?? Number.POSITIVE_INFINITY)
    const left = Number.isFinite(runsLeft) ? {runsLeft} : {}
    const advance = await brain.searchStep({problem, results: [...results], underWay: ids, ...left})
    signal.throwIfAborted()
    if (!advance.ok) throw new Error(advance.error.message)
    driven.onAdvance(advance.value, [...results])
    answers[0] = advance.value.answer
    return advance.value.step
  }
  await takeSteps(next, (evaluations, settle) => {
    progress.ask(evaluations)
    return evaluate({plan, evaluations, time, underWay}, driven, (id, outcome) => {
      settle(id, outcome)
      progress.end(id)
    })
  })
  const asking = unexplained(answers[0]!)
  if (asking !== null) driven.onWhy(await explain(plan, asking.scenario, driven))
}

/** Runs asked for whose results are not part of the answer yet, and how many of them are finished. */
class BatchProgress {
  readonly #driven: DrivenSearch
  readonly #finished = new Map<string, boolean>()

  constructor(driven: DrivenSearch) {
    this.#driven = driven
  }

  ask(evaluations: readonly Evaluation[]): void {
    for (const {id} of evaluations) this.#finished.set(id, false)
    this.#tell()
  }

  end(id: string): void {
    this.#finished.set(id, true)
    this.#tell()
  }

  /** All others are part of the answer. */
  take(underWay: readonly string[]): void {
    for (const id of [...this.#finished.keys()]) if (!underWay.includes(id)) this.#finished.delete(id)
  }

  #tell(): void {
    const all = [...this.#finished.values()]
    if (!this.#driven.signal.aborted) this.#driven.onBatch({done: all.filter(Boolean).length, of: all.length})
  }
}

interface Asked {
  readonly plan: SearchPlan
  readonly evaluations: readonly Evaluation[]
  readonly time: TimeLimit | null
  readonly underWay: RunsUnderWay<Result<PointFigures>>
}

async function evaluate(
  {plan, evaluations, time, underWay}: Asked,
  driven: DrivenSearch,
  settle: (id: string, outcome: Result<PointFigures>) => void,
): Promise<void> {
  const {pool, known, signal} = driven
  const works = new Map(evaluations.map(one => [one.id, one]))
  const runs = evaluations.map(evaluation => plannedRun(evaluation, plan.base))
  await takeKept(runs, driven)
  const open: PlannedRun[] = []
  const shared: Promise<void>[] = []
  for (const run of runs) {
    const {id, key} = run.facts
    const outcome = known.get(key)
    const other = outcome === undefined ? underWay.join(key) : undefined
    if (outcome !== undefined) settle(id, outcome)
    else if (other === undefined) open.push(run)
    else shared.push(other.then(found => (found === null ? undefined : settle(id, found))))
  }
  const onOutcome = ({facts}: PlannedRun, outcome: Result<PointFigures>) => {
    keep(facts, outcome, driven)
    time?.made(works.get(facts.id)?.weight ?? 0)
    settle(facts.id, outcome)
    underWay.end(facts.key, outcome)
  }
  const inOrder = longestFirst(open, ({facts}) => workOf(works.get(facts.id)!))
  const isOver = () => time?.isOver ?? false
  try {
    await pool.runMany(inOrder, {onStart: () => {}, onProgress: () => {}, onOutcome, isOver}, signal)
  } finally {
    for (const {facts} of open) underWay.end(facts.key, null)
  }
  await Promise.all(shared)
  signal.throwIfAborted()
}

function keep(
  facts: PlannedRun['facts'],
  outcome: Result<PointFigures>,
  {store, known, onUnkept}: DrivenSearch,
): void {
  known.set(facts.key, outcome)
  if (!outcome.ok) return
  void store.write(new Map([[facts.key, {...facts, ...outcome.value}]])).then(problem => {
    if (problem !== null) onUnkept(problem)
  })
}

/** Results of these very runs from an earlier visit. */
async function takeKept(runs: readonly PlannedRun[], {store, known}: DrivenSearch): Promise<void> {
  const unknown = runs.filter(({facts}) => !known.has(facts.key))
  if (unknown.length === 0) return
  const stored = await store.read(unknown.map(({facts}) => facts.key))
  for (const {facts} of unknown) {
    const row = parseFinishedRow(stored.get(facts.key), facts)
    if (row !== null && isFinished(row)) known.set(facts.key, ok(row))
  }
}

/** What keeps the nearest from holding, and what it does hold in each of its phases. */
async function explain(
  {base, problem}: SearchPlan,
  nearest: Evaluation['scenario'],
  {brain, signal}: DrivenSearch,
): Promise<WhyNot> {
  const {traceBlob, profile} = base
  const outcomes = []
  for (const {scenario} of wholeRuns({id: '', scenario: nearest}, problem))
    outcomes.push(await brain.run({scenario, traceBlob, profile}, () => {}, signal))
  const results = outcomes.flatMap(outcome => (outcome.ok ? [outcome.value.result] : []))
  const [{heldBy, loosest}, {tellMisses}] = await Promise.all([
    import('../../../search/answer/held.ts'),
    import('../../../search/answer/misses.ts'),
  ])
  const [first] = results
  const misses = first === undefined ? [] : tellMisses(first.engine, problem.objective)
  const findings = first?.report.planner_replay.findings?.map(({text}) => text) ?? []
  const held =
    results.length < outcomes.length
      ? null
      : loosest(results.map(({engine}) => heldBy(engine, problem.objective)))
  return {reasons: [...misses, ...findings.slice(0, 3)], held}
}
