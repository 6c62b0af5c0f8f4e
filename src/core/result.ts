/** A failure a user can cause and mend: bad trace, bad config, failed download. Never thrown across modules. */
export interface Problem {
  /** One sentence that names the flag or file, the line and the field. */
  readonly message: string
  /** Key of the field at fault, e.g. `engine.num_gpu_blocks`, so a form can mark it. */
  readonly field?: string
}

export type Result<T> = {readonly ok: true; readonly value: T} | {readonly ok: false; readonly error: Problem}

export function ok<T>(value: T): Result<T> {
  return {ok: true, value}
}

export function fail(message: string, field?: string): {readonly ok: false; readonly error: Problem} {
  return {ok: false, error: field === undefined ? {message} : {message, field}}
}

/**
 * A run that cannot go on because of its input (a livelock of the reference, a request that can never fit).
 * Thrown inside the simulator, caught where a run is started and turned into a `Problem`.
 */
export class RunError extends Error {
  override name = 'RunError'
}
