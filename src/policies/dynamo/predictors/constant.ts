import {IdleFilter, type LoadPredictor} from './predictor.ts'

/** Expects the last value again. Exact. */
export class ConstantPredictor implements LoadPredictor {
  readonly #filter = new IdleFilter()
  #last = 0

  expectIdle(): void {
    this.#filter.expectIdle()
  }

  addDataPoint(value: number): void {
    this.#last = this.#filter.accept(value) ?? this.#last
  }

  predictNext(): number {
    return this.#last
  }
}
