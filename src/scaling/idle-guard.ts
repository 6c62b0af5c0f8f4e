import {RunError} from '../core/result.ts'
import type {EngineObservation} from '../engine/observation.ts'
import type {PolicyTick} from './policy.ts'

/**
 * Idle ticks in a row before the run is given up: nothing will ever happen again. At the usual interval of 5 s
 * this is more than a day of silence.
 */
const MAX_IDLE_TICKS = 20_000

/** A tick that repeats this often while the fleet keeps changing without any event goes on for ever, too. */
const MAX_REPEATS = 100

/** Sees to it that a run ends whose policy goes on looking though nothing happens any more. */
export class IdleGuard {
  #idleTicks = 0
  #quietTicks = 0
  #repeats = 0
  #firstIdleS: number | null = null
  #previous: {atS: number; nowS: number; fleet: string} | null = null

  /** When the first tick came round again without an event since; null = none did. */
  get firstIdleS(): number | null {
    return this.#firstIdleS
  }

  /**
   * The time from which the next tick is counted: the last event's, as in the reference, unless that would bring
   * the same tick again for ever. Where no event falls into a whole interval the reference never ends
   * (planner.md 2); here the schedule then steps on from the tick itself.
   * @throws RunError where nothing is ever going to happen any more
   */
  countedFrom(tick: PolicyTick, seen: EngineObservation): number {
    const nowS = seen.nowMs / 1000
    const previous = this.#previous
    const fleet = fleetState(seen)
    this.#previous = {atS: tick.atS, nowS, fleet}
    const isIdle = this.#idleTicks > 0
    this.#watchSilence(tick, seen, previous !== null && previous.nowS === nowS && previous.fleet === fleet)
    if (previous === null || previous.nowS !== nowS || !(isIdle || previous.atS === tick.atS)) {
      this.#idleTicks = 0
      this.#repeats = 0
      return nowS
    }
    // A decision just applied may make something happen, so the repeated tick is given that chance.
    this.#repeats++
    if (!isIdle && fleet !== previous.fleet && this.#repeats < MAX_REPEATS) return nowS

    this.#idleTicks++
    if (this.#idleTicks > MAX_IDLE_TICKS) throw new RunError(stuckMessage(tick, seen))
    this.#firstIdleS ??= nowS
    return tick.atS
  }

  /** A policy whose ticks keep to the clock never sees one of them twice, and still may wait for nothing. */
  #watchSilence(tick: PolicyTick, seen: EngineObservation, isQuiet: boolean): void {
    this.#quietTicks = isQuiet ? this.#quietTicks + 1 : 0
    if (this.#quietTicks > MAX_IDLE_TICKS + MAX_REPEATS) throw new RunError(stuckMessage(tick, seen))
  }
}

/** Everything a decision can change at once. */
function fleetState({prefill, decode}: EngineObservation): string {
  const pools = [prefill, decode].map(pool => [
    pool.activeCount,
    pool.startingCount,
    pool.drainingCount,
    pool.totalCount,
  ])
  return pools.join()
}

function stuckMessage(tick: PolicyTick, {prefill, decode}: EngineObservation): string {
  const waited = `Nothing has happened for ${MAX_IDLE_TICKS} planner ticks, up to ${tick.atS.toFixed(0)} s`
  if (prefill.totalCount + decode.totalCount > 0) return `${waited}, though requests are left.`
  return `${waited}: no replica is left to serve the remaining requests (see planner max_gpu_budget).`
}
