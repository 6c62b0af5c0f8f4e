import type {EngineArgs} from '../config/scenario.ts'
import {scaledDurationMs} from '../core/duration.ts'
import {RunError} from '../core/result.ts'
import type {PerfModel, RememberedSteps, StepScale} from './perf-model.ts'

/** What a timing said of a pass, sped up and in whole nanoseconds (engine.md 4.1). */
export function passDurationMs(perf: PerfModel, ms: number, ratio: number): number {
  if (!Number.isFinite(ms)) throw new RunError(`the ${perf.timing} timing gave a pass time of ${ms} ms`)
  return scaledDurationMs(ms, ratio)
}

/** How long decode steps take on one instance, in ms and whole nanoseconds. */
export class DecodeDurations {
  readonly #perf: PerfModel
  readonly #scale: StepScale
  readonly #capacityTokens: number
  readonly #remembered: RememberedSteps | null
  #lastMs = Number.NaN
  #lastDurationMs = 0

  /** @param capacityTokens tokens whose KV cache the instance has room for */
  constructor(
    perf: PerfModel,
    {speedup_ratio, decode_speedup_ratio}: EngineArgs,
    {leastMs, capacityTokens}: {readonly leastMs: number; readonly capacityTokens: number},
  ) {
    const scale = {leastMs, ratio: speedup_ratio * decode_speedup_ratio}
    this.#perf = perf
    this.#scale = scale
    this.#capacityTokens = capacityTokens
    this.#remembered = perf.rememberedSteps?.(scale) ?? null
  }

  /** One token for each of `count` requests of `context` tokens; the cache holds `kvTokens` distinct ones. */
  of(count: number, kvTokens: number, context: number): number {
    const known = this.remembered(count, context)
    return known > 0 ? known : this.ask(count, kvTokens, context)
  }

  /** A duration that is known without the tokens in the KV cache; 0 = it has to be asked for. */
  remembered(count: number, context: number): number {
    return this.#remembered === null ? 0 : this.#remembered.durationMs(count, context)
  }

  ask(count: number, kvTokens: number, context: number): number {
    const {leastMs, ratio} = this.#scale
    const ms = Math.max(this.#perf.decodeMs(count, kvTokens, context, this.#capacityTokens), leastMs)
    // Most steps of a steady batch take as long as the one before, and rounding to nanoseconds costs more than asking.
    if (ms !== this.#lastMs) {
      this.#lastDurationMs = passDurationMs(this.#perf, ms, ratio)
      this.#lastMs = ms
    }
    return this.#lastDurationMs
  }
}
