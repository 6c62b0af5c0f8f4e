import type {PerfModel} from '../perf/perf-model.ts'

/** How long a new instance takes until it serves. */
export interface StartupModel {
  /**
   * Milliseconds from the scaling decision on, >= 0; at 0 it serves at once and is never seen starting. It is asked once
   * for each instance, in the order of the decisions, and is random by nothing but its number within the pool: then two runs
   * that decide otherwise still start instance 17 equally slowly.
   * @param nowMs when it was decided: some instance may stand by at that moment
   */
  readyAfterMs(instanceId: number, nowMs: number): number
  /** Instances that were started, not those of the beginning, are slower at first; absent = they are not. */
  readonly slowPasses?: SlowPasses
}

export interface SlowPasses {
  /** Passes from the start on. */
  readonly passes: number
  /** What they take, as a multiple. */
  readonly factor: number
}

/** Pass times of a new instance: the pool's, or slower ones at first. */
export function perfOfNew(
  perf: PerfModel,
  slowPasses: SlowPasses | undefined,
  record: {readonly passes: number},
): PerfModel {
  return slowPasses === undefined ? perf : slowedAtFirst(perf, slowPasses, () => record.passes)
}

/**
 * Pass times of an instance that has just started: compilation, cold caches and lazy allocation make its first passes slow.
 * @param passesSoFar of that instance, up to the one that is asked about
 */
function slowedAtFirst(perf: PerfModel, {passes, factor}: SlowPasses, passesSoFar: () => number): PerfModel {
  const factorNow = () => (passesSoFar() < passes ? factor : 1)
  return {
    timing: perf.timing,
    ...(perf.tally === undefined ? {} : {tally: perf.tally}),
    prefillMs: (batchSize, newTokens, prefix) => factorNow() * perf.prefillMs(batchSize, newTokens, prefix),
    decodeMs: (batchSize, kvTokens, context, capacity) =>
      factorNow() * perf.decodeMs(batchSize, kvTokens, context, capacity),
    outsideShare: () => perf.outsideShare(),
  }
}

/** Every instance takes equally long: what the reference's `startup_time` says, null being no time. */
export function constantStartup(startupTimeS: number | null): StartupModel {
  const readyAfterMs = (startupTimeS ?? 0) * 1000
  return {readyAfterMs: () => readyAfterMs}
}
