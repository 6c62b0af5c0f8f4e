import type {Pair} from '../../../config/link/query-string.ts'
import {VERSION} from '../../../config/link/version.ts'
import {isObject} from '../../../core/is-object.ts'
import {messageOf} from '../../../core/message-of.ts'
import {ok, type Problem, type Result} from '../../../core/result.ts'
import {sha256OfText} from '../../../core/sha256.ts'
import {stableJson} from '../../../core/stable-json.ts'
import {unexplained} from '../../../search/answer/recommendation.ts'
import type {WhyNot} from '../../../search/answer/recommendation-json.ts'
import {type Evaluation, wholeRuns} from '../../../search/evaluation.ts'
import {TimeLimit} from '../../../search/time-limit.ts'
import type {PointStore} from '../../../store/point-store.ts'
import type {RecentStore} from '../../../store/recent-store.ts'
import {isFinished, type PointFigures, parseFinishedRow} from '../../../sweep/points.ts'
import type {SimulatorClient} from '../../../worker/client.ts'
import type {SimulatorPool} from '../../../worker/pool.ts'
import type {SearchAdvance} from '../../../worker/protocol.ts'
import {type PlannedRun, plannedRun, type SearchPlan} from './planned-run.ts'
import {DEFAULT_SPEC, readSpec, type SearchSpec, specPairs} from './spec.ts'

export type SearchPhase =
  | {readonly kind: 'idle'}
  | {readonly kind: 'running'}
  | {readonly kind: 'paused'}
  | {readonly kind: 'done'}
  | {readonly kind: 'failed'; readonly problem: Problem}

/** Part of the worker's client that a search asks. */
type Brain = Pick<SimulatorClient, 'searchStep' | 'run'>

/** The search being set up, and the one on screen: what is known so far and what is under way. */
export class SearchState {
  spec: SearchSpec = $state.raw(DEFAULT_SPEC)
  plan: SearchPlan | null = $state.raw(null)
  advance: SearchAdvance | null = $state.raw(null)
  /** Why nothing holds, once the search is over. */
  why: WhyNot | null = $state.raw(null)
  phase: SearchPhase = $state.raw({kind: 'idle'})
  /** Runs finished of those asked for last. */
  batch: {readonly done: number; readonly of: number} = $state.raw({done: 0, of: 0})
  readonly #pool: SimulatorPool
  readonly #store: PointStore
  readonly #brain: Brain
  readonly #recent: RecentStore | null
  /** By run: what this page has seen, whether or not the browser stores it. */
  readonly #known = new Map<string, Result<PointFigures>>()
  #abort: AbortController | null = null

  constructor(pool: SimulatorPool, store: PointStore, brain: Brain, recent: RecentStore | null = null) {
    this.#pool = pool
    this.#store = store
    this.#brain = brain
    this.#recent = recent
  }

  get isRunning(): boolean {
    return this.phase.kind === 'running'
  }

  /** @returns what of the link was of no use */
  readLink(pairs: readonly Pair[]): readonly string[] {
    const {spec, ignored} = readSpec(pairs)
    if (spec !== null) this.spec = spec
    return ignored
  }

  get linkPairs(): readonly Pair[] {
    return specPairs(this.spec)
  }

  start = async (plan: SearchPlan): Promise<void> => {
    this.cancel()
    this.plan = plan
    await this.resume()
  }

  /** Goes the same way again; runs that are in are answered at once, so it goes on where it was paused. */
  resume = async (): Promise<void> => {
    const {plan} = this
    if (plan === null || this.isRunning) return
    const abort = new AbortController()
    this.#abort = abort
    this.phase = {kind: 'running'}
    this.why = null
    try {
      await this.#search(plan, abort.signal)
      if (this.#abort === abort) this.#finish(plan)
    } catch (error) {
      if (this.#abort === abort) this.phase = {kind: 'failed', problem: {message: messageOf(error)}}
    } finally {
      if (this.#abort === abort) this.#abort = null
    }
  }

  /** Puts the answer on screen that this very question got before, if nothing is there. */
  async takeUp(plan: SearchPlan): Promise<void> {
    if (this.#recent === null || this.phase.kind !== 'idle') return
    const kept = await this.#recent.read(questionOf(plan))
    if (!isKept(kept) || this.phase.kind !== 'idle') return
    this.plan = plan
    this.advance = kept.advance
    this.why = kept.why
    this.phase = {kind: 'done'}
  }

  /** Finished runs are kept; those under way are lost. */
  pause = (): void => {
    if (this.#stop()) this.phase = {kind: 'paused'}
  }

  /** Takes the search off the screen; its finished runs are kept all the same. */
  cancel = (): void => {
    this.#stop()
    this.plan = null
    this.advance = null
    this.why = null
    this.phase = {kind: 'idle'}
  }

  #finish(plan: SearchPlan): void {
    this.phase = {kind: 'done'}
    const {advance, why} = this
    if (advance !== null) void this.#recent?.write(questionOf(plan), {advance, why})
  }

  #stop(): boolean {
    const abort = this.#abort
    this.#abort = null
    abort?.abort(new DOMException('cancelled', 'AbortError'))
    return abort !== null
  }

  async #search(plan: SearchPlan, signal: AbortSignal): Promise<void> {
    const results = new Map<string, Result<PointFigures>>()
    const {timeLimitS, problem} = plan
    const time = timeLimitS === null ? null : new TimeLimit(timeLimitS, () => performance.now())
    for (;;) {
      const left = time === null || !Number.isFinite(time.runsLeft) ? {} : {runsLeft: time.runsLeft}
      const advance = await this.#brain.searchStep({problem, results: [...results], ...left})
      signal.throwIfAborted()
      if (!advance.ok) throw new Error(advance.error.message)
      this.advance = advance.value
      const {step, answer} = advance.value
      if (step.kind === 'done') {
        const asking = unexplained(answer)
        if (asking !== null) this.why = await this.#explain(plan, asking.scenario, signal)
        return
      }
      const outcomes = await this.#evaluate(plan, step.evaluations, time, signal)
      for (const {id} of step.evaluations) {
        const outcome = outcomes.get(id)
        if (outcome !== undefined) results.set(id, outcome)
      }
    }
  }

  async #evaluate(
    plan: SearchPlan,
    evaluations: readonly Evaluation[],
    time: TimeLimit | null,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Result<PointFigures>>> {
    const weights = new Map(evaluations.map(({id, weight}) => [id, weight]))
    const runs = evaluations.map(evaluation => plannedRun(evaluation, plan.base))
    await this.#takeKept(runs)
    const open = [...new Map(runs.map(run => [run.facts.key, run])).values()].filter(
      ({facts}) => !this.#known.has(facts.key),
    )
    let done = runs.length - open.length
    const tell = () => {
      this.batch = {done, of: runs.length}
    }
    tell()
    const onOutcome = ({facts}: PlannedRun, outcome: Result<PointFigures>) => {
      this.#known.set(facts.key, outcome)
      if (outcome.ok) void this.#store.write(new Map([[facts.key, {...facts, ...outcome.value}]]))
      time?.made(weights.get(facts.id) ?? 0)
      done++
      tell()
    }
    const isOver = () => time?.isOver ?? false
    if (open.length > 0)
      await this.#pool.runMany(open, {onStart: () => {}, onProgress: () => {}, onOutcome, isOver}, signal)
    signal.throwIfAborted()
    return new Map(
      runs.flatMap(({facts}) => {
        const outcome = this.#known.get(facts.key)
        return outcome === undefined ? [] : [[facts.id, outcome] as const]
      }),
    )
  }

  /** Results of these very runs from an earlier visit. */
  async #takeKept(runs: readonly PlannedRun[]): Promise<void> {
    const unknown = runs.filter(({facts}) => !this.#known.has(facts.key))
    if (unknown.length === 0) return
    const stored = await this.#store.read(unknown.map(({facts}) => facts.key))
    for (const {facts} of unknown) {
      const row = parseFinishedRow(stored.get(facts.key), facts)
      if (row !== null && isFinished(row)) this.#known.set(facts.key, ok(row))
    }
  }

  /** What keeps the nearest from holding, and what it does hold in each of its phases. */
  async #explain(
    {base, problem}: SearchPlan,
    nearest: Evaluation['scenario'],
    signal: AbortSignal,
  ): Promise<WhyNot> {
    const {traceBlob, profile} = base
    const outcomes = []
    for (const {scenario} of wholeRuns({id: '', scenario: nearest}, problem))
      outcomes.push(await this.#brain.run({scenario, traceBlob, profile}, () => {}, signal))
    const results = outcomes.flatMap(outcome => (outcome.ok ? [outcome.value.result] : []))
    const reasons = results[0]?.report.planner_replay.findings?.map(({text}) => text) ?? []
    const {heldBy, loosest} = await import('../../../search/answer/held.ts')
    const held =
      results.length < outcomes.length
        ? null
        : loosest(results.map(({engine}) => heldBy(engine, problem.objective)))
    return {reasons: reasons.slice(0, 3), held}
  }
}

interface KeptAnswer {
  readonly advance: SearchAdvance
  readonly why: WhyNot | null
}

function isKept(value: unknown): value is KeptAnswer {
  return isObject(value) && isObject(value.advance) && isObject(value.advance.answer)
}

/** All that the answer hangs on. */
function questionOf({problem, base, timeLimitS}: SearchPlan): string {
  const {traceSha256, profileSha256} = base
  const time = timeLimitS === null ? {} : {timeLimitS}
  return sha256OfText(
    stableJson({kind: 'search', version: VERSION, problem, traceSha256, profileSha256, ...time}),
  )
}
