/** GPUs of one instance, per pool. */
export interface PoolGpus {
  readonly prefill: number
  readonly decode: number
}

/** GPU-hours as the reference counts them (planner.md 3.5): serving replicas, first tick to last. */
export class GpuMeter {
  readonly #gpus: PoolGpus | null
  #lastTickS = 0
  #hours = 0

  /** @param gpus null = nobody counts, and the hours stay 0 */
  constructor(gpus: PoolGpus | null) {
    this.#gpus = gpus
  }

  get hours(): number {
    return this.#hours
  }

  advance(nowS: number, activePrefill: number, activeDecode: number): number {
    if (this.#gpus === null) return 0
    if (this.#lastTickS > 0) {
      const gpus = activePrefill * this.#gpus.prefill + activeDecode * this.#gpus.decode
      this.#hours += gpus * ((nowS - this.#lastTickS) / 3600)
    }
    this.#lastTickS = nowS
    return this.#hours
  }
}
