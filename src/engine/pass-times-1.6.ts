import type {EngineArgs} from '../config/scenario.ts'
import {DecodeDurations, passDurationMs} from '../perf/pass-duration.ts'
import type {PerfModel} from '../perf/perf-model.ts'

/** How long the parts of a pass take on one instance, generation 1.6 (engine-1.6.md 4.3): ms in whole nanoseconds. */
export class PassTimes16 {
  readonly #perf: PerfModel
  readonly #prefillRatio: number
  readonly #decodeDurations: DecodeDurations
  /** A prefill instance decodes nothing, and of a decode instance the prompts have been computed elsewhere. */
  readonly #paysForPrompts: boolean
  readonly #paysForTokens: boolean

  /** @param capacityTokens tokens whose KV cache the instance has room for */
  constructor(args: EngineArgs, perf: PerfModel, capacityTokens: number) {
    this.#perf = perf
    this.#prefillRatio = args.speedup_ratio
    // A fixed time is taken as it is given; all other timings take at least a millisecond.
    const leastMs = perf.timing === 'fixed' ? 0 : 1
    this.#decodeDurations = new DecodeDurations(perf, args, {leastMs, capacityTokens})
    this.#paysForPrompts = args.worker_type !== 'decode'
    this.#paysForTokens = args.worker_type !== 'prefill'
  }

  /**
   * The prompts of a pass are priced as so many equal ones of their mean length and prefix.
   * @param tokens of all of them: their prefixes and what is new of them
   */
  prefillMs(count: number, tokens: number, prefixTokens: number): number {
    if (count === 0 || !this.#paysForPrompts) return 0
    const prefix = Math.floor(prefixTokens / count)
    const newTokens = Math.floor(tokens / count) - prefix
    if (newTokens <= 0) return 0
    return passDurationMs(
      this.#perf,
      Math.max(this.#perf.prefillMs(count, newTokens, prefix), 0),
      this.#prefillRatio,
    )
  }

  /** One token for each of `count` requests, of `totalLength` tokens together. */
  decodeMs(count: number, totalLength: number): number {
    if (!this.#paysForTokens) return 0
    return this.#decodeDurations.of(count, totalLength, Math.floor(totalLength / count))
  }
}
