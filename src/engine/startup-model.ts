/** How long a new instance takes until it serves. */
export interface StartupModel {
  /**
   * Milliseconds from the scaling decision on, >= 0; at 0 it serves at once and is never seen starting. It is asked once
   * for each instance, and may depend on nothing but its number within the pool: then two runs that decide otherwise
   * still start instance 17 equally slowly.
   */
  readyAfterMs(instanceId: number): number
}

/** Every instance takes equally long: what the reference's `startup_time` says, null being no time. */
export function constantStartup(startupTimeS: number | null): StartupModel {
  const readyAfterMs = (startupTimeS ?? 0) * 1000
  return {readyAfterMs: () => readyAfterMs}
}
