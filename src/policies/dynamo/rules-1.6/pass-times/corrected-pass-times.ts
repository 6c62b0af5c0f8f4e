import {bucketOrder} from '../regression/bucket-order.ts'
import {type InstanceRole, readFeatures} from '../regression/features.ts'
import {throughJson} from '../regression/json-number.ts'
import type {RegressionOptions} from '../regression/pass-time-regression.ts'
import {CorrectionGrid} from './correction-grid.ts'
import type {ForwardPass, PassShape} from './forward-pass.ts'
import type {InstanceLimits, PassTimeEstimator} from './instance-query.ts'
import type {PassTimes} from './performance-model.ts'

/** Milliseconds of a pass by the tables; null where they have no answer. */
export type TablePassMs = (pass: PassShape) => number | null

type LoadKind = 'prefill' | 'decode' | 'mixed'

export interface CorrectedOptions extends RegressionOptions {
  readonly role: InstanceRole
  readonly limits: InstanceLimits
  readonly tableMs: TablePassMs
}

/**
 * Pass times of the tables, corrected by what passes took (`ais_perf_model`; planner-1.6.md, appendix A). Ready from the
 * start.
 */
export class CorrectedPassTimes implements PassTimes {
  readonly isReady = true
  readonly #role: InstanceRole
  readonly #tableMs: TablePassMs
  readonly #grids: Readonly<Record<LoadKind, CorrectionGrid>>

  constructor(options: CorrectedOptions) {
    const {limits, bucketCount, maxSamples, minObservations, sampleOrderSeed} = options
    const bins = Math.floor(Math.sqrt(bucketCount))
    const grid = (kind: LoadKind, axes: readonly number[], binsPerAxis: number) => {
      const order = bucketOrder(binsPerAxis ** axes.length, sampleOrderSeed, `${options.role} ${kind}`)
      return new CorrectionGrid({limits: axes, binsPerAxis, maxSamples, minObservations, order})
    }
    this.#role = options.role
    this.#tableMs = options.tableMs
    this.#grids = {
      prefill: grid('prefill', [limits.maxBatchedTokens], bins * bins),
      decode: grid('decode', [limits.maxSeqs, limits.maxKvTokens], bins),
      mixed: grid('mixed', [limits.maxBatchedTokens, limits.maxKvTokens], bins),
    }
  }

  observe(pass: ForwardPass): boolean {
    const reading = readFeatures(this.#role, pass)
    if (reading === 'invalid') return false
    const wallMs = throughJson(pass.wallTimeS) * 1000
    if (reading === 'empty' || !Number.isFinite(wallMs) || wallMs <= 0) return true
    const tableMs = this.#tableMs(pass)
    if (tableMs === null) return false
    const kind = kindOf(pass)
    if (tableMs > 0) this.#grids[kind].add(loadOf(kind, pass), wallMs / tableMs)
    return true
  }

  fits(): null {
    return null
  }

  estimator(): PassTimeEstimator {
    const role = this.#role
    const tableMs = this.#tableMs
    const {prefill, decode, mixed} = this.#grids
    const grids = {prefill: prefill.copy(), decode: decode.copy(), mixed: mixed.copy()}
    return pass => {
      const reading = readFeatures(role, pass)
      if (reading === 'empty') return 0
      const passMs = reading === 'invalid' ? null : tableMs(pass)
      if (passMs === null) return null
      const kind = kindOf(pass)
      return Math.max(0, passMs * grids[kind].factorAt(loadOf(kind, pass))) / 1000
    }
  }
}

function kindOf({prefillTokens, decodeRequests}: PassShape): LoadKind {
  if (prefillTokens <= 0) return 'decode'
  return decodeRequests > 0 ? 'mixed' : 'prefill'
}

function loadOf(
  kind: LoadKind,
  {prefillTokens, decodeRequests, decodeKvTokens}: PassShape,
): readonly number[] {
  switch (kind) {
    case 'prefill':
      return [prefillTokens]
    case 'decode':
      return [decodeRequests, decodeKvTokens]
    case 'mixed':
      return [prefillTokens, decodeKvTokens]
  }
}
