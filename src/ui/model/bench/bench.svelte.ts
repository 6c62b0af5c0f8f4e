import type {BenchChoice} from '../../../bench/bench-choice.ts'
import type {BenchFigures} from '../../../bench/bench-figures.ts'
import type {BenchPlan} from '../../../bench/plan-bench.ts'
import type {BenchJob, BenchNews, EvaluateJobs} from '../../../bench/run-bench.ts'
import type {Pair} from '../../../config/link/query-string.ts'
import {VERSION} from '../../../config/link/version.ts'
import type {Scenario} from '../../../config/scenario.ts'
import {isObject} from '../../../core/is-object.ts'
import {messageOf} from '../../../core/message-of.ts'
import {fail, type Problem, type Result} from '../../../core/result.ts'
import {sha256OfText} from '../../../core/sha256.ts'
import {stableJson} from '../../../core/stable-json.ts'
import type {RecentStore} from '../../../store/recent-store.ts'
import type {SimulatorClient} from '../../../worker/client.ts'
import type {AskClient, RunPool} from '../../../worker/pool.ts'
import type {BenchPointRequest, RunRequest} from '../../../worker/protocol.ts'
import {choicePairs, PAGE_CHOICE, readChoice} from './choice.ts'

export type BenchPhase =
  | {readonly kind: 'idle'}
  | {readonly kind: 'planning'}
  | {readonly kind: 'running'}
  | {readonly kind: 'stopped'}
  | {readonly kind: 'done'; readonly elapsedMs: number}
  | {readonly kind: 'failed'; readonly problem: Problem}

/** What every run of a bench needs besides its scenario. */
export type BenchFiles = Pick<RunRequest, 'traceBlob' | 'profile'>

interface BenchTask extends BenchPointRequest {
  readonly id: string
}

const askBench: AskClient<BenchTask, BenchFigures> = (client, task, onProgress, signal) => {
  const {scenario, traceBlob, profile, judge} = task
  return client.benchPoint({scenario, traceBlob, profile, judge}, onProgress, signal)
}

/** What drives a bench, the search in hindsight with it, is fetched when there is one. */
const fetchCode = () => import('../../../bench/run-bench.ts')

/** The bench being set up, and the one on screen. */
export class BenchState {
  choice: BenchChoice = $state.raw(PAGE_CHOICE)
  phase: BenchPhase = $state.raw({kind: 'idle'})
  plan: BenchPlan | null = $state.raw(null)
  news: BenchNews | null = $state.raw(null)
  /** The scenario of the bench on screen, as it was asked for. */
  base: Scenario | null = $state.raw(null)
  readonly #pool: RunPool
  readonly #client: SimulatorClient
  readonly #recent: RecentStore | null
  #code: Awaited<ReturnType<typeof fetchCode>> | null = null
  #abort: AbortController | null = null

  constructor(pool: RunPool, client: SimulatorClient, recent: RecentStore | null = null) {
    this.#pool = pool
    this.#client = client
    this.#recent = recent
  }

  get isRunning(): boolean {
    return this.phase.kind === 'planning' || this.phase.kind === 'running'
  }

  /** @returns what of the link was of no use */
  readLink(pairs: readonly Pair[]): readonly string[] {
    const {choice, ignored} = readChoice(pairs)
    if (pairs.length > 0) this.choice = choice
    return ignored
  }

  get linkPairs(): readonly Pair[] {
    return choicePairs({...this.choice, pricePerGpuHour: null})
  }

  start = async (scenario: Scenario, files: BenchFiles): Promise<void> => {
    this.cancel()
    const abort = new AbortController()
    this.#abort = abort
    const isCurrent = () => this.#abort === abort
    const startMs = performance.now()
    this.phase = {kind: 'planning'}
    this.plan = null
    this.news = null
    this.base = scenario
    try {
      const plan = await this.#client.planBench({scenario, ...files, choice: this.choice}, abort.signal)
      if (!isCurrent()) return
      if (!plan.ok) {
        this.phase = {kind: 'failed', problem: plan.error}
        return
      }
      const code = await fetchCode()
      if (!isCurrent()) return
      this.#code = code
      this.plan = plan.value
      this.phase = {kind: 'running'}
      await code.runBench(plan.value, this.#evaluator(plan.value, files, abort.signal), news => {
        if (isCurrent()) this.news = news
      })
      if (isCurrent()) this.#finish(scenario, plan.value, performance.now() - startMs)
    } catch (error) {
      if (isCurrent()) this.phase = {kind: 'failed', problem: {message: messageOf(error)}}
    } finally {
      if (isCurrent()) this.#abort = null
    }
  }

  /** Puts the bench on screen that this very question was answered with before, if nothing is there. */
  async takeUp(scenario: Scenario): Promise<void> {
    if (this.#recent === null || this.phase.kind !== 'idle') return
    const kept = await this.#recent.read(this.#question(scenario))
    const code = isKept(kept) ? await fetchCode() : null
    if (!isKept(kept) || this.phase.kind !== 'idle') return
    this.#code = code
    this.base = scenario
    this.plan = kept.plan
    this.news = kept.news
    this.phase = {kind: 'done', elapsedMs: kept.elapsedMs}
  }

  cancel = (): void => {
    if (this.#abort === null) return
    const abort = this.#abort
    this.#abort = null
    this.phase = {kind: 'stopped'}
    abort.abort(new DOMException('cancelled', 'AbortError'))
  }

  /** The scenario of a line of the table, as a run of its own; null while there is none. */
  scenarioOf(lineId: string): Scenario | null {
    if (this.plan === null || this.news === null) return null
    return this.#code?.scenarioOfRow(this.plan, this.news.result, lineId) ?? null
  }

  #finish(scenario: Scenario, plan: BenchPlan, elapsedMs: number): void {
    this.phase = {kind: 'done', elapsedMs}
    const {news} = this
    if (news !== null) void this.#recent?.write(this.#question(scenario), {plan, news, elapsedMs})
  }

  #question(scenario: Scenario): string {
    return sha256OfText(
      stableJson({
        kind: 'bench',
        version: VERSION,
        scenario,
        choice: {...this.choice, pricePerGpuHour: null},
      }),
    )
  }

  #evaluator({judge}: BenchPlan, files: BenchFiles, signal: AbortSignal): EvaluateJobs {
    return (jobs: readonly BenchJob[], settle) => {
      const tasks = jobs.map(({id, scenario}) => ({id, scenario, judge, ...files}))
      const events = {
        onStart() {},
        onProgress() {},
        onOutcome: ({id}: BenchTask, outcome: Result<BenchFigures>) =>
          settle(id, outcome.ok ? outcome : fail(outcome.error.message)),
      }
      return this.#pool.askMany(tasks, events, signal, askBench)
    }
  }
}

interface KeptBench {
  readonly plan: BenchPlan
  readonly news: BenchNews
  readonly elapsedMs: number
}

/** As far as what a build of the same release wrote can be damaged. */
function isKept(value: unknown): value is KeptBench {
  return (
    isObject(value) && isObject(value.plan) && isObject(value.news) && typeof value.elapsedMs === 'number'
  )
}
