/**
 * How long one forward pass takes. Implementations: polynomial, profile (NPZ), AIC tables (engine.md 4).
 *
 * Contract: deterministic and finite for every argument the engine can pass; the engine clamps prefill to >= 0 and
 * decode to >= 1 ms, divides by the speed-ups and rounds to nanoseconds. A missing measurement throws `RunError`
 * with a sentence that says which.
 */
export interface PerfModel {
  /** Questions counted so far, where they are counted; who asked too many takes them back. Absent = they are not counted. */
  readonly tally?: OutsideTally

  readonly timing: 'aic' | 'polynomial' | 'profile' | 'fixed'
  /**
   * Milliseconds for the prompt part of a pass.
   * @param batchSize requests with prompt tokens in this pass, >= 1
   * @param newTokens mean prompt tokens computed per request, `floor(mean isl) - floor(mean prefix)`, >= 0
   * @param prefix mean tokens already in the KV cache per request
   */
  prefillMs(batchSize: number, newTokens: number, prefix: number): number
  /**
   * Milliseconds for one decode step.
   * @param batchSize requests that emit a token, >= 1
   * @param activeKvTokens distinct active KV blocks x block size
   * @param context mean sequence length before the emitted token
   * @param capacityTokens KV capacity of the instance in tokens
   */
  decodeMs(batchSize: number, activeKvTokens: number, context: number, capacityTokens: number): number
  /** A decode step's time depends on the KV cache in use alone; absent = on the batch, too. */
  readonly decodesByCacheAlone?: true
  /**
   * Durations of decode steps that are remembered, of a timing that depends on batch and context alone; they count as questions,
   * too. Absent = none are.
   */
  readonly rememberedSteps?: (scale: StepScale) => RememberedSteps
  /** Share of lookups so far that fell outside measured data, in [0, 1]; null where the notion has no meaning. */
  outsideShare(): number | null
}

/** What becomes of a step's time before it is a duration. */
export interface StepScale {
  readonly leastMs: number
  /** Speed-up, as `scaledDurationMs` takes it. */
  readonly ratio: number
}

export interface RememberedSteps {
  /** In ms and whole nanoseconds; 0 = it is not remembered, and `decodeMs` answers. */
  durationMs(batchSize: number, context: number): number
}

/** Questions asked of a timing, and those of them that fell outside its measured data. */
export interface OutsideTally {
  asked: number
  outside: number
}

export function shareOutside({asked, outside}: OutsideTally): number {
  return asked === 0 ? 0 : outside / asked
}
