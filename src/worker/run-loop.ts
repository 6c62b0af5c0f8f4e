import {fail, ok, type Result, RunError} from '../core/result.ts'
import type {RunProgress, RunResult} from '../run/run.ts'
import type {WorkerHost} from './host.ts'
import type {RunTelemetry} from './protocol.ts'

/** Long enough that yielding costs nothing, short enough that Cancel feels instant. */
const YIELD_EVERY_MS = 50
/** About 15 updates a second: smooth for the eye, nothing for the page. */
const PROGRESS_EVERY_MS = 66

const CANCELLED = 'cancelled'

interface Drive {
  readonly steps: Generator<RunProgress, RunResult, void>
  readonly host: WorkerHost
  readonly onProgress: (progress: RunTelemetry) => void
  readonly cancel: MessagePort
}

/** Runs the simulation in slices, so that progress gets out and a cancel gets in. */
export async function driveSimulation({steps, host, onProgress, cancel}: Drive): Promise<Result<RunResult>> {
  let cancelled = false
  cancel.onmessage = () => {
    cancelled = true
  }
  const startMs = host.nowMs()
  let yieldedMs = startMs
  let reportedMs = startMs
  try {
    for (;;) {
      const step = steps.next()
      if (step.done) return ok(step.value)
      const nowMs = host.nowMs()
      if (nowMs - reportedMs >= PROGRESS_EVERY_MS) {
        reportedMs = nowMs
        onProgress({...step.value, elapsedMs: nowMs - startMs})
      }
      if (nowMs - yieldedMs < YIELD_EVERY_MS) continue
      await host.yieldToEvents()
      if (cancelled) return fail(CANCELLED)
      yieldedMs = host.nowMs()
    }
  } catch (error) {
    // The run's own way of saying that its input cannot be finished; all else is our fault and goes up as such.
    if (error instanceof RunError) return fail(error.message)
    throw error
  }
}
