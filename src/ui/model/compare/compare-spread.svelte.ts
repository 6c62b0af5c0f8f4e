import {comparedRepeats} from '../../../answers/compared-repeats.ts'
import type {Scenario, ServiceObjective} from '../../../config/scenario.ts'
import {messageOf} from '../../../core/message-of.ts'
import type {PointFigures} from '../../../sweep/points.ts'
import type {RepeatKind} from '../../../sweep/repeats.ts'
import {ownTraceSeed} from '../answer/own-trace-seed.ts'
import {runKnown, type SpareHost} from '../answer/run-known.ts'
import type {ComparedRun} from './compared-run.ts'

export type SpreadPhase =
  | {readonly kind: 'idle'}
  | {readonly kind: 'running'; readonly done: number; readonly asked: number}
  | {readonly kind: 'stopped'}
  | {readonly kind: 'done'}
  | {readonly kind: 'failed'; readonly message: string}

/** The trace of a run, as the worker gets it; undefined = it is not at hand. */
export type TraceOf = (scenario: Scenario) => Promise<Blob | null | undefined>

/** The repeats of all compared runs, made round by round in spare workers after the comparison is shown. */
export class CompareSpread {
  phase: SpreadPhase = $state.raw({kind: 'idle'})
  /** By id of the run: its repeats beside the asked one, as many of each as there are rounds. */
  repeats: ReadonlyMap<string, readonly PointFigures[]> = $state.raw(new Map())
  of: RepeatKind = $state.raw('phase')
  /** Luck has a say in at least one of them. */
  varies = $state(true)
  readonly #host: SpareHost
  #followed = ''
  #abort: AbortController | null = null

  constructor(host: SpareHost) {
    this.#host = host
  }

  /** Repeats these runs, if that was not done or begun. */
  follow(runs: readonly ComparedRun[], objective: ServiceObjective | null, traceOf: TraceOf): void {
    const question = JSON.stringify([runs.map(({id}) => id), objective])
    if (question === this.#followed && this.phase.kind !== 'idle') return
    this.pause()
    if (question !== this.#followed) this.repeats = new Map()
    this.#followed = question
    void this.#start(runs, objective, traceOf)
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

  async #start(
    runs: readonly ComparedRun[],
    objective: ServiceObjective | null,
    traceOf: TraceOf,
  ): Promise<void> {
    const abort = new AbortController()
    this.#abort = abort
    // As the compared scenarios are judged, so are their repeats.
    const judged = runs.map(({run: {scenario}}) => (objective === null ? scenario : {...scenario, objective}))
    const {of, runs: scenarios} = comparedRepeats(judged, ownTraceSeed)
    const rounds = Math.max(...scenarios.map(each => each.length))
    const asked = scenarios.reduce((sum, each) => sum + each.length - 1, 0)
    this.of = of
    this.varies = rounds > 1
    this.phase = {kind: 'running', done: 0, asked}
    let done = 0
    try {
      for (let round = 1; round < rounds; round++) {
        const figures = await Promise.all(
          runs.map(async ({id, run}, i) => {
            const scenario = scenarios[i]?.[round]
            if (scenario === undefined) return null
            const figures = await this.#run(scenario, run.outcome.result.report.planner_replay.trace_sha256, {
              traceOf,
              signal: abort.signal,
            })
            if (!abort.signal.aborted) this.phase = {kind: 'running', done: ++done, asked}
            return [id, figures] as const
          }),
        )
        if (this.#abort !== abort) return
        this.#add(figures.filter(each => each !== null))
      }
      this.#end(abort, {kind: 'done'})
    } catch (error) {
      this.#end(abort, {kind: 'failed', message: messageOf(error)})
    }
  }

  async #run(
    scenario: Scenario,
    traceSha256: string,
    {traceOf, signal}: {readonly traceOf: TraceOf; readonly signal: AbortSignal},
  ): Promise<PointFigures> {
    const traceBlob = await traceOf(scenario)
    if (traceBlob === undefined) throw new Error('the trace of a run is not at hand')
    if (scenario.engineTiming === 'profile')
      throw new Error('the recorded pass times of a run are not at hand')
    const figures = await runKnown(this.#host, {scenario, traceBlob, profile: null, traceSha256}, signal)
    if (!figures.ok) throw new Error(figures.error.message)
    return figures.value
  }

  #add(round: readonly (readonly [string, PointFigures])[]): void {
    const all = new Map(this.repeats)
    for (const [id, figures] of round) all.set(id, [...(all.get(id) ?? []), figures])
    this.repeats = all
  }

  #end(abort: AbortController, phase: SpreadPhase): void {
    if (this.#abort !== abort) return
    this.#abort = null
    this.phase = phase
  }
}
