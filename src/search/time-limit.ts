/** How long a search may take, by the clock of whoever runs it, and how many runs there is time for by the pace so far. */
export class TimeLimit {
  readonly #nowMs: () => number
  readonly #startMs: number
  readonly #limitMs: number
  #made = 0

  constructor(limitS: number, nowMs: () => number) {
    this.#nowMs = nowMs
    this.#startMs = nowMs()
    this.#limitMs = limitS * 1000
  }

  get isOver(): boolean {
    return this.#elapsedMs >= this.#limitMs
  }

  /** A run was made, not taken from what was kept. @param weight 1 = of the whole trace */
  made(weight: number): void {
    this.#made += weight
  }

  /** Runs of the whole trace that fit into what is left; any number before the first. */
  get runsLeft(): number {
    if (this.isOver) return 0
    if (this.#made === 0) return Number.POSITIVE_INFINITY
    return (this.#made / this.#elapsedMs) * (this.#limitMs - this.#elapsedMs)
  }

  get #elapsedMs(): number {
    return this.#nowMs() - this.#startMs
  }
}
