import type {Pair} from '../../../config/link/query-string.ts'
import {messageOf} from '../../../core/message-of.ts'
import type {Problem, Result} from '../../../core/result.ts'
import {shareDone} from '../../../core/share-done.ts'
import type {PointStore, PointStoreUse} from '../../../store/point-store.ts'
import {forecastSweep, msPerRequestOf, type SweepForecast} from '../../../sweep/forecast.ts'
import {isFinished, type PointFigures, parseFinishedRow, type SweepRow} from '../../../sweep/points.ts'
import type {SizeKv} from '../../../sweep/size-points.ts'
import {computeTimeLeft, type DoneRun} from '../../../sweep/time-left.ts'
import type {RunPool} from '../../../worker/pool.ts'
import type {RunTelemetry} from '../../../worker/protocol.ts'
import type {PlannedPoint, SweepBase, SweepPlan} from './plan.ts'
import {defaultSpec, readSpec, type SweepSpec, specPairs} from './spec.ts'

export type Draft =
  | {readonly kind: 'checking'}
  | {readonly kind: 'ready'; readonly plan: SweepPlan}
  | {readonly kind: 'wrong'; readonly problem: Problem}

export type SweepPhase =
  | {readonly kind: 'idle'}
  | {readonly kind: 'running'}
  | {readonly kind: 'stopped'}
  | {readonly kind: 'done'}
  | {readonly kind: 'failed'; readonly problem: Problem}

/** Of one worker under the planner with the GPU tables, in a browser on a machine of two cores. */
const USUAL_MS_PER_REQUEST = 0.15

/** How often the page is told of progress: smooth for the eye, and one drawing for many points that finish at once. */
const FLUSH_EVERY_MS = 100

/** What a sweep took, for the line under it. */
export interface SweepCosts {
  readonly elapsedMs: number
  /** Points whose results were there before. */
  readonly kept: number
  readonly run: number
}

export interface SweepHost {
  readonly pool: RunPool
  readonly store: PointStore
  readonly sizeKv: SizeKv
  /** Runs at the same time, at most. */
  readonly workers: number
}

/** The sweep being written, and the one on screen: its plan, the rows so far, and what is under way. */
export class SweepState {
  spec: SweepSpec = $state.raw(defaultSpec())
  draft: Draft = $state.raw({kind: 'checking'})
  plan: SweepPlan | null = $state.raw(null)
  /** By point id, in any order. */
  rows: ReadonlyMap<string, SweepRow> = $state.raw(new Map())
  /** Share done of every point under way, by id. */
  running: ReadonlyMap<string, number> = $state.raw(new Map())
  /** How long the points under way and waiting will take, ms; null while nothing is known. */
  timeLeftMs: number | null = $state(null)
  phase: SweepPhase = $state.raw({kind: 'idle'})
  costs: SweepCosts | null = $state.raw(null)
  /** Why finished points are not kept beyond this page; null = they are. */
  storageProblem: string | null = $state.raw(null)
  /** How fast one worker was when it last ran something; the form foretells a sweep's time by it. */
  msPerRequest = $state(USUAL_MS_PER_REQUEST)
  readonly #host: SweepHost
  readonly #pool: RunPool
  readonly #store: PointStore
  /** Rows of this page by point key, whether the browser stores them or not. */
  readonly #known = new Map<string, SweepRow>()
  #check: AbortController | null = null
  #abort: AbortController | null = null

  constructor(host: SweepHost) {
    this.#host = host
    this.#pool = host.pool
    this.#store = host.store
  }

  /** What a sweep would run. */
  async planOf(
    spec: SweepSpec,
    base: SweepBase,
    signal = new AbortController().signal,
  ): Promise<Result<SweepPlan>> {
    const {planSweep} = await import('./plan.ts')
    return planSweep(spec, base, {sizeKv: this.#host.sizeKv, signal})
  }

  readonly finishedCount: number = $derived([...this.rows.values()].filter(isFinished).length)
  readonly failed: readonly SweepRow[] = $derived([...this.rows.values()].filter(row => !isFinished(row)))
  /** Rows in the order of the plan. */
  readonly orderedRows: readonly SweepRow[] = $derived(
    (this.plan?.points ?? []).flatMap(({facts}) => this.rows.get(facts.id) ?? []),
  )

  /** @returns what of the link was of no use */
  readLink(pairs: readonly Pair[]): readonly string[] {
    const {spec, ignored} = readSpec(pairs)
    if (spec !== null) this.spec = spec
    return ignored
  }

  get linkPairs(): readonly Pair[] {
    return specPairs(this.spec)
  }

  /** Runs at the same time, at most. */
  get workers(): number {
    return this.#host.workers
  }

  get isRunning(): boolean {
    return this.phase.kind === 'running'
  }

  /** What the sweep in the form will take; null while it is not known. */
  get forecast(): SweepForecast | null {
    if (this.draft.kind !== 'ready') return null
    const {points, base} = this.draft.plan
    const open = points.filter(({facts}) => !this.#known.has(facts.key)).length
    return forecastSweep({
      open,
      requests: base.requests,
      msPerRequest: this.msPerRequest,
      workers: this.#host.workers,
    })
  }

  /** Points without a result: what Resume would run. */
  get openCount(): number {
    return (this.plan?.points.length ?? 0) - this.finishedCount
  }

  /** Share of the whole sweep that is done, points under way included. */
  get share(): number {
    const total = this.plan?.points.length ?? 0
    let done = this.finishedCount + this.failed.length
    for (const share of this.running.values()) done += share
    return total === 0 ? 0 : Math.min(done / total, 1)
  }

  /** Checks what is typed against the scenario; the last call wins. */
  async check(base: SweepBase): Promise<void> {
    this.#check?.abort()
    const check = new AbortController()
    this.#check = check
    try {
      const plan = await this.planOf(this.spec, base, check.signal)
      if (check.signal.aborted) return
      this.draft = plan.ok ? {kind: 'ready', plan: plan.value} : {kind: 'wrong', problem: plan.error}
    } catch (error) {
      if (!check.signal.aborted) this.draft = {kind: 'wrong', problem: {message: messageOf(error)}}
    }
  }

  /** What was checked no longer holds. */
  uncheck(): void {
    this.#check?.abort()
    this.draft = {kind: 'checking'}
  }

  /** Runs the sweep that was checked; points whose results are there are not run again. */
  start = async (): Promise<void> => {
    if (this.draft.kind !== 'ready') return
    this.cancel()
    this.plan = this.draft.plan
    this.rows = new Map()
    await this.#run(this.draft.plan)
  }

  resume = async (): Promise<void> => {
    // A sweep from the Library knows no files; the same one as checked by the form does.
    if (this.draft.kind === 'ready' && this.plan !== null) this.plan = this.draft.plan
    if (this.plan !== null && !this.isRunning) await this.#run(this.plan)
  }

  /** Puts a sweep on screen that was run earlier, with the rows it left. */
  show(plan: SweepPlan, rows: readonly SweepRow[]): void {
    this.cancel()
    this.spec = plan.spec
    this.plan = plan
    const left = new Map(rows.map(row => [row.id, row]))
    this.rows = new Map(
      plan.points.flatMap(({facts}) => {
        const row = left.get(facts.id)
        if (row === undefined) return []
        // Rows of an earlier release do not say which repeat they are; the plan does. What was run stays said.
        const told = {...facts, ...row}
        const isJudged = row.key === facts.key || !movesYardstick(plan)
        return [[facts.id, isJudged ? told : {...told, sla_attainment: null, goodput_rps: null}] as const]
      }),
    )
    this.costs = null
    this.phase = {kind: 'idle'}
  }

  keptPoints = (): Promise<PointStoreUse> => this.#store.use()

  /** Forgets these points; without keys, all of them. The next sweep runs them anew. */
  forgetPoints = async (keys?: readonly string[]): Promise<void> => {
    if (keys === undefined) this.#known.clear()
    else for (const key of keys) this.#known.delete(key)
    await (keys === undefined ? this.#store.clear() : this.#store.remove(keys))
  }

  cancel = (): void => {
    if (this.#abort === null) return
    const abort = this.#abort
    this.#abort = null
    this.running = new Map()
    this.phase = {kind: 'stopped'}
    abort.abort(new DOMException('cancelled', 'AbortError'))
  }

  async #run(plan: SweepPlan): Promise<void> {
    const abort = new AbortController()
    this.#abort = abort
    this.phase = {kind: 'running'}
    this.costs = null
    this.storageProblem = null
    this.timeLeftMs = null
    const startMs = performance.now()
    try {
      const kept = await this.#takeKept(plan)
      if (this.#abort !== abort) return
      const open = plan.points.filter(({facts}) => {
        const row = kept.get(facts.id)
        return row === undefined || !isFinished(row)
      })
      this.rows = kept
      const pace = new Pace(open.length, Math.min(this.#host.workers, open.length))
      const news = new SweepNews(
        {state: this, store: this.#store, known: this.#known, pace},
        () => this.#abort === abort,
      )
      const {repeatByRepeat} = await import('../../../sweep/schedule/run-order.ts')
      await this.#pool.runMany(repeatByRepeat(open), news, abort.signal).finally(news.flush)
      if (this.#abort !== abort) return
      this.#abort = null
      const run = open.length
      this.costs = {elapsedMs: performance.now() - startMs, kept: plan.points.length - run, run}
      this.#learnSpeed(plan, this.costs)
      this.phase = {kind: 'done'}
    } catch (error) {
      if (this.#abort !== abort) return
      this.#abort = null
      this.phase = {kind: 'failed', problem: {message: messageOf(error)}}
    }
  }

  #learnSpeed({base}: SweepPlan, {elapsedMs, run}: SweepCosts): void {
    if (base.requests === null) return
    const {workers} = this.#host
    this.msPerRequest =
      msPerRequestOf({elapsedMs, run, requests: base.requests, workers}) ?? this.msPerRequest
  }

  /** Results of these very runs from this page or an earlier visit. */
  async #takeKept(plan: SweepPlan): Promise<Map<string, SweepRow>> {
    const unknown = plan.points.map(({facts}) => facts.key).filter(key => !this.#known.has(key))
    const stored = await this.#store.read(unknown)
    const kept = new Map<string, SweepRow>()
    for (const {facts} of plan.points) {
      const row = parseFinishedRow(this.#known.get(facts.key) ?? stored.get(facts.key), facts)
      if (row === null) continue
      kept.set(facts.id, row)
      this.#known.set(facts.key, row)
    }
    return kept
  }
}

/** Earlier releases judged each point of such a sweep by its own target: what they counted is of no use here. */
function movesYardstick({axes}: SweepPlan): boolean {
  return axes.some(({key}) => key.path === 'planner.ttft' || key.path === 'planner.itl')
}

/** When each point began and ended: what the rest will take is told by it. */
class Pace {
  readonly #total: number
  readonly #workers: number
  readonly #startedMs = new Map<string, number>()
  readonly #done: DoneRun[] = []

  /** @param total points to run */
  constructor(total: number, workers: number) {
    this.#total = total
    this.#workers = workers
  }

  start(id: string): void {
    this.#startedMs.set(id, performance.now())
  }

  end(id: string): void {
    const startedMs = this.#startedMs.get(id)
    if (startedMs !== undefined) this.#done.push({startedMs, endedMs: performance.now()})
  }

  timeLeftMs(running: ReadonlyMap<string, number>): number | null {
    const waiting = this.#total - this.#done.length - running.size
    const nowMs = performance.now()
    return computeTimeLeft({
      done: this.#done,
      running: [...running].map(([id, share]) => ({
        share,
        elapsedMs: nowMs - (this.#startedMs.get(id) ?? nowMs),
      })),
      waiting,
      workers: this.#workers,
    })
  }
}

interface NewsTo {
  readonly state: SweepState
  readonly store: PointStore
  readonly known: Map<string, SweepRow>
  readonly pace: Pace
}

/** Gathers what the workers say and hands it to the page in one piece, a few times a second. */
class SweepNews {
  readonly #to: NewsTo
  readonly #isCurrent: () => boolean
  readonly #rows = new Map<string, SweepRow>()
  readonly #running = new Map<string, number>()
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor(to: NewsTo, isCurrent: () => boolean) {
    this.#to = to
    this.#isCurrent = isCurrent
  }

  onStart = ({facts}: PlannedPoint): void => {
    this.#to.pace.start(facts.id)
    this.#running.set(facts.id, 0)
    this.#flushSoon()
  }

  onProgress = ({facts}: PlannedPoint, progress: RunTelemetry): void => {
    // Progress takes another way than the outcome and may come after it.
    if (!this.#running.has(facts.id)) return
    this.#running.set(facts.id, shareDone(progress))
    this.#flushSoon()
  }

  onOutcome = ({facts}: PlannedPoint, outcome: Result<PointFigures>): void => {
    const row: SweepRow = outcome.ok ? {...facts, ...outcome.value} : {...facts, error: outcome.error.message}
    this.#to.pace.end(facts.id)
    this.#rows.set(facts.id, row)
    this.#running.delete(facts.id)
    this.#flushSoon()
  }

  flush = (): void => {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const {state, store, known, pace} = this.#to
    const rows = [...this.#rows.values()]
    this.#rows.clear()
    const finished = rows.filter(isFinished)
    for (const row of finished) known.set(row.key, row)
    void store.write(new Map(finished.map(row => [row.key, row]))).then(problem => {
      // It may come when the sweep is over, and a later write that finds room brings nothing back.
      if (problem !== null) state.storageProblem = problem
    })
    // A sweep that was cancelled keeps what it finished, unless another has taken its place.
    if (!this.#isCurrent()) return
    state.running = new Map(this.#running)
    state.timeLeftMs = pace.timeLeftMs(this.#running)
    if (rows.length === 0) return
    const all = new Map(state.rows)
    for (const row of rows) all.set(row.id, row)
    state.rows = all
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(this.flush, FLUSH_EVERY_MS)
  }
}
