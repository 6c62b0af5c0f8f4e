import {assert} from '../../core/assert.ts'
import type {PolicyDecision, PolicyTick, ScalingPolicy} from '../../scaling/policy.ts'
import type {FixedDetail} from './fixed-detail.ts'

/** A fleet nobody scales: it is never looked at. */
export class FixedPolicy implements ScalingPolicy<FixedDetail> {
  readonly comparesWith = 'requested'

  nextTick(): PolicyTick {
    return {atS: Number.POSITIVE_INFINITY, readsPasses: false, drainsTraffic: false}
  }

  decide(): PolicyDecision<FixedDetail> {
    assert(false, 'a fixed fleet has no ticks')
  }

  advance(): void {}

  notices(): readonly string[] {
    return []
  }
}
