import type {PassRows} from '../pass-rows.ts'
import {fitLine, fitPlane, type LinearFit} from './least-squares.ts'
import type {RegressionOptions} from './model.ts'
import {type NumberColumn, SampleStore} from './sample-store.ts'

/** The samples of one regression over one or two features, and the room to fit them in. */
export class RegressionSamples {
  readonly #axes: 1 | 2
  readonly #minObservations: number
  readonly #store: SampleStore
  readonly #x0: Float64Array
  readonly #x1: Float64Array
  readonly #wallS: Float64Array

  constructor({maxSamples, bucketCount, minObservations}: RegressionOptions, axes: 1 | 2) {
    this.#axes = axes
    this.#minObservations = minObservations
    this.#store = new SampleStore({maxSamples, bucketCount, axes})
    this.#x0 = new Float64Array(maxSamples)
    this.#x1 = new Float64Array(maxSamples)
    this.#wallS = new Float64Array(maxSamples)
  }

  get count(): number {
    return this.#store.count
  }

  get isEnough(): boolean {
    return this.#store.count >= this.#minObservations
  }

  add(x0: NumberColumn, x1: NumberColumn | null, seen: PassRows): void {
    this.#store.add(x0, x1, seen)
  }

  /** null when samples are too few. */
  fit(): LinearFit | null {
    if (!this.isEnough) return null
    const count = this.#store.copyTo(this.#x0, this.#x1, this.#wallS)
    return this.#axes === 1
      ? fitLine(this.#x0, this.#wallS, count)
      : fitPlane(this.#x0, this.#x1, this.#wallS, count)
  }
}
