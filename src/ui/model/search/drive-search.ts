import {ok, type Result} from '../../../core/result.ts'
import {unexplained} from '../../../search/answer/recommendation.ts'
import type {WhyNot} from '../../../search/answer/recommendation-json.ts'
import {type Evaluation, wholeRuns} from '../../../search/evaluation.ts'
import {TimeLimit} from '../../../search/time-limit.ts'
import type {PointStore} from '../../../store/point-store.ts'
import {isFinished, type PointFigures, parseFinishedRow} from '../../../sweep/points.ts'
import type {SimulatorClient} from '../../../worker/client.ts'
import type {SimulatorPool} from '../../../worker/pool.ts'
import type {SearchAdvance, SearchRequest} from '../../../worker/protocol.ts'
import {type PlannedRun, plannedRun, type SearchPlan} from './planned-run.ts'

/** Whom a search has run and asks, and whom it tells. */
export interface DrivenSearch {
  readonly pool: SimulatorPool
  readonly store: PointStore
  /** Part of the worker's client that a search asks. */
  readonly brain: Pick<SimulatorClient, 'searchStep' | 'run'>
  /** By run: what this page has seen, whether or not the browser stores it. */
  readonly known: Map<string, Result<PointFigures>>
  readonly signal: AbortSignal
  readonly onAdvance: (advance: SearchAdvance, evidence: SearchRequest['results']) => void
  /** Runs finished of those asked for last. */
  readonly onBatch: (batch: {readonly done: number; readonly of: number}) => void
  readonly onWhy: (why: WhyNot) => void
}

/** A search from its first run to its answer; fetched when the first one is asked for. */
export async function driveSearch(plan: SearchPlan, driven: DrivenSearch): Promise<void> {
  const {brain, signal} = driven
  const results = new Map<string, Result<PointFigures>>()
  const {timeLimitS, problem} = plan
  const time = timeLimitS === null ? null : new TimeLimit(timeLimitS, () => performance.now())
  for (;;) {
    const left = time === null || !Number.isFinite(time.runsLeft) ? {} : {runsLeft: time.runsLeft}
    const advance = await brain.searchStep({problem, results: [...results], ...left})
    signal.throwIfAborted()
    if (!advance.ok) throw new Error(advance.error.message)
    driven.onAdvance(advance.value, [...results])
    const {step, answer} = advance.value
    if (step.kind === 'done') {
      const asking = unexplained(answer)
      if (asking !== null) driven.onWhy(await explain(plan, asking.scenario, driven))
      return
    }
    const outcomes = await evaluate(plan, step.evaluations, time, driven)
    for (const {id} of step.evaluations) {
      const outcome = outcomes.get(id)
      if (outcome !== undefined) results.set(id, outcome)
    }
  }
}

async function evaluate(
  plan: SearchPlan,
  evaluations: readonly Evaluation[],
  time: TimeLimit | null,
  driven: DrivenSearch,
): Promise<ReadonlyMap<string, Result<PointFigures>>> {
  const {pool, store, known, signal} = driven
  const weights = new Map(evaluations.map(({id, weight}) => [id, weight]))
  const runs = evaluations.map(evaluation => plannedRun(evaluation, plan.base))
  await takeKept(runs, driven)
  const open = [...new Map(runs.map(run => [run.facts.key, run])).values()].filter(
    ({facts}) => !known.has(facts.key),
  )
  let done = runs.length - open.length
  const tell = () => {
    driven.onBatch({done, of: runs.length})
  }
  tell()
  const onOutcome = ({facts}: PlannedRun, outcome: Result<PointFigures>) => {
    known.set(facts.key, outcome)
    if (outcome.ok) void store.write(new Map([[facts.key, {...facts, ...outcome.value}]]))
    time?.made(weights.get(facts.id) ?? 0)
    done++
    tell()
  }
  const isOver = () => time?.isOver ?? false
  if (open.length > 0)
    await pool.runMany(open, {onStart: () => {}, onProgress: () => {}, onOutcome, isOver}, signal)
  signal.throwIfAborted()
  return new Map(
    runs.flatMap(({facts}) => {
      const outcome = known.get(facts.key)
      return outcome === undefined ? [] : [[facts.id, outcome] as const]
    }),
  )
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
  const reasons = results[0]?.report.planner_replay.findings?.map(({text}) => text) ?? []
  const {heldBy, loosest} = await import('../../../search/answer/held.ts')
  const held =
    results.length < outcomes.length
      ? null
      : loosest(results.map(({engine}) => heldBy(engine, problem.objective)))
  return {reasons: reasons.slice(0, 3), held}
}
