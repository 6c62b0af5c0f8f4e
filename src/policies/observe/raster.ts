/**
 * Moments at `phaseS + k · periodS`, one after the other. Each is counted anew from k, since a sum of periods would drift.
 */
export class Raster {
  readonly #periodS: number
  readonly #phaseS: number
  #next = 0

  constructor(periodS: number, phaseS: number) {
    this.#periodS = periodS
    this.#phaseS = phaseS
  }

  get nextS(): number {
    return this.#phaseS + this.#next * this.#periodS
  }

  isDue(atS: number): boolean {
    return this.nextS <= atS
  }

  /** Goes on to the first moment after `atS`. */
  pass(atS: number): void {
    while (this.nextS <= atS) this.#next++
  }
}
