import {messageOf} from '../../../core/message-of.ts'
import {withoutCalibration} from '../../../measured/speed-factors.ts'
import type {PointFigures} from '../../../sweep/points.ts'
import type {FinishedRun, RunFiles} from '../run/run.svelte.ts'
import {runKnown, type SpareHost} from './run-known.ts'

export type UncalibratedPhase =
  /** The calibration did not keep what it multiplied pass times by. */
  | {readonly kind: 'unknown'}
  | {readonly kind: 'running'}
  | {readonly kind: 'done'; readonly figures: PointFigures}
  | {readonly kind: 'failed'; readonly message: string}

/** What a calibrated run would be without its calibration: a run of its own in a spare worker. */
export class UncalibratedState {
  phase: UncalibratedPhase = $state.raw({kind: 'running'})
  readonly #host: SpareHost

  constructor(host: SpareHost) {
    this.#host = host
  }

  async follow(run: FinishedRun, {trace, profile}: RunFiles, signal: AbortSignal): Promise<void> {
    const scenario = withoutCalibration(run.scenario)
    if (scenario === null) {
      this.phase = {kind: 'unknown'}
      return
    }
    this.phase = {kind: 'running'}
    const traceSha256 = run.outcome.result.report.planner_replay.trace_sha256
    const named = profile === null ? null : {name: profile.name, blob: profile}
    try {
      const request = {scenario, traceBlob: trace, profile: named, traceSha256}
      const figures = await runKnown(this.#host, request, signal)
      if (signal.aborted) return
      this.phase = figures.ok
        ? {kind: 'done', figures: figures.value}
        : {kind: 'failed', message: figures.error.message}
    } catch (error) {
      if (!signal.aborted) this.phase = {kind: 'failed', message: messageOf(error)}
    }
  }
}
