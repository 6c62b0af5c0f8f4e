import type {Answer} from '../../../answers/answer-run.ts'
import type {Scenario} from '../../../config/scenario.ts'
import {messageOf} from '../../../core/message-of.ts'
import type {Result} from '../../../core/result.ts'
import type {PointFigures} from '../../../sweep/points.ts'
import {Persisted} from '../../kit/persisted.svelte.ts'
import type {FinishedRun, RunFiles} from '../run/run.svelte.ts'
import {ownTraceSeed} from './own-trace-seed.ts'
import {runKnown, type SpareHost} from './run-known.ts'

export type AnswerPhase =
  /** Nothing was asked yet, or something else has the workers. */
  | {readonly kind: 'idle'}
  | {readonly kind: 'off'}
  | {
      readonly kind: 'running'
      /** First how far to trust the result, then what would help. */
      readonly what: 'spread' | 'cures'
      readonly done: number
      /** Runs asked for so far. */
      readonly asked: number
    }
  /** By the user. */
  | {readonly kind: 'stopped'}
  | {readonly kind: 'done'; readonly varies: boolean}
  | {readonly kind: 'failed'; readonly message: string}

export interface AnswerHost extends SpareHost {
  /** Time for the result to be drawn before other threads take their share of the machine. */
  readonly waitMs?: number
}

const WAIT_MS = 500

/** What is said of the result on screen beside its figures: computed in spare workers, after the result is shown. */
export class AnswerState {
  /** Of the run that `follow` was called with last; null = nothing yet. */
  answer: Answer | null = $state.raw(null)
  phase: AnswerPhase = $state.raw({kind: 'idle'})
  readonly #host: AnswerHost
  readonly #switch = new Persisted<boolean>(
    'planner-replay-spread',
    text => text !== 'off',
    isOn => (isOn ? null : 'off'),
  )
  #followed: {readonly run: FinishedRun; readonly files: RunFiles} | null = null
  #abort: AbortController | null = null

  constructor(host: AnswerHost) {
    this.#host = host
  }

  /** Others may have their runs made by the same workers. */
  get spareHost(): SpareHost {
    return this.#host
  }

  /** Whether results are repeated at all; outlives the page. */
  get isOn(): boolean {
    return this.#switch.value
  }

  set isOn(isOn: boolean) {
    this.#switch.value = isOn
    this.pause()
    if (!isOn) {
      this.answer = null
      this.phase = {kind: 'off'}
    } else if (this.#followed !== null) void this.#start(this.#followed.run, this.#followed.files)
  }

  /** Answers for a run; what was answered, or stopped by the user, is left alone. */
  follow(run: FinishedRun, files: RunFiles): void {
    if (this.#followed?.run === run && this.phase.kind !== 'idle') return
    const isNew = this.#followed?.run !== run
    this.pause()
    this.#followed = {run, files}
    if (isNew) this.answer = null
    if (this.isOn) void this.#start(run, files)
    else this.phase = {kind: 'off'}
  }

  /** Leaves the machine to what the user waits for; `follow` takes it up again. */
  pause(): void {
    if (this.#abort === null) return
    const abort = this.#abort
    this.#abort = null
    this.phase = {kind: 'idle'}
    abort.abort(new DOMException('cancelled', 'AbortError'))
  }

  stop = (): void => {
    if (this.#abort === null) return
    this.pause()
    this.phase = {kind: 'stopped'}
  }

  /** Takes up what was stopped. */
  resume = (): void => {
    if (this.phase.kind === 'stopped' && this.#followed !== null)
      void this.#start(this.#followed.run, this.#followed.files)
  }

  async #start(run: FinishedRun, files: RunFiles): Promise<void> {
    const abort = new AbortController()
    this.#abort = abort
    this.phase = {kind: 'running', what: 'spread', done: 0, asked: 0}
    try {
      await new Promise(resolve => setTimeout(resolve, this.#host.waitMs ?? WAIT_MS))
      abort.signal.throwIfAborted()
      const [{answerRun}, {spreadRepeatsOf}] = await Promise.all([
        import('../../../answers/answer-run.ts'),
        import('../../../answers/spread-repeats.ts'),
      ])
      const {of, repeats} = spreadRepeatsOf(run.scenario, ownTraceSeed(run.scenario))
      const {result, candidates = []} = run.outcome
      const steps = answerRun({
        scenario: run.scenario,
        result,
        candidates,
        of,
        repeats,
        run: this.#runner(run, files, {signal: abort.signal, repeats: repeats.length}),
        triesCures: true,
      })
      for await (const answer of stepsOf(steps)) {
        if (this.#abort !== abort) return
        this.answer = answer
      }
      this.#end(abort, {kind: 'done', varies: repeats.length > 0})
    } catch (error) {
      this.#end(abort, {kind: 'failed', message: messageOf(error)})
    }
  }

  #runner(
    run: FinishedRun,
    {trace, profile}: RunFiles,
    {signal, repeats}: {readonly signal: AbortSignal; readonly repeats: number},
  ): (scenario: Scenario) => Promise<Result<PointFigures>> {
    const named = profile === null ? null : {name: profile.name, blob: profile}
    const counts = {done: 0, asked: 0}
    const note = (change: Partial<typeof counts>) => {
      Object.assign(counts, change)
      if (signal.aborted) return
      this.phase = {kind: 'running', what: counts.done < repeats ? 'spread' : 'cures', ...counts}
    }
    return async scenario => {
      note({asked: counts.asked + 1})
      const traceSha256 = run.outcome.result.report.planner_replay.trace_sha256
      const request = {scenario, traceBlob: trace, profile: named, traceSha256}
      const figures = await runKnown(this.#host, request, signal)
      note({done: counts.done + 1})
      return figures
    }
  }

  #end(abort: AbortController, phase: AnswerPhase): void {
    if (this.#abort !== abort) return
    this.#abort = null
    this.phase = phase
  }
}

/** Every step of a generator, its last value included. */
async function* stepsOf<T>(steps: AsyncGenerator<T, T>): AsyncGenerator<T> {
  for (;;) {
    const step = await steps.next()
    yield step.value
    if (step.done) return
  }
}
