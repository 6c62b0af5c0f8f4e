import {messageOf} from '../../../core/message-of.ts'
import type {MeasuredComparison} from '../../../measured/compare-measured.ts'
import type {CalibrationOutcome} from '../../../measured/fit-calibration.ts'
import type {SimulatorClient} from '../../../worker/client.ts'
import type {FinishedRun, RunFiles} from '../run/run.svelte.ts'

export type MeasuredPhase =
  | {readonly kind: 'none'}
  | {readonly kind: 'reading'; readonly name: string}
  | {readonly kind: 'shown'; readonly comparison: MeasuredComparison}
  | {readonly kind: 'failed'; readonly message: string}

export type CalibrationPhase =
  | {readonly kind: 'none'}
  | {readonly kind: 'fitting'}
  | {readonly kind: 'fitted'; readonly outcome: CalibrationOutcome; readonly of: FinishedRun}
  | {readonly kind: 'failed'; readonly message: string}

/** A measured run beside the one on screen: the file stays when another run is shown, and is compared with that. */
export class MeasuredState {
  phase: MeasuredPhase = $state.raw({kind: 'none'})
  calibration: CalibrationPhase = $state.raw({kind: 'none'})
  #file: File | null = null
  #run: FinishedRun | null = null
  #abort: AbortController | null = null
  readonly #client: SimulatorClient

  constructor(client: SimulatorClient) {
    this.#client = client
  }

  /** Sets the file beside the run that is shown, and beside every later one. */
  async take(file: File, run: FinishedRun): Promise<void> {
    this.#file = file
    this.calibration = {kind: 'none'}
    await this.#compare(file, run)
  }

  /** Another run is shown. */
  async follow(run: FinishedRun): Promise<void> {
    if (this.#file !== null && run !== this.#run) await this.#compare(this.#file, run)
  }

  remove = (): void => {
    this.#stop()
    this.#file = null
    this.phase = {kind: 'none'}
    this.calibration = {kind: 'none'}
  }

  /** Fits the run that is shown to half of the measured requests. */
  async calibrate(run: FinishedRun, files: RunFiles): Promise<void> {
    const file = this.#file
    if (file === null) return
    const abort = this.#stop()
    this.calibration = {kind: 'fitting'}
    const {trace, profile} = files
    const named = profile === null ? null : {name: profile.name, blob: profile}
    const request = {scenario: run.scenario, traceBlob: trace, profile: named}
    try {
      const measured = measuredRequest(file, run)
      const fitted = await this.#client.measured.calibrate({run: request, measured}, abort.signal)
      if (this.#abort !== abort) return
      this.calibration = fitted.ok
        ? {kind: 'fitted', outcome: fitted.value, of: run}
        : {kind: 'failed', message: fitted.error.message}
    } catch (error) {
      if (this.#abort === abort) this.calibration = {kind: 'failed', message: messageOf(error)}
    }
  }

  async #compare(file: File, run: FinishedRun): Promise<void> {
    const abort = this.#stop()
    this.#run = run
    this.phase = {kind: 'reading', name: file.name}
    try {
      const compared = await this.#client.measured.compareMeasured(measuredRequest(file, run), abort.signal)
      if (this.#abort !== abort) return
      this.phase = compared.ok
        ? {kind: 'shown', comparison: compared.value}
        : {kind: 'failed', message: compared.error.message}
    } catch (error) {
      if (this.#abort === abort) this.phase = {kind: 'failed', message: messageOf(error)}
    }
  }

  #stop(): AbortController {
    this.#abort?.abort(new DOMException('cancelled', 'AbortError'))
    this.#abort = new AbortController()
    if (this.calibration.kind === 'fitting') this.calibration = {kind: 'none'}
    return this.#abort
  }
}

function measuredRequest(file: File, {scenario, outcome}: FinishedRun) {
  return {
    file,
    fileName: file.name,
    simulated: outcome.result.engine.requests,
    overheadMs: scenario.calibration?.overheadMs ?? 0,
  }
}
