import type {Scenario} from '../../../config/scenario.ts'
import {messageOf} from '../../../core/message-of.ts'
import type {Problem} from '../../../core/result.ts'
import type {SimulatorClient} from '../../../worker/client.ts'
import type {RunOutcome, RunTelemetry} from '../../../worker/protocol.ts'
import {TimeAxis} from '../../kit/charts/base/time-axis.svelte.ts'
import {runExtent} from './charted-run.ts'

export interface RunFiles {
  readonly trace: Blob | null
  readonly profile: File | null
}

/** A finished run with the scenario that made it; the form may have moved on since. */
export interface FinishedRun {
  readonly scenario: Scenario
  readonly outcome: RunOutcome
  readonly axis: TimeAxis
}

export type RunPhase =
  | {readonly kind: 'idle'}
  | {readonly kind: 'running'; readonly scenario: Scenario; readonly progress: RunTelemetry | null}
  | {readonly kind: 'done'}
  | {readonly kind: 'failed'; readonly problem: Problem}

/** The current run. The last finished one stays on screen while the next is under way, or fails. */
export class RunState {
  phase: RunPhase = $state.raw({kind: 'idle'})
  finished: FinishedRun | null = $state.raw(null)
  readonly #client: SimulatorClient
  #abort: AbortController | null = null

  constructor(client: SimulatorClient) {
    this.#client = client
  }

  get isRunning(): boolean {
    return this.phase.kind === 'running'
  }

  async start(scenario: Scenario, files: RunFiles): Promise<void> {
    this.cancel()
    const abort = new AbortController()
    this.#abort = abort
    this.phase = {kind: 'running', scenario, progress: null}
    const onProgress = (progress: RunTelemetry) => {
      if (this.#abort === abort) this.phase = {kind: 'running', scenario, progress}
    }
    try {
      const {trace, profile} = files
      const named = profile === null ? null : {name: profile.name, blob: profile}
      const request = {scenario, traceBlob: trace, profile: named}
      const result = await this.#client.run(request, onProgress, abort.signal)
      if (this.#abort !== abort) return
      if (result.ok) this.#finish(scenario, result.value)
      else this.phase = {kind: 'failed', problem: result.error}
    } catch (error) {
      if (this.#abort === abort) this.phase = {kind: 'failed', problem: {message: messageOf(error)}}
    } finally {
      if (this.#abort === abort) this.#abort = null
    }
  }

  cancel = (): void => {
    if (this.#abort === null) return
    const abort = this.#abort
    this.#abort = null
    this.phase = this.finished === null ? {kind: 'idle'} : {kind: 'done'}
    abort.abort(new DOMException('cancelled', 'AbortError'))
  }

  /** Puts a run on screen that was finished elsewhere or earlier. */
  show(finished: FinishedRun): void {
    this.cancel()
    this.finished = finished
    this.phase = {kind: 'done'}
  }

  #finish(scenario: Scenario, outcome: RunOutcome): void {
    this.finished = finishedRun(scenario, outcome)
    this.phase = {kind: 'done'}
  }
}

export function finishedRun(scenario: Scenario, outcome: RunOutcome): FinishedRun {
  return {scenario, outcome, axis: new TimeAxis(runExtent(outcome.result))}
}
