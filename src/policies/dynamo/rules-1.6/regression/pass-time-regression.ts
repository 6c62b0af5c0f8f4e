import type {PassShape} from '../pass-times/forward-pass.ts'
import {bucketOrder} from './bucket-order.ts'
import {type InstanceRole, readFeatures, STORES, type StoreKind} from './features.ts'
import {throughJson} from './json-number.ts'
import {
  fitFromSamples,
  fitFromStatistics,
  isUsable,
  type PassTimeFit,
  predictPassMs,
} from './pass-time-fit.ts'
import {RunningStatistics} from './running-statistics.ts'
import {type Sample, SampleStore} from './sample-store.ts'

export interface RegressionOptions {
  /** Per store. */
  readonly maxSamples: number
  /** Buckets of a store; a perfect square. */
  readonly bucketCount: number
  readonly minObservations: number
  /** Seed of the order of the buckets; 0 = that of their keys. */
  readonly sampleOrderSeed: number
}

/** The fits in force, by kind of pass. Plain data. */
export type PassTimeFits = {readonly [store in StoreKind]?: PassTimeFit}

/** Samples kept of one kind of pass, and the fit in force. */
export interface StoreState {
  readonly kind: StoreKind
  readonly count: number
  readonly fit: PassTimeFit | null
}

/**
 * What one role's instances have shown about how long passes take (planner-1.6.md 6): a store of samples and a fit for
 * each kind of pass, learned apart. It may see passes alone, no requests.
 */
export class PassTimeRegression {
  readonly #role: InstanceRole
  readonly #stores: readonly FittedStore[]

  constructor(role: InstanceRole, options: RegressionOptions) {
    this.#role = role
    this.#stores = STORES[role].map(kind => new FittedStore(kind, role, options))
  }

  /** @returns false where the reference fails on the pass, and on all that came with it */
  observe(pass: PassShape & {readonly wallTimeS: number}): boolean {
    const features = readFeatures(this.#role, pass)
    if (features === 'invalid') return false
    const wallMs = throughJson(pass.wallTimeS) * 1000
    if (features === 'empty' || !Number.isFinite(wallMs) || wallMs <= 0) return true
    const {attention, tokens} = features
    this.#stores.find(({kind}) => kind === features.store)?.add({attention, tokens, wallMs})
    return true
  }

  /** What it would answer from now on, until it learns more. */
  fits(): PassTimeFits {
    const learned = this.#stores.filter(({fit}) => fit !== null)
    return Object.fromEntries(learned.map(({kind, fit}) => [kind, fit]))
  }

  state(): readonly StoreState[] {
    return this.#stores.map(({kind, count, fit}) => ({kind, count, fit}))
  }
}

/** @returns seconds; 0 for a pass of nothing, null where there is no fit for it */
export function estimatePassS(role: InstanceRole, fits: PassTimeFits, pass: PassShape): number | null {
  const features = readFeatures(role, pass)
  if (features === 'empty') return 0
  if (features === 'invalid') return null
  const fit = fits[features.store]
  const passMs = fit === undefined ? null : predictPassMs(fit, features.attention, features.tokens)
  return passMs === null ? null : Math.max(0, passMs) / 1000
}

class FittedStore {
  readonly kind: StoreKind
  readonly #store: SampleStore
  readonly #statistics = new RunningStatistics()
  readonly #minObservations: number
  #fit: PassTimeFit | null = null

  constructor(kind: StoreKind, role: InstanceRole, options: RegressionOptions) {
    const {maxSamples, bucketCount, minObservations, sampleOrderSeed} = options
    const binsPerAxis = Math.floor(Math.sqrt(bucketCount))
    this.kind = kind
    this.#store = new SampleStore({
      binsPerAxis,
      maxSamples,
      order: bucketOrder(binsPerAxis ** 2, sampleOrderSeed, `${role} ${kind}`),
    })
    this.#minObservations = minObservations
  }

  get count(): number {
    return this.#store.count
  }

  get fit(): PassTimeFit | null {
    return this.#fit
  }

  add(sample: Sample): void {
    const dropped = this.#store.add(sample)
    this.#statistics.insert(sample)
    if (dropped !== null) this.#statistics.remove(dropped)
    const fit = this.#bestFit()
    // A plane without slopes does not replace an older one, however old.
    if (fit === null) this.#fit = null
    else if (isUsable(fit, this.#store.count)) this.#fit = fit
  }

  #bestFit(): PassTimeFit | null {
    const quick = fitFromStatistics(this.#statistics, this.#minObservations)
    if (quick === 'none') return null
    if (quick !== 'unsure') return quick
    const samples = this.#store.samples()
    this.#statistics.recompute(samples)
    return fitFromSamples(samples, this.#minObservations)
  }
}
