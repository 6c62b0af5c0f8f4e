import type {InstanceRole} from '../regression/features.ts'
import {
  estimatePassS,
  type PassTimeFits,
  PassTimeRegression,
  type RegressionOptions,
  type StoreState,
} from '../regression/pass-time-regression.ts'
import type {ForwardPass} from './forward-pass.ts'
import type {PassTimeEstimator} from './instance-query.ts'
import type {PassTimes} from './performance-model.ts'

/** Pass times learned from observed passes alone: what the planner uses where nothing else is configured. */
export class LearnedPassTimes implements PassTimes {
  readonly #role: InstanceRole
  readonly #regression: PassTimeRegression

  constructor(role: InstanceRole, options: RegressionOptions) {
    this.#role = role
    this.#regression = new PassTimeRegression(role, options)
  }

  get isReady(): boolean {
    return this.#regression.state().some(({fit}) => fit !== null)
  }

  observe(pass: ForwardPass): boolean {
    return this.#regression.observe(pass)
  }

  estimator(): PassTimeEstimator {
    const role = this.#role
    const fits = this.#regression.fits()
    return pass => estimatePassS(role, fits, pass)
  }

  fits(): PassTimeFits {
    return this.#regression.fits()
  }

  stores(): readonly StoreState[] {
    return this.#regression.state()
  }
}
