import type {Pair} from '../../../config/link/query-string.ts'
import {VERSION} from '../../../config/link/version.ts'
import {isObject} from '../../../core/is-object.ts'
import {messageOf} from '../../../core/message-of.ts'
import type {Problem, Result} from '../../../core/result.ts'
import {sha256OfText} from '../../../core/sha256.ts'
import {stableJson} from '../../../core/stable-json.ts'
import type {WhyNot} from '../../../search/answer/recommendation-json.ts'
import type {PointStore} from '../../../store/point-store.ts'
import type {RecentStore} from '../../../store/recent-store.ts'
import type {PointFigures} from '../../../sweep/points.ts'
import type {RunPool} from '../../../worker/pool.ts'
import type {SearchAdvance, SearchRequest} from '../../../worker/protocol.ts'
import type {DrivenSearch} from './drive-search.ts'
import type {SearchPlan} from './planned-run.ts'
import {DEFAULT_SPEC, readSpec, type SearchGrounds, type SearchSpec, specPairs} from './spec.ts'

export type SearchPhase =
  | {readonly kind: 'idle'}
  | {readonly kind: 'running'}
  | {readonly kind: 'paused'}
  | {readonly kind: 'done'}
  | {readonly kind: 'failed'; readonly problem: Problem}

/** The search being set up, and the one on screen: what is known so far and what is under way. */
export class SearchState {
  spec: SearchSpec = $state.raw(DEFAULT_SPEC)
  /** Of the form as it is; null while it is not in order, or was not shown yet. */
  grounds: SearchGrounds | null = $state.raw(null)
  plan: SearchPlan | null = $state.raw(null)
  advance: SearchAdvance | null = $state.raw(null)
  /** Why nothing holds, once the search is over. */
  why: WhyNot | null = $state.raw(null)
  phase: SearchPhase = $state.raw({kind: 'idle'})
  /** Every run that the answer is made of, in the order they were asked for. */
  evidence: SearchRequest['results'] = $state.raw([])
  /** Why finished runs are not kept beyond this page; null = they are. */
  storageProblem: string | null = $state.raw(null)
  /** It was put on screen from what is kept, and nothing was run since. */
  isShown = false
  /** Runs finished of those that were asked for and are not part of the answer yet. */
  batch: {readonly done: number; readonly of: number} = $state.raw({done: 0, of: 0})
  readonly #pool: RunPool
  readonly #store: PointStore
  readonly #brain: DrivenSearch['brain']
  readonly #recent: RecentStore | null
  /** By run: what this page has seen, whether or not the browser stores it. */
  readonly #known = new Map<string, Result<PointFigures>>()
  #abort: AbortController | null = null

  constructor(
    pool: RunPool,
    store: PointStore,
    brain: DrivenSearch['brain'],
    recent: RecentStore | null = null,
  ) {
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
    return specPairs(this.spec, this.grounds)
  }

  start = async (plan: SearchPlan): Promise<void> => {
    this.cancel()
    this.plan = plan
    await this.resume()
  }

  /** The same question with its trace at hand, as the form has it: what was opened from the Library came without. */
  goOn = async (plan: SearchPlan): Promise<void> => {
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
    this.isShown = false
    this.why = null
    try {
      const {driveSearch} = await import('./drive-search.ts')
      await driveSearch(plan, this.#driven(abort.signal))
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
    this.evidence = kept.evidence ?? []
    this.isShown = true
    this.phase = {kind: 'done'}
  }

  /** Puts a search on screen that was kept, its answer made again from what it ran. @returns why that is not possible, or null */
  async show(plan: SearchPlan, {evidence, why, reason}: ShownSearch): Promise<Problem | null> {
    const advance = await this.#brain.searchStep({problem: plan.problem, results: evidence})
    if (!advance.ok) return advance.error
    this.cancel()
    this.plan = plan
    this.advance = {...advance.value, answer: {...advance.value.answer, reason}}
    this.why = why
    this.evidence = evidence
    this.isShown = true
    this.phase = {kind: reason === null ? 'paused' : 'done'}
    return null
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
    this.evidence = []
    this.storageProblem = null
    this.phase = {kind: 'idle'}
  }

  #finish(plan: SearchPlan): void {
    this.phase = {kind: 'done'}
    const {advance, why, evidence} = this
    if (advance !== null) void this.#recent?.write(questionOf(plan), {advance, why, evidence})
  }

  #driven(signal: AbortSignal): DrivenSearch {
    const [pool, store, brain, known] = [this.#pool, this.#store, this.#brain, this.#known]
    return {
      ...{pool, store, brain, known, signal},
      onAdvance: (advance, evidence) => {
        this.advance = advance
        this.evidence = evidence
      },
      onBatch: batch => {
        this.batch = batch
      },
      onWhy: why => {
        this.why = why
      },
      onUnkept: problem => {
        // It may come when the search is over, and a later write that finds room brings nothing back.
        this.storageProblem = problem
      },
    }
  }

  #stop(): boolean {
    const abort = this.#abort
    this.#abort = null
    abort?.abort(new DOMException('cancelled', 'AbortError'))
    return abort !== null
  }
}

interface KeptAnswer {
  readonly advance: SearchAdvance
  readonly why: WhyNot | null
  /** Absent in what was kept before searches were items of the Library. */
  readonly evidence?: SearchRequest['results']
}

export interface ShownSearch {
  readonly evidence: SearchRequest['results']
  readonly why: WhyNot | null
  /** Why it ended; null = it was stopped. */
  readonly reason: SearchAdvance['answer']['reason']
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
