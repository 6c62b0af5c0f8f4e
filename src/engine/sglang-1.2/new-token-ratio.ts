import type {SglangParameters} from './sglang-parameters.ts'

/**
 * Share of the running requests' outstanding output for which an admission leaves room. It sinks with every pass, since
 * most requests end early, and jumps back when memory ran out after all.
 */
export class NewTokenRatio {
  readonly #parameters: SglangParameters
  #value: number

  constructor(parameters: SglangParameters) {
    this.#parameters = parameters
    this.#value = parameters.initialRatio
  }

  get value(): number {
    return this.#value
  }

  /** Memory ran out. */
  raiseTo(value: number): void {
    this.#value = value
  }

  reset(): void {
    this.#value = this.#parameters.initialRatio
  }

  /**
   * One step at a time: a product would round otherwise.
   * @returns whether it sank
   */
  decay(passes: number): boolean {
    const {leastRatio, ratioDecay} = this.#parameters
    const before = this.#value
    for (let i = 0; i < passes && this.#value > leastRatio; i++) {
      this.#value = Math.max(this.#value - ratioDecay, leastRatio)
    }
    return this.#value !== before
  }
}
