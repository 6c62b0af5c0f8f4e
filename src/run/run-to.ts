import {fail, ok, type Result, RunError} from '../core/result.ts'
import {type PreparedRun, simulatePrepared} from './prepare-run.ts'
import type {RunResult} from './run.ts'

/** What is read of a run to its end; one that cannot be finished says why. */
export function runTo<T>(prepared: PreparedRun, read: (result: RunResult) => T): Result<T> {
  const steps = simulatePrepared(prepared)
  try {
    for (;;) {
      const step = steps.next()
      if (step.done) return ok(read(step.value))
    }
  } catch (error) {
    if (error instanceof RunError) return fail(error.message)
    throw error
  }
}
