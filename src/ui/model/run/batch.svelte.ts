import type {Scenario} from '../../../config/scenario.ts'
import {messageOf} from '../../../core/message-of.ts'
import type {SimulatorClient} from '../../../worker/client.ts'
import type {RunTelemetry} from '../../../worker/protocol.ts'
import {type FinishedRun, finishedRun, type RunFiles} from './run.svelte.ts'

/** One scenario of a batch, and how far it is. */
export interface BatchItem {
  readonly name: string
  readonly scenario: Scenario
  readonly state: 'waiting' | 'running' | 'done'
  readonly progress: RunTelemetry | null
}

/** Several scenarios one after the other, in the one worker that has the trace and the tables warm already. */
export class BatchState {
  items: readonly BatchItem[] = $state.raw([])
  isRunning = $state(false)
  problem: string | null = $state.raw(null)
  readonly #client: Pick<SimulatorClient, 'run'>
  #abort: AbortController | null = null

  constructor(client: Pick<SimulatorClient, 'run'>) {
    this.#client = client
  }

  /** @returns the finished runs in order, or null if it was cancelled or one of them failed */
  async start(
    scenarios: readonly {readonly name: string; readonly scenario: Scenario}[],
    files: RunFiles,
  ): Promise<readonly FinishedRun[] | null> {
    this.cancel()
    const abort = new AbortController()
    this.#abort = abort
    this.isRunning = true
    this.problem = null
    this.items = scenarios.map(named => ({...named, state: 'waiting', progress: null}))
    const runs: FinishedRun[] = []
    try {
      for (const i of scenarios.keys()) runs.push(await this.#runOne(i, files, abort.signal))
      return runs
    } catch (error) {
      if (this.#abort === abort) this.problem = messageOf(error)
      return null
    } finally {
      if (this.#abort === abort) this.#end()
    }
  }

  cancel = (): void => {
    const abort = this.#abort
    if (abort === null) return
    this.#end()
    abort.abort(new DOMException('cancelled', 'AbortError'))
  }

  async #runOne(index: number, {trace, profile}: RunFiles, signal: AbortSignal): Promise<FinishedRun> {
    const {name, scenario} = this.items[index]!
    const note = (change: Partial<BatchItem>) => {
      if (!signal.aborted)
        this.items = this.items.map((item, i) => (i === index ? {...item, ...change} : item))
    }
    note({state: 'running'})
    const named = profile === null ? null : {name: profile.name, blob: profile}
    const request = {scenario, traceBlob: trace, profile: named}
    const result = await this.#client.run(request, progress => note({progress}), signal)
    if (!result.ok) throw new Error(`${name}: ${result.error.message}`)
    note({state: 'done'})
    return finishedRun(scenario, result.value)
  }

  #end(): void {
    this.#abort = null
    this.isRunning = false
  }
}
